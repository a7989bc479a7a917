import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { createRateLimiter } from "./rate-limit.ts";

describe("the rate limiter", () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await openTestDatabase();
  });
  afterAll(() => test.close());

  const hitTimes = async (limiter: ReturnType<typeof createRateLimiter>, key: string, times: number) => {
    let refused = 0;
    for (let n = 0; n < times; n++) await limiter.hit(key).catch(() => (refused += 1));
    return refused;
  };

  it("refuses what is above the limit, over all processes, with a time to wait", async () => {
    const options = { limit: 40, windowMs: 60_000 };
    const [one, two] = [createRateLimiter(test.database, options), createRateLimiter(test.database, options)];
    expect(await hitTimes(one, "shared", 40)).toBe(0);
    await expect(one.hit("shared")).rejects.toMatchObject({ code: "rate_limited" });
    expect(await hitTimes(two, "shared", 10)).toBeGreaterThan(7);
  });

  it("charges what it refused to no later window", async () => {
    let now = 1_000_000;
    const limiter = createRateLimiter(test.database, { limit: 20, windowMs: 3_600_000, now: () => now });
    expect(await hitTimes(limiter, "hammer", 500)).toBe(480);
    now += 3_600_001;
    await test.owner.query(
      "update rate_limit set window_started_at = window_started_at - interval '2 hours' where key = 'hammer'",
    );
    expect(await hitTimes(limiter, "hammer", 10)).toBe(0);
  });
});
