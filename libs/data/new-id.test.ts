import { newId } from "./new-id.ts";

describe("newId", () => {
  it("makes ids that sort in the order in which they were made, also within a millisecond", () => {
    const ids = Array.from({ length: 20_000 }, () => newId());
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("keeps the order when the clock steps back", () => {
    const before = newId();
    expect(newId(Date.now() - 60_000) > before).toBe(true);
  });

  it("writes version and variant of RFC 9562", () => {
    expect(newId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
