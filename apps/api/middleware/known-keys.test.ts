import { createKnownKeys } from "./known-keys.ts";

describe("known keys", () => {
  const caller = { tenantId: "t", keyId: "k", role: "ingest", mode: "test" } as const;
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it("knows a key for half a minute, and then has one of those who ask look it up again", () => {
    const keys = createKnownKeys();
    expect(keys.find("secret")).toBeNull();
    keys.keep("secret", caller);
    jest.advanceTimersByTime(29_999);
    expect([keys.find("secret"), keys.find("other")]).toEqual([caller, null]);
    jest.advanceTimersByTime(1);
    expect([keys.find("secret"), keys.find("secret"), keys.find("secret")]).toEqual([null, caller, caller]);
    jest.advanceTimersByTime(1_000);
    expect(keys.find("secret")).toBeNull();
  });

  it("does not know a key that nobody used for long", () => {
    const keys = createKnownKeys();
    keys.keep("secret", caller);
    jest.advanceTimersByTime(3_600_000);
    expect([keys.find("secret"), keys.find("secret")]).toEqual([null, null]);
  });
});
