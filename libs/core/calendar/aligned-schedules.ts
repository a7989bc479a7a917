import { Temporal } from "temporal-polyfill";
import { domainError } from "../errors.ts";
import type { Interval } from "../price/price.ts";
import type { Anchor } from "./resolve-anchor.ts";
import { gridBoundary, gridIndexAtOrBefore, resolveSchedule, type Schedule } from "./schedule.ts";

const daysOrMonths: Readonly<Record<Interval["unit"], { family: "days" | "months"; size: number }>> = {
  day: { family: "days", size: 1 },
  week: { family: "days", size: 7 },
  month: { family: "months", size: 1 },
  quarter: { family: "months", size: 3 },
  half_year: { family: "months", size: 6 },
  year: { family: "months", size: 12 },
};

/** Boundaries of a longer schedule that are compared with the finest: more than a leap cycle of years. */
const COMPARED_BOUNDARIES = 10;

/**
 * One schedule per interval, in the order given, such that every boundary of a longer one is a boundary of the finest:
 * all bill on one grid. A calendar anchor that would part them (every second month beside half years) is taken
 * from the longest interval for all.
 * Throws `price_interval_mismatch`, `anchor_invalid`, `interval_count_invalid`, `timezone_unknown`.
 */
export function alignedSchedules(input: {
  readonly anchor: Anchor;
  readonly intervals: readonly Interval[];
  readonly timezone: string;
  readonly startsAt: Temporal.Instant;
}): Schedule[] {
  const { intervals, ...rest } = input;
  assertAlignedIntervals(intervals);
  const own = intervals.map((interval) => resolveSchedule({ ...rest, interval }));
  if (areAligned(own)) return own;
  const longest = own.reduce((a, b) => (sizeOf(b.interval) > sizeOf(a.interval) ? b : a));
  const shared = intervals.map((interval) =>
    resolveSchedule({ ...rest, interval, anchor: { at: longest.anchorAt } }),
  );
  if (areAligned(shared)) return shared;
  throw mismatch(intervals);
}

/** The schedule with the shortest interval; the first of equals. Undefined for none. */
export function finestSchedule<S extends Pick<Schedule, "interval">>(schedules: readonly S[]): S | undefined {
  return schedules.reduce<S | undefined>(
    (finest, schedule) =>
      finest === undefined || sizeOf(schedule.interval) < sizeOf(finest.interval) ? schedule : finest,
    undefined,
  );
}

/**
 * Checks that intervals can bill together: all in days and weeks, or all in months and longer, and the shortest goes
 * into each. Throws `price_interval_mismatch`.
 */
export function assertAlignedIntervals(intervals: readonly Interval[]): void {
  const families = new Set(intervals.map((interval) => daysOrMonths[interval.unit].family));
  const shortest = Math.min(...intervals.map(sizeOf));
  if (families.size > 1 || intervals.some((interval) => sizeOf(interval) % shortest !== 0)) {
    throw mismatch(intervals);
  }
}

/** Length within its family: days, or months. */
function sizeOf(interval: Interval): number {
  return daysOrMonths[interval.unit].size * interval.count;
}

function areAligned(schedules: readonly Schedule[]): boolean {
  const finest = finestSchedule(schedules);
  if (finest === undefined) return true;
  return schedules.every(
    (schedule) => schedule.anchorAt === finest.anchorAt || boundariesLieOn(schedule, finest),
  );
}

function boundariesLieOn(schedule: Schedule, finest: Schedule): boolean {
  const first = gridIndexAtOrBefore(schedule, Temporal.Instant.from(schedule.startsAt));
  for (let n = first; n <= first + COMPARED_BOUNDARIES; n++) {
    const at = gridBoundary(schedule, n);
    if (!gridBoundary(finest, gridIndexAtOrBefore(finest, at)).equals(at)) return false;
  }
  return true;
}

function mismatch(intervals: readonly Interval[]): Error {
  const given = [...new Set(intervals.map(({ unit, count }) => `${count} ${unit}`))].join(", ");
  return domainError(
    "price_interval_mismatch",
    `the intervals ${given} do not share a grid; use only days and weeks, or only months and longer, ` +
      "and let the shortest go into each of the others",
  );
}
