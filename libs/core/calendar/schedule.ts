import { Temporal } from "temporal-polyfill";
import { domainError } from "../errors.ts";
import type { Interval } from "../price/price.ts";
import type { TimeRange } from "./proration.ts";
import type { Anchor } from "./resolve-anchor.ts";
import { resolveAnchor } from "./resolve-anchor.ts";
import { assertTimezone, compareInstants, instantToLocal, localToInstant } from "./timezone.ts";

/**
 * The boundaries of a subscription item, as data. Grid boundary n is `anchorAt + n x interval` on the wall clock of
 * `timezone`, clamped to the month's end from the anchor's own day, for every whole n, also below 0.
 */
export type Schedule = {
  /** Local date-time of grid boundary 0, such as `2026-01-31T00:00:00`. */
  readonly anchorAt: string;
  readonly interval: Interval;
  /** IANA name. */
  readonly timezone: string;
  /** The instant at which period 0 starts. */
  readonly startsAt: string;
};

/** Period `index` of a schedule: `[start, end)`. */
export type Period = TimeRange & { readonly index: number };

/** A schedule read once: what its strings mean, and where period 0 lies on the grid. */
type Grid = {
  readonly anchor: Temporal.PlainDateTime;
  readonly unit: "months" | "days";
  readonly step: number;
  readonly zone: string;
  readonly startsAt: Temporal.Instant;
  /** Grid index of the boundary at or before `startsAt`. */
  readonly origin: number;
  /** Daily at midnight: the only grid on which a day that a zone skipped makes two boundaries one. */
  readonly canCollapse: boolean;
};

const unitSteps: Readonly<Record<Interval["unit"], { unit: Grid["unit"]; step: number }>> = {
  day: { unit: "days", step: 1 },
  week: { unit: "days", step: 7 },
  month: { unit: "months", step: 1 },
  quarter: { unit: "months", step: 3 },
  half_year: { unit: "months", step: 6 },
  year: { unit: "months", step: 12 },
};

const NANOSECONDS_PER_DAY = 86_400_000_000_000;
/** An estimate of the grid index is off by one interval at most, and by one more around a skipped day. */
const CORRECTION_STEPS_MAX = 4;

const grids = new WeakMap<Schedule, Grid>();

/**
 * Fixes a schedule: works out the anchor's local date-time once, so that it can be stored.
 * Throws `interval_count_invalid` (1 to 999), `anchor_invalid`, `timezone_unknown`.
 */
export function resolveSchedule(input: {
  anchor: Anchor;
  interval: Interval;
  timezone: string;
  startsAt: Temporal.Instant;
}): Schedule {
  const { anchor, interval, startsAt } = input;
  assertInterval(interval);
  const timezone = assertTimezone(input.timezone);
  const anchorAt = resolveAnchor({
    anchor,
    unit: interval.unit,
    stepMonths:
      unitSteps[interval.unit].unit === "months" ? unitSteps[interval.unit].step * interval.count : 0,
    start: instantToLocal(startsAt, timezone),
  });
  return { anchorAt: anchorAt.toString(), interval, timezone, startsAt: startsAt.toString() };
}

/** Grid boundary `n`, a whole number that may be negative; the grid knows nothing of `startsAt`. */
export function gridBoundary(schedule: Schedule, n: number): Temporal.Instant {
  return gridInstant(gridOf(schedule), n);
}

/** The largest n whose grid boundary is at or before `at`. */
export function gridIndexAtOrBefore(schedule: Schedule, at: Temporal.Instant): number {
  return indexAtOrBefore(gridOf(schedule), at);
}

/**
 * Boundary `k` >= 0 of the schedule, the start of period k: `startsAt` for 0, then the grid boundaries after it, strictly
 * increasing: a local day that the zone skipped altogether has no period of its own.
 */
export function boundary(schedule: Schedule, k: number): Temporal.Instant {
  return boundaryOf(gridOf(schedule), k);
}

/** Period `k` >= 0: `[boundary k, boundary k + 1)`. */
export function periodAt(schedule: Schedule, k: number): Period {
  return { index: k, start: boundary(schedule, k), end: boundary(schedule, k + 1) };
}

