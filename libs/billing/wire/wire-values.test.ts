import { timestampToWire } from "./wire-values.ts";

describe("an instant on the wire", () => {
  it.each([
    ["2026-03-01T05:00:00.000Z", "2026-03-01T05:00:00Z"],
    ["2026-03-01T05:00:00.120Z", "2026-03-01T05:00:00.12Z"],
    ["2026-03-01T05:00:10.007Z", "2026-03-01T05:00:10.007Z"],
    ["0099-12-31T23:59:59.900Z", "0099-12-31T23:59:59.9Z"],
  ])("%s is %s", (given, wire) => {
    expect(timestampToWire(new Date(given))).toBe(wire);
  });
});
