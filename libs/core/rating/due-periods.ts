import type { Temporal } from "temporal-polyfill";
import { boundary, type Period, periodAt, periodContaining } from "../calendar/schedule.ts";
import { compareInstants } from "../calendar/timezone.ts";
import { periodShare } from "../proration/period-share.ts";
import type { BillableItem } from "./billable-item.ts";
import type { Ratio } from "./rate-price.ts";

/** A period of an item that falls due: what is claimed and then billed. */
export type DuePeriod = {
  readonly item: BillableItem;
  readonly index: number;
  readonly start: Temporal.Instant;
  /** Exclusive. */
  readonly end: Temporal.Instant;
  /** Share of the whole period around it. */
  readonly ratio: Ratio;
};

/**
 * Where a subscription stands: the instant at which something may fall due, its number within the subscription's
 * schedule, and whether the subscription ends there.
 */
export type Position = { readonly index: number; readonly at: Temporal.Instant; readonly last: boolean };

/**
 * The first instant after `after` at which a period of any item begins or ends; a subscription's end is its last one.
 * Items that have ended by then say nothing. Null when nothing comes any more.
 * @param endsAt exclusive end of the subscription; null = open
 */
export function edgeAfter(
  items: readonly BillableItem[],
  after: Temporal.Instant,
  endsAt: Temporal.Instant | null,
): Temporal.Instant | null {
  const edges = items.flatMap((item) => itemEdgeAfter(item, after) ?? []);
  const first = edges.sort(compareInstants)[0] ?? null;
  return first !== null && endsAt !== null && compareInstants(first, endsAt) > 0 ? null : first;
}

/** The last instant up to `until`, inclusive, at which a period of any item begins or ends; null when none did. */
export function edgeUpTo(items: readonly BillableItem[], until: Temporal.Instant): Temporal.Instant | null {
  const edges = items.flatMap((item) => {
    if (isDead(item) || compareInstants(until, startOf(item)) < 0) return [];
    if (item.endsAt !== null && compareInstants(item.endsAt, until) <= 0) return [item.endsAt];
    return [periodContaining(item.schedule, until).start];
  });
  return edges.sort(compareInstants).at(-1) ?? null;
}

/** How many boundaries of the items' finest schedule lie before `at`, counted from that schedule's start. */
export function boundaryNumber(items: readonly BillableItem[], at: Temporal.Instant): number {
  const numbers = items
    .filter((item) => !isDead(item) && compareInstants(startOf(item), at) <= 0)
    .filter((item) => item.endsAt === null || compareInstants(at, item.endsAt) <= 0)
    .map((item) => {
      const holding = periodContaining(item.schedule, at);
      return compareInstants(holding.start, at) === 0 ? holding.index : holding.index + 1;
    });
  return Math.max(0, ...numbers);
}

/**
 * What falls due at an instant: in-advance items for the period that begins there, in-arrears items for the one
 * that ends there, also when the item ends in the middle of it, one-time items once, where they begin. In the order
 * of the items.
 */
export function duePeriods(items: readonly BillableItem[], at: Temporal.Instant): DuePeriod[] {
  return items.flatMap((item) => {
    const period = duePeriod(item, at);
    if (period === null) return [];
    const by = item.price.kind === "one_time" ? "none" : item.price.proration;
    const { start, end, share } = periodShare(item.schedule, period.index, { endsAt: item.endsAt, by });
    return [{ item, index: period.index, start, end, ratio: share }];
  });
}

function duePeriod(item: BillableItem, at: Temporal.Instant): Period | null {
  if (isDead(item) || compareInstants(at, startOf(item)) < 0) return null;
  const isPast = item.endsAt === null ? -1 : compareInstants(at, item.endsAt);
  if (isPast > 0) return null;
  const holding = periodContaining(item.schedule, at);
  const begins = compareInstants(holding.start, at) === 0;
  const isNew = begins && isPast < 0;
  if (item.price.kind === "one_time") return isNew && holding.index === 0 ? holding : null;
  if (item.price.billing === "in_advance") return isNew ? holding : null;
  if (begins) return holding.index === 0 ? null : periodAt(item.schedule, holding.index - 1);
  return isPast === 0 ? holding : null;
}

function itemEdgeAfter(item: BillableItem, after: Temporal.Instant): Temporal.Instant | null {
  if (isDead(item)) return null;
  const start = startOf(item);
  if (compareInstants(after, start) < 0) return start;
  if (item.endsAt !== null && compareInstants(after, item.endsAt) >= 0) return null;
  const { end } = periodContaining(item.schedule, after);
  return item.endsAt !== null && compareInstants(item.endsAt, end) < 0 ? item.endsAt : end;
}

function startOf(item: BillableItem): Temporal.Instant {
  return boundary(item.schedule, 0);
}

/** Ended before it began: replaced while it was still to come. */
function isDead(item: BillableItem): boolean {
  return item.endsAt !== null && compareInstants(item.endsAt, startOf(item)) <= 0;
}
