import { Temporal } from "temporal-polyfill";
import { domainError } from "../errors.ts";
import type { Interval } from "../price/price.ts";
import { clampedDayOfMonth } from "./civil-date.ts";
import type { TimeRange } from "./proration.ts";
import type { Anchor } from "./resolve-anchor.ts";
import { resolveAnchor } from "./resolve-anchor.ts";
import { assertTimezone, compareInstants, instantToLocal, localTime, localToInstant } from "./timezone.ts";
import { firstInstantOf, offsetMsAt } from "./zone-offsets.ts";

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

/** A schedule read once: what its strings mean in numbers, and where period 0 lies on the grid. */
type Grid = {
  readonly unit: "months" | "days";
  /** Units between two boundaries. */
  readonly step: number;
  /** Of the anchor's local date: its month, numbered through, or its day since 1970-01-01. */
  readonly anchorUnit: number;
  /** Day of the month that month grids keep. */
  readonly anchorDay: number;
  /** Of the anchor's local time: milliseconds since midnight, and the nanoseconds beyond. */
  readonly timeMs: number;
  readonly nanoseconds: bigint;
  readonly zone: string;
  readonly startsAt: Temporal.Instant;
  /** How far the zone's clock is ahead of UTC there. */
  readonly startOffsetMs: number;
  /** Epoch milliseconds of boundary 0, and what lies between two boundaries on average. */
  readonly anchorMs: number;
  readonly meanMs: number;
  /** Grid index of the boundary at or before `startsAt`. */
  readonly origin: number;
  /** Daily at midnight: the only grid on which a day that a zone skipped makes two boundaries one. */
  readonly canCollapse: boolean;
  /** The boundaries that were asked for last, by number: a bill asks for the same few again and again. */
  readonly lately: Map<number, Temporal.Instant>;
};

const unitSteps: Readonly<Record<Interval["unit"], { unit: Grid["unit"]; step: number }>> = {
  day: { unit: "days", step: 1 },
  week: { unit: "days", step: 7 },
  month: { unit: "months", step: 1 },
  quarter: { unit: "months", step: 3 },
  half_year: { unit: "months", step: 6 },
  year: { unit: "months", step: 12 },
};

const DAY_MS = 86_400_000;
const NANOSECONDS_PER_MS = 1_000_000n;
/** Of 400 years, after which the calendar repeats. */
const MEAN_DAYS_PER_MONTH = 146_097 / 4_800;
/** An estimate of the grid index is off by one interval at most, and by one more around a skipped day. */
const CORRECTION_STEPS_MAX = 4;

/** Of one schedule. */
const BOUNDARIES_KEPT = 8;

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
  return new Temporal.Instant(gridNanoseconds(gridOf(schedule), n));
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
  return periodAt(schedule, n - grid.origin - collapsedUpTo(grid, gridNanoseconds(grid, n)));
}

/** The whole grid period that holds period `k`: period k itself, but for a stub 0 the grid period around it. */
export function wholePeriodAround(schedule: Schedule, k: number): TimeRange {
  const grid = gridOf(schedule);
  const start = k === 0 ? gridBoundary(schedule, grid.origin) : boundaryOf(grid, k);
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
  const grid = readGrid(schedule);
  grids.set(schedule, grid);
  return grid;
}

function readGrid({ anchorAt, interval, timezone: zone, startsAt }: Schedule): Grid {
  assertInterval(interval);
  const { unit, step: stepOfUnit } = unitSteps[interval.unit];
  const step = stepOfUnit * interval.count;
  const anchor = Temporal.PlainDateTime.from(anchorAt);
  const { localMs, nanoseconds } = localTime(anchor);
  const anchorDate = Math.floor(localMs / DAY_MS);
  const timeMs = localMs - anchorDate * DAY_MS;
  const start = Temporal.Instant.from(startsAt);
  const unplaced: Grid = {
    ...{ unit, step, timeMs, nanoseconds, zone, startsAt: start, origin: 0, lately: new Map() },
    startOffsetMs: offsetMsAt(zone, start.epochMilliseconds),
    anchorUnit: unit === "months" ? anchor.year * 12 + anchor.month - 1 : anchorDate,
    anchorDay: anchor.day,
    anchorMs: localToInstant(anchor, zone).epochMilliseconds,
    meanMs: step * DAY_MS * (unit === "months" ? MEAN_DAYS_PER_MONTH : 1),
    canCollapse: unit === "days" && step === 1 && timeMs === 0 && nanoseconds === 0n,
  };
  return { ...unplaced, origin: indexAtOrBefore(unplaced, start) };
}

/** Grid boundary `n` in epoch nanoseconds. */
function gridNanoseconds(grid: Grid, n: number): bigint {
  const at = grid.anchorUnit + n * grid.step;
  const day = grid.unit === "months" ? clampedDayOfMonth(at, grid.anchorDay) : at;
  return firstInstantOf(grid.zone, day * DAY_MS + grid.timeMs, grid.nanoseconds);
}

function boundaryOf(grid: Grid, k: number): Temporal.Instant {
  if (!Number.isInteger(k) || k < 0) {
    throw domainError("period_before_start", `periods are numbered from 0, got ${k}`);
  }
  if (k === 0) return grid.startsAt;
  const known = grid.lately.get(k);
  if (known !== undefined) return known;
  const n = grid.origin + k;
  const nanoseconds = gridNanoseconds(grid, n);
  const collapsed = collapsedUpTo(grid, nanoseconds);
  const at = new Temporal.Instant(collapsed === 0 ? nanoseconds : gridNanoseconds(grid, n + collapsed));
  if (grid.lately.size >= BOUNDARIES_KEPT) grid.lately.clear();
  grid.lately.set(k, at);
  return at;
}

function indexAtOrBefore(grid: Grid, at: Temporal.Instant): number {
  const nanoseconds = at.epochNanoseconds;
  let n = Math.floor((at.epochMilliseconds - grid.anchorMs) / grid.meanMs);
  for (let i = 0; i < CORRECTION_STEPS_MAX && gridNanoseconds(grid, n) > nanoseconds; i++) n--;
  for (let i = 0; i < CORRECTION_STEPS_MAX && gridNanoseconds(grid, n + 1) <= nanoseconds; i++) n++;
  return n;
}

/**
 * How many grid boundaries after the start, up to `at`, fell together with the next one. A zone that crosses the date
 * line skips a day by moving its clock 24 hours ahead, so the difference of its offsets counts the skipped days.
 */
function collapsedUpTo({ canCollapse, zone, startOffsetMs }: Grid, nanoseconds: bigint): number {
  if (!canCollapse) return 0;
  const offsetMs = offsetMsAt(zone, Number(nanoseconds / NANOSECONDS_PER_MS));
  return Math.max(0, Math.round((offsetMs - startOffsetMs) / DAY_MS));
}
