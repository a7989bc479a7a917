import { Temporal } from "temporal-polyfill";
import { domainError } from "../errors.ts";

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
  const found = local.toZonedDateTime(zone, { disambiguation: "earlier" });
  if (found.toPlainDateTime().equals(local)) return found.toInstant();
  const afterGap = found.getTimeZoneTransition("next");
  return (afterGap ?? local.toZonedDateTime(zone)).toInstant();
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
