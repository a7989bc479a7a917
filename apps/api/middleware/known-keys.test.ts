import { createKnownKeys } from "./known-keys.ts";

describe("known keys", () => {
  const caller = { tenantId: "t", keyId: "k", role: "ingest", mode: "test" } as const;
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it("has one of those who come together look a key up again before its half minute ends", () => {
    const keys = createKnownKeys();
    expect(keys.find("secret")).toBeNull();
    keys.keep("secret", caller);
    jest.advanceTimersByTime(24_999);
    expect([keys.find("secret"), keys.find("other")]).toEqual([caller, null]);
    jest.advanceTimersByTime(1);
    expect([keys.find("secret"), keys.find("secret"), keys.find("secret")]).toEqual([null, caller, caller]);
    jest.advanceTimersByTime(1_000);
    expect(keys.find("secret")).toBeNull();
  });

  it("knows nobody for longer than half a minute, however often an unsuccessful look was taken", () => {
    const keys = createKnownKeys();
    keys.keep("secret", caller);
    for (let second = 0; second < 29; second++) {
      jest.advanceTimersByTime(1_000);
      keys.find("secret");
    }
    expect(keys.find("secret")).toEqual(caller);
    jest.advanceTimersByTime(1_000);
    expect([keys.find("secret"), keys.find("secret"), keys.find("secret")]).toEqual([null, null, null]);
  });

  it("forgets a key by its id", () => {
    const keys = createKnownKeys();
    keys.keep("secret", caller);
    keys.keep("other", { ...caller, keyId: "k2" });
    keys.forget("k");
    expect([keys.find("secret"), keys.find("other")]).toMatchObject([null, { keyId: "k2" }]);
  });

  it("does not know a key that nobody used for long", () => {
    const keys = createKnownKeys();
    keys.keep("secret", caller);
    jest.advanceTimersByTime(3_600_000);
    expect([keys.find("secret"), keys.find("secret")]).toEqual([null, null]);
  });
});