/** The period that holds `at`; an instant on a boundary opens its period. Throws `period_before_start`. */
export function periodContaining(schedule: Schedule, at: Temporal.Instant): Period {
  const grid = gridOf(schedule);
  if (compareInstants(at, grid.startsAt) < 0) {
    throw domainError(
      "period_before_start",
      `${at.toString()} lies before the schedule's start ${schedule.startsAt}; periods begin there`,
    );
  }
  const n = indexAtOrBefore(grid, at);
  return periodAt(schedule, n - grid.origin - collapsedUpTo(grid, gridInstant(grid, n)));
}

/** The whole grid period that holds period `k`: period k itself, but for a stub 0 the grid period around it. */
export function wholePeriodAround(schedule: Schedule, k: number): TimeRange {
  const grid = gridOf(schedule);
  const start = k === 0 ? gridInstant(grid, grid.origin) : boundaryOf(grid, k);
  return { start, end: boundaryOf(grid, k + 1) };
}

/** The boundaries from `fromIndex` on that have come by `until` (at <= until), in order, `limit` at most. */
export function dueBoundaries(
  schedule: Schedule,
  query: { fromIndex: number; until: Temporal.Instant; limit: number },
): { index: number; at: Temporal.Instant }[] {
  const due: { index: number; at: Temporal.Instant }[] = [];
  for (let index = query.fromIndex; due.length < query.limit; index++) {
    const at = boundary(schedule, index);
    if (compareInstants(at, query.until) > 0) break;
    due.push({ index, at });
  }
  return due;
}

function assertInterval(interval: Interval): void {
  const { count } = interval;
  if (Number.isInteger(count) && count >= 1 && count <= 999) return;
  throw domainError(
    "interval_count_invalid",
    `an interval's count is a whole number from 1 to 999, got ${count}`,
  );
}

function gridOf(schedule: Schedule): Grid {
  const known = grids.get(schedule);
  if (known) return known;
  assertInterval(schedule.interval);
  const { unit, step } = unitSteps[schedule.interval.unit];
  const anchor = Temporal.PlainDateTime.from(schedule.anchorAt);
  const grid = {
    anchor,
    unit,
    step: step * schedule.interval.count,
    zone: schedule.timezone,
    startsAt: Temporal.Instant.from(schedule.startsAt),
    origin: 0,
    canCollapse:
      unit === "days" &&
      step * schedule.interval.count === 1 &&
      anchor.equals(anchor.round({ smallestUnit: "day", roundingMode: "floor" })),
  };
  const placed = { ...grid, origin: indexAtOrBefore(grid, grid.startsAt) };
  grids.set(schedule, placed);
  return placed;
}

function gridInstant(grid: Grid, n: number): Temporal.Instant {
  return localToInstant(grid.anchor.add({ [grid.unit]: n * grid.step }), grid.zone);
}

function boundaryOf(grid: Grid, k: number): Temporal.Instant {
  if (!Number.isInteger(k) || k < 0) {
    throw domainError("period_before_start", `periods are numbered from 0, got ${k}`);
  }
  if (k === 0) return grid.startsAt;
  const n = grid.origin + k;
  const at = gridInstant(grid, n);
  const collapsed = collapsedUpTo(grid, at);
  return collapsed === 0 ? at : gridInstant(grid, n + collapsed);
}

function indexAtOrBefore(grid: Grid, at: Temporal.Instant): number {
  const local = instantToLocal(at, grid.zone);
  const distance =
    grid.unit === "months"
      ? (local.year - grid.anchor.year) * 12 + local.month - grid.anchor.month
      : grid.anchor.toPlainDate().until(local.toPlainDate(), { largestUnit: "day" }).days;
  let n = Math.floor(distance / grid.step);
  for (let i = 0; i < CORRECTION_STEPS_MAX && compareInstants(gridInstant(grid, n), at) > 0; i++) n--;
  for (let i = 0; i < CORRECTION_STEPS_MAX && compareInstants(gridInstant(grid, n + 1), at) <= 0; i++) n++;
  return n;
}

/**
 * How many grid boundaries after the start, up to `at`, fell together with the next one. A zone that crosses the date
 * line skips a day by moving its clock 24 hours ahead, so the difference of its offsets counts the skipped days.
 */
function collapsedUpTo(grid: Grid, at: Temporal.Instant): number {
  if (!grid.canCollapse) return 0;
  const before = grid.startsAt.toZonedDateTimeISO(grid.zone).offsetNanoseconds;
  const after = at.toZonedDateTimeISO(grid.zone).offsetNanoseconds;
  return Math.max(0, Math.round((after - before) / NANOSECONDS_PER_DAY));
}
