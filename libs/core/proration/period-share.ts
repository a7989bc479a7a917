import type { Temporal } from "temporal-polyfill";
import { type Share, shareOf, type TimeRange } from "../calendar/proration.ts";
import {
  dueBoundaries,
  type Period,
  periodAt,
  type Schedule,
  wholePeriodAround,
} from "../calendar/schedule.ts";
import { compareInstants } from "../calendar/timezone.ts";
import type { Price } from "../price/price.ts";

/** How a share is measured: elapsed seconds, local calendar days, or not at all (always 1/1). */
export type ProrationUnit = Price["proration"];

/** A period, cut where its subscription ends, and the share of the whole grid period around it. */
export type SharedPeriod = Period & { readonly share: Share };

/**
 * Period `index` of a schedule, cut at `endsAt` (exclusive; null = open), over the whole grid period around it. Period
 * 0 is the leading stub, the period that holds the end the trailing one. A period that starts at or after
 * the end is empty there: its share is 0. Throws `period_before_start`, `period_outside_whole`.
 */
export function periodShare(
  schedule: Schedule,
  index: number,
  { endsAt, by }: { readonly endsAt: Temporal.Instant | null; readonly by: ProrationUnit },
): SharedPeriod {
  const period = periodAt(schedule, index);
  const end = later(period.start, earlier(period.end, endsAt));
  const part = { start: period.start, end };
  const whole = index === 0 ? wholePeriodAround(schedule, 0) : period;
  return { index, ...part, share: shareOf({ part, whole, by, timezone: schedule.timezone }) };
}

/**
 * The share of `period` from `at` to its end: what a change at `at` credits of the old and charges of the new. A change
 * at the end leaves 0. By `day`, the day of the change counts as remaining.
 * Throws `period_outside_whole` when `at` lies outside.
 */
export function remainingShare(input: {
  readonly period: TimeRange;
  readonly at: Temporal.Instant;
  readonly by: ProrationUnit;
  readonly timezone: string;
}): Share {
  const { period, at, by, timezone } = input;
  return shareOf({ part: { start: at, end: period.end }, whole: period, by, timezone });
}

/**
 * The periods that are billed in advance by `until` (inclusive: a period is billed when it starts), in order, each cut
 * at `endsAt`, `limit` at most. Their shares add up to how many periods are billed.
 */
export function sharesInAdvance(
  schedule: Schedule,
  query: {
    readonly until: Temporal.Instant;
    readonly endsAt: Temporal.Instant | null;
    readonly by: ProrationUnit;
    readonly limit: number;
  },
): SharedPeriod[] {
  const { until, endsAt, by, limit } = query;
  return dueBoundaries(schedule, { fromIndex: 0, until, limit })
    .filter(({ at }) => endsAt === null || compareInstants(at, endsAt) < 0)
    .map(({ index }) => periodShare(schedule, index, { endsAt, by }));
}

function later(a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant {
  return compareInstants(a, b) < 0 ? b : a;
}

function earlier(a: Temporal.Instant, b: Temporal.Instant | null): Temporal.Instant {
  return b !== null && compareInstants(b, a) < 0 ? b : a;
}
