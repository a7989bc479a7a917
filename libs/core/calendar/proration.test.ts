import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { shareOf } from "./proration.ts";

const instant = (text: string) => Temporal.Instant.from(text);
const range = (start: string, end: string) => ({ start: instant(start), end: instant(end) });
const march = range("2026-03-01T05:00:00Z", "2026-04-01T04:00:00Z");

describe("shareOf", () => {
  test.each([
    ["second", "a New York March is an hour short", march, march, 2_674_800n, 2_674_800n],
    [
      "second",
      "from noon of the 15th",
      range("2026-03-15T16:00:00Z", "2026-04-01T04:00:00Z"),
      march,
      1_425_600n,
      2_674_800n,
    ],
    [
      "second",
      "ends are floored to their second",
      range("2026-03-01T05:00:00.9Z", "2026-03-01T05:00:02.1Z"),
      march,
      2n,
      2_674_800n,
    ],
    ["day", "from noon of the 15th", range("2026-03-15T16:00:00Z", "2026-04-01T04:00:00Z"), march, 17n, 31n],
    ["day", "up to noon of the 15th", range("2026-03-01T05:00:00Z", "2026-03-15T16:00:00Z"), march, 14n, 31n],
    ["day", "an empty part", range("2026-03-15T16:00:00Z", "2026-03-15T16:00:00Z"), march, 0n, 31n],
    ["none", "any part", range("2026-03-15T16:00:00Z", "2026-03-16T16:00:00Z"), march, 1n, 1n],
  ] as const)("by %s: %s", (by, _what, part, whole, numerator, denominator) => {
    expect(shareOf({ part, whole, by, timezone: "America/New_York" })).toEqual({ numerator, denominator });
  });

  test("counts the days of the zone, not of UTC, where midnight is skipped", () => {
    const april = range("2023-03-31T22:00:00Z", "2023-04-30T21:00:00Z");
    const part = range("2023-04-27T22:00:00Z", "2023-04-30T21:00:00Z");
    expect(shareOf({ part, whole: april, by: "day", timezone: "Africa/Cairo" })).toEqual({
      numerator: 3n,
      denominator: 30n,
    });
  });

  test.each([
    ["begins before the whole", range("2026-03-01T04:59:59Z", "2026-03-02T05:00:00Z"), march],
    ["ends after the whole", range("2026-03-02T05:00:00Z", "2026-04-01T04:00:01Z"), march],
    ["ends before it starts", range("2026-03-03T05:00:00Z", "2026-03-02T05:00:00Z"), march],
    [
      "has a whole without length",
      range("2026-03-01T05:00:00Z", "2026-03-01T05:00:00Z"),
      range("2026-03-01T05:00:00Z", "2026-03-01T05:00:00Z"),
    ],
  ])("refuses a part that %s", (_what, part, whole) => {
    expect(() => shareOf({ part, whole, by: "second", timezone: "UTC" })).toThrow(
      expect.objectContaining({ code: "period_outside_whole" }),
    );
  });

  test("the shares of any parts that touch add up to the whole", () => {
    const milliseconds = fc.integer({ min: 0, max: 90 * 86_400_000 });
    const by = fc.constantFrom("second" as const, "day" as const);
    fc.assert(
      fc.property(milliseconds, milliseconds, milliseconds, by, (a, b, c, unit) => {
        const [first = 0, middle = 0, last = 0] = [a, b, c].sort((x, y) => x - y);
        const at = (ms: number) => Temporal.Instant.fromEpochMilliseconds(1_700_000_000_000 + ms);
        const whole = { start: at(first), end: at(last + 2 * 86_400_000) };
        const share = (start: Temporal.Instant, end: Temporal.Instant) =>
          shareOf({ part: { start, end }, whole, by: unit, timezone: "Africa/Cairo" });
        const [left, right] = [share(whole.start, at(middle)), share(at(middle), whole.end)];
        expect(left.denominator).toBe(right.denominator);
        expect(left.numerator + right.numerator).toBe(left.denominator);
      }),
      { numRuns: 5_000 },
    );
  });
});
