import { Temporal } from "temporal-polyfill";
import { shareOf, type TimeRange } from "../calendar/proration.ts";
import { gridBoundary, gridIndexAtOrBefore } from "../calendar/schedule.ts";
import { compareInstants } from "../calendar/timezone.ts";
import type { PlanLimits } from "../price/plan-limits.ts";
import type { BillableItem } from "./billable-item.ts";
import type { Ratio } from "./rate-price.ts";

/** The time that one version of a plan had of a period, and its share of the whole period. */
export type LimitPart = { readonly limits: PlanLimits; readonly ratio: Ratio };

/** A period of a plan's own interval, as far as its limits are decided: `[start, end)`. */
export type LimitPeriod = {
  /** Start of the whole period on its grid, which names it. */
  readonly gridStart: Temporal.Instant;
  readonly start: Temporal.Instant;
  /** Where it ends, or where another version of a plan, or none, took over. */
  readonly end: Temporal.Instant;
  /** Versions that held in it, in their order. */
  readonly parts: readonly LimitPart[];
};

type Span = TimeRange & { readonly limits: PlanLimits; readonly since: Temporal.Instant };
type Stretch = TimeRange & { readonly limits: PlanLimits | null };

/**
 * The periods whose limits an invoice decides: the one that ends at its boundary, or that another version of the plan takes
 * over there, and those that earlier boundaries decided and that it bills something of. A change of quantities ends no
 * period. A period that a new grid cuts ends there.
 * @param input.touched starts of what the invoice bills
 * @param input.billedUntil the last boundary that is billed, when the invoice is an earlier one that is made again
 */
export function limitPeriodsDue(
  items: readonly BillableItem[],
  input: {
    readonly at: Temporal.Instant;
    readonly touched: readonly Temporal.Instant[];
    readonly billedUntil?: Temporal.Instant;
  },
): LimitPeriod[] {
  const own = items.filter(isOwn);
  if (own.every(({ limits }) => !hasLimits(limits))) return [];
  const { at, touched } = input;
  const until =
    input.billedUntil === undefined || compareInstants(input.billedUntil, at) < 0 ? at : input.billedUntil;
  const isAgain = compareInstants(until, at) > 0;
  const ending = gridsAt(own, at.subtract({ nanoseconds: 1 })).flatMap((grid) => {
    const stretches = stretchesOf(own, grid);
    if (!stopsOf(stretches).some((stop) => compareInstants(stop, at) === 0)) return [];
    return decidedPart(grid, stretches, isAgain ? until : at);
  });
  const settled = touched
    .flatMap((instant) => gridsAt(own, instant))
    .flatMap((grid) => decidedPart(grid, stretchesOf(own, grid), until));
  const found = new Map([...settled, ...ending].map((period) => [period.gridStart.toString(), period]));
  return [...found.values()].sort((a, b) => compareInstants(a.start, b.start));
}

function isOwn({ price, schedule: { interval }, limits }: BillableItem): boolean {
  if (limits === undefined || price.kind === "one_time") return false;
  return interval.unit === limits.interval.unit && interval.count === limits.interval.count;
}

function hasLimits(limits: PlanLimits | null | undefined): boolean {
  if (limits === null || limits === undefined) return false;
  return limits.minimumCommitmentMinor !== null || limits.maximumAmountMinor !== null;
}

function gridAt({ schedule }: BillableItem, at: Temporal.Instant): TimeRange {
  const n = gridIndexAtOrBefore(schedule, at);
  return { start: gridBoundary(schedule, n), end: gridBoundary(schedule, n + 1) };
}

/** The different whole periods around an instant, of the items that have a part in them. */
function gridsAt(items: readonly BillableItem[], at: Temporal.Instant): TimeRange[] {
  const grids = items.flatMap((item) => {
    const grid = gridAt(item, at);
    return spanOf(item, grid) === null ? [] : [grid];
  });
  return grids.filter((grid, index) => grids.findIndex((other) => isSame(grid, other)) === index);
}

function isSame(a: TimeRange, b: TimeRange): boolean {
  return compareInstants(a.start, b.start) === 0 && compareInstants(a.end, b.end) === 0;
}

function spanOf(item: BillableItem, grid: TimeRange): Span | null {
  const { limits, schedule, endsAt } = item;
  const since = Temporal.Instant.from(schedule.startsAt);
  const start = compareInstants(since, grid.start) < 0 ? grid.start : since;
  const end = endsAt !== null && compareInstants(endsAt, grid.end) < 0 ? endsAt : grid.end;
  return limits === undefined || compareInstants(start, end) >= 0 ? null : { start, end, limits, since };
}

/** A period cut wherever an item begins or ends. In each stretch the version that came last holds; in a pause none. */
function stretchesOf(items: readonly BillableItem[], grid: TimeRange): Stretch[] {
  const spans = items.flatMap((item) =>
    isSame(gridAt(item, grid.start), grid) ? (spanOf(item, grid) ?? []) : [],
  );
  const cuts = spans.flatMap(({ start, end }) => [start, end]).sort(compareInstants);
  const points = cuts.filter((cut, n) => n === 0 || compareInstants(cut, cuts[n - 1] ?? cut) !== 0);
  return points.slice(0, -1).map((start, n) => {
    const end = points[n + 1] ?? grid.end;
    const live = spans.filter(
      (span) => compareInstants(span.start, start) <= 0 && compareInstants(span.end, end) >= 0,
    );
    const last = live.sort((a, b) => compareInstants(a.since, b.since)).at(-1);
    return { start, end, limits: last?.limits ?? null };
  });
}

/** Where a version of the plan ends, and nothing or another one follows. */
function stopsOf(stretches: readonly Stretch[]): Temporal.Instant[] {
  return stretches.flatMap(({ limits, end }, n) => {
    const next = stretches[n + 1]?.limits?.planVersionId;
    return limits === null || limits.planVersionId === next ? [] : [end];
  });
}

function decidedPart(grid: TimeRange, stretches: readonly Stretch[], until: Temporal.Instant): LimitPeriod[] {
  const end = stopsOf(stretches).findLast((stop) => compareInstants(stop, until) <= 0);
  if (end === undefined) return [];
  const parts = new Map<string, LimitPart>();
  for (const { limits, ...part } of stretches) {
    if (limits === null || compareInstants(part.end, end) > 0) continue;
    const share = shareOf({ part, whole: grid, by: "second", timezone: "UTC" });
    const before = parts.get(limits.planVersionId)?.ratio.numerator ?? 0n;
    const ratio = { numerator: before + share.numerator, denominator: share.denominator };
    parts.set(limits.planVersionId, { limits, ratio });
  }
  const held = [...parts.values()];
  const start = stretches[0]?.start ?? grid.start;
  return held.some(({ limits }) => hasLimits(limits))
    ? [{ gridStart: grid.start, start, end, parts: held }]
    : [];
}
