import { Temporal } from "temporal-polyfill";
import { domainError } from "../errors.ts";
import { firstDayOfMonth } from "./civil-date.ts";
import { firstInstantOf } from "./zone-offsets.ts";

/**
 * Checks an IANA zone name and returns it in its usual spelling (`europe/berlin` -> `Europe/Berlin`).
 * Plain offsets such as `+02:00` are refused: they know nothing of daylight saving time.
 * Throws `timezone_unknown`, which names what was given.
 */
export function assertTimezone(name: string): string {
  if (/^[A-Za-z]/.test(name)) {
    try {
      return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  throw domainError("timezone_unknown", `"${name}" is not an IANA time zone name such as Europe/Berlin`);
}

/**
 * The instant at which a wall clock in `zone` shows `local`. A time that the clock skips becomes the first
 * instant after the gap; a time that it shows twice is the first of the two.
 */
export function localToInstant(local: Temporal.PlainDateTime, zone: string): Temporal.Instant {
  const { localMs, nanoseconds } = localTime(local);
  return new Temporal.Instant(firstInstantOf(zone, localMs, nanoseconds));
}

/** A local time in numbers: milliseconds since 1970-01-01T00:00 on the same clock, and the nanoseconds (below a million) beyond. */
export function localTime(local: Temporal.PlainDateTime): { localMs: number; nanoseconds: bigint } {
  const { year, month, day, hour, minute, second, millisecond, microsecond, nanosecond } = local;
  const days = firstDayOfMonth(year * 12 + month - 1) + day - 1;
  const localMs = (((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000 + millisecond;
  return { localMs, nanoseconds: BigInt(microsecond * 1_000 + nanosecond) };
}

/** What a wall clock in `zone` shows at `at`. */
export function instantToLocal(at: Temporal.Instant, zone: string): Temporal.PlainDateTime {
  return at.toZonedDateTimeISO(zone).toPlainDateTime();
}

/** The calendar day in `zone` that holds `at`. */
export function localDate(at: Temporal.Instant, zone: string): Temporal.PlainDate {
  return at.toZonedDateTimeISO(zone).toPlainDate();
}

/**
 * The first instant of a local day: midnight, or the end of the gap where the clock skips midnight (Cairo,
 * Beirut). A day that the zone skipped altogether starts when the next one does.
 */
export function startOfLocalDay(date: Temporal.PlainDate, zone: string): Temporal.Instant {
  return localToInstant(date.toPlainDateTime(), zone);
}

/** -1, 0 or 1 as `a` is before, at or after `b`. */
export function compareInstants(a: Temporal.Instant, b: Temporal.Instant): number {
  return Temporal.Instant.compare(a, b);
}
