import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { firstInstantOf, offsetMsAt } from "./zone-offsets.ts";

const zone = fc.constantFrom(...Intl.supportedValuesOf("timeZone"), "UTC");
const epochMs = fc.integer({ min: Date.UTC(1890, 0, 1), max: Date.UTC(2150, 0, 1) });

test("a clock in any zone is as far ahead of UTC as Temporal says", () => {
  fc.assert(
    fc.property(zone, epochMs, (timezone, at) => {
      const { offsetNanoseconds } = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timezone);
      expect(offsetMsAt(timezone, at) * 1e6).toBe(offsetNanoseconds);
    }),
    { numRuns: 200 },
  );
});

test("the first instant of a local time is Temporal's earlier one, or the first after the gap", () => {
  fc.assert(
    fc.property(zone, epochMs, (timezone, localMs) => {
      const local = Temporal.Instant.fromEpochMilliseconds(localMs)
        .toZonedDateTimeISO("UTC")
        .toPlainDateTime();
      const earlier = local.toZonedDateTime(timezone, { disambiguation: "earlier" });
      const isGap = !earlier.toPlainDateTime().equals(local);
      const expected = isGap ? earlier.getTimeZoneTransition("next") : earlier;
      expect(firstInstantOf(timezone, localMs, 0n)).toBe(expected?.epochNanoseconds);
    }),
    { numRuns: 200 },
  );
});

test("what lies beyond the millisecond is kept, but not in a gap, whose end is a whole second", () => {
  const gap = Date.UTC(2026, 2, 8, 2, 30);
  expect(firstInstantOf("America/New_York", gap, 7n)).toBe(BigInt(Date.UTC(2026, 2, 8, 7)) * 1_000_000n);
  const before = Date.UTC(2026, 2, 8, 1, 30);
  expect(firstInstantOf("America/New_York", before, 7n) % 1_000_000n).toBe(7n);
});

test("more years than are kept in memory give the same answers again", () => {
  const at = Date.UTC(2026, 6, 1);
  for (let year = 1; year < 420; year++) offsetMsAt("Europe/London", at + year * 366 * 86_400_000);
  expect(offsetMsAt("Europe/London", at)).toBe(3_600_000);
});

test("an unknown zone is an error", () => {
  expect(() => offsetMsAt("Mars/Olympus", 0)).toThrow(RangeError);
});
