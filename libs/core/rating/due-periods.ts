import type { Temporal } from "temporal-polyfill";
import {
  boundary,
  type Period,
  periodAt,
  periodContaining,
  wholePeriodAround,
} from "../calendar/schedule.ts";
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

/** Where a subscription stands: boundary `index` of its finest schedule, the instant of it, and whether it is the last. */
export type Position = { readonly index: number; readonly at: Temporal.Instant; readonly last: boolean };

/**
 * Boundary `index` of the finest of the items' schedules; a subscription's end is its last boundary.
 * @param endsAt exclusive end of the subscription; null = open
 */
export function positionAt(
  items: readonly BillableItem[],
  index: number,
  endsAt: Temporal.Instant | null,
): Position | null {
  const finest = finestItem(items);
  if (finest === undefined) return null;
  const at = boundary(finest.schedule, index);
  if (endsAt === null || compareInstants(at, endsAt) < 0) return { index, at, last: false };
  if (index > 0 && compareInstants(boundary(finest.schedule, index - 1), endsAt) >= 0) return null;
  return { index, at: endsAt, last: true };
}

/** The item whose boundaries are closest together: every other item's boundaries lie on its grid. */
function finestItem(items: readonly BillableItem[]): BillableItem | undefined {
  const lengthOf = (item: BillableItem) => {
    const whole = wholePeriodAround(item.schedule, 1);
    return whole.end.epochMilliseconds - whole.start.epochMilliseconds;
  };
  return [...items].sort((a, b) => lengthOf(a) - lengthOf(b))[0];
}

/**
 * What falls due at a boundary: in-advance items for the period that begins there, in-arrears items for the one
 * that ends there, one-time items once, at boundary 0. In the order of the items.
 */
export function duePeriods(
  items: readonly BillableItem[],
  position: Position,
  endsAt: Temporal.Instant | null,
): DuePeriod[] {
  return items.flatMap((item) => {
    const period = duePeriod(item, position);
    if (period === null) return [];
    const by = item.price.kind === "one_time" ? "none" : item.price.proration;
    const { start, end, share } = periodShare(item.schedule, period.index, { endsAt, by });
    return [{ item, index: period.index, start, end, ratio: share }];
  });
}

function duePeriod(item: BillableItem, position: Position): Period | null {
  const holding = periodContaining(item.schedule, position.at);
  const begins = compareInstants(holding.start, position.at) === 0;
  if (item.price.kind === "one_time") return begins && holding.index === 0 ? holding : null;
  if (item.price.billing === "in_advance") return begins && !position.last ? holding : null;
  if (begins) return holding.index === 0 ? null : periodAt(item.schedule, holding.index - 1);
  return position.last ? holding : null;
}
