import type { Temporal } from "temporal-polyfill";
import { domainError } from "../errors.ts";
import { compareInstants, localDate } from "./timezone.ts";

/** A half-open range of time `[start, end)`. */
export type TimeRange = { readonly start: Temporal.Instant; readonly end: Temporal.Instant };

/** A share as two integers, `0 <= numerator <= denominator`; not reduced, so that it shows seconds or days. */
export type Share = { readonly numerator: bigint; readonly denominator: bigint };

const NANOSECONDS_PER_SECOND = 1_000_000_000n;

/**
 * Which share of `whole` the range `part` is, not reduced.
 * - `second`: elapsed seconds (a month with a clock change is an hour shorter or longer); every end is floored to
 *   its second first, so the shares of parts that touch add up to the share of both together.
 * - `day`: local calendar days of `timezone`; a day belongs to the part that holds its end, so a change at noon of
 *   the 15th leaves 14 days before it and the 15th after it. A date that the zone skipped counts as a day.
 * - `none`: always 1/1.
 * Throws `period_outside_whole` when `part` leaves `whole`, ends before it starts, or `whole` has no length.
 */
export function shareOf(input: {
  part: TimeRange;
  whole: TimeRange;
  by: "second" | "day" | "none";
  timezone: string;
}): Share {
  const { part, whole, by, timezone } = input;
  const inside =
    compareInstants(whole.start, part.start) <= 0 &&
    compareInstants(part.start, part.end) <= 0 &&
    compareInstants(part.end, whole.end) <= 0;
  if (!inside) {
    throw domainError("period_outside_whole", `${rangeText(part)} does not lie inside ${rangeText(whole)}`);
  }
  if (by === "none") return { numerator: 1n, denominator: 1n };
  const measure = by === "second" ? secondsIn : (range: TimeRange) => daysIn(range, timezone);
  const denominator = measure(whole);
  if (denominator === 0n) {
    throw domainError("period_outside_whole", `${rangeText(whole)} has no whole ${by}, so it has no shares`);
  }
  return { numerator: measure(part), denominator };
}

function secondsIn(range: TimeRange): bigint {
  return epochSecond(range.end) - epochSecond(range.start);
}

/** Floored, also before 1970. */
function epochSecond({ epochNanoseconds }: Temporal.Instant): bigint {
  const second = epochNanoseconds / NANOSECONDS_PER_SECOND;
  return second * NANOSECONDS_PER_SECOND > epochNanoseconds ? second - 1n : second;
}

function daysIn(range: TimeRange, zone: string): bigint {
  return BigInt(localDate(range.start, zone).until(localDate(range.end, zone), { largestUnit: "day" }).days);
}

function rangeText(range: TimeRange): string {
  return `[${range.start.toString()}, ${range.end.toString()})`;
}
