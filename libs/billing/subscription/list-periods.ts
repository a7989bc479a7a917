import { Temporal } from "temporal-polyfill";
import { periodContaining } from "#libs/core/calendar/schedule.ts";
import { compareInstants } from "#libs/core/calendar/timezone.ts";
import { domainError } from "#libs/core/errors.ts";
import { periodShare } from "#libs/core/proration/period-share.ts";
import type { BillableItem } from "#libs/core/rating/billable-item.ts";
import { loadBillableSubscriptions } from "#libs/data/billable-subscriptions.ts";
import { toDate, toInstant, type TenantTx } from "#libs/data/database.ts";
import {
  type ClaimedUpTo,
  listClaimedUpTo,
  listSubscriptionPeriods,
  type SubscriptionPeriodRow,
} from "#libs/data/subscription-periods.ts";
import { itemSegments } from "../run/load-standings.ts";

/** A period of one item; `upcoming`: nothing has claimed it yet. */
export type ListedPeriod = Omit<SubscriptionPeriodRow, "state"> & {
  readonly state: SubscriptionPeriodRow["state"] | "upcoming";
};

/** A place in the list: the start and the item of the last period that was shown. */
export type PeriodPlace = { readonly startAt: Temporal.Instant; readonly itemId: string };

export type PeriodsAsked = {
  readonly subscriptionId: string;
  /** Periods that overlap `[from, to)`. Unset: from the first one, up to those that run now or come first. */
  readonly from?: Temporal.Instant | undefined;
  readonly to?: Temporal.Instant | undefined;
  readonly after: PeriodPlace | null;
  readonly limit: number;
};

/**
 * Periods of a subscription in the order of their starts: what was claimed, and what will be by the terms that hold now. A
 * change that waits is not looked ahead at, a known end is. Writes nothing.
 * @throws DomainError subscription_not_found, subscription_broken
 */
export async function listPeriods(
  tx: TenantTx,
  asked: PeriodsAsked,
): Promise<{ readonly periods: readonly ListedPeriod[]; readonly next: PeriodPlace | null }> {
  const { subscriptionId, after, limit } = asked;
  const [loaded] = await loadBillableSubscriptions(tx, [subscriptionId]);
  if (loaded === undefined) throw domainError("subscription_not_found", "There is no such subscription.");
  if ("broken" in loaded) {
    throw domainError("subscription_broken", `The subscription cannot be read: ${loaded.broken}.`);
  }
  const begun = compareInstants(loaded.startsAt, tx.now) > 0 ? loaded.startsAt : tx.now;
  const to = asked.to ?? begun.add({ milliseconds: 1 });
  const claimed = await listSubscriptionPeriods(tx, subscriptionId, {
    ...{ from: asked.from === undefined ? null : toDate(asked.from), to: toDate(to), limit: limit + 1 },
    after: after === null ? null : { startAt: toDate(after.startAt), itemId: after.itemId },
  });
  const claims = await listClaimedUpTo(tx, subscriptionId);
  const upcoming = loaded.items
    .flatMap((item) => itemSegments(item, loaded.endsAt))
    .flatMap((item) => upcomingOf(item, firstIndex(item, claims, asked), { ...asked, to }));
  const found = [...claimed, ...upcoming].sort(inOrder);
  const last = found[limit - 1];
  return {
    periods: found.slice(0, limit),
    next:
      last === undefined || found.length <= limit
        ? null
        : { startAt: toInstant(last.start_at), itemId: last.subscription_item_id },
  };
}

/** The first period that nothing has claimed and that may lie in the window. */
function firstIndex(item: BillableItem, claims: readonly ClaimedUpTo[], asked: PeriodsAsked): number {
  const own = claims.find(
    (claim) => claim.subscription_item_id === item.itemId && claim.schedule_no === item.scheduleNo,
  );
  const open = own === undefined ? 0 : own.last_index + 1;
  const bounds = [asked.from, asked.after?.startAt].filter((bound) => bound !== undefined);
  const indexes = bounds.map((bound) =>
    compareInstants(bound, Temporal.Instant.from(item.schedule.startsAt)) <= 0
      ? 0
      : periodContaining(item.schedule, bound).index,
  );
  return Math.max(open, ...indexes);
}

function upcomingOf(
  item: BillableItem,
  first: number,
  { to, from, after, limit }: PeriodsAsked & { readonly to: Temporal.Instant },
): ListedPeriod[] {
  const { itemId, price, schedule, scheduleNo, endsAt } = item;
  const found: ListedPeriod[] = [];
  for (let index = first; found.length <= limit; index++) {
    if (price.kind === "one_time" && index > 0) break;
    const { start, end } = periodShare(schedule, index, { endsAt, by: "none" });
    if (compareInstants(start, end) >= 0 || compareInstants(start, to) >= 0) break;
    const isShown = from === undefined || compareInstants(end, from) > 0;
    if (!isShown || !isAfter(start, itemId, after)) continue;
    found.push({
      ...{ subscription_item_id: itemId, price_code: price.code, schedule_no: scheduleNo, index },
      ...{ start_at: toDate(start), end_at: toDate(end), state: "upcoming", invoice_id: null },
    });
  }
  return found;
}

function isAfter(start: Temporal.Instant, itemId: string, place: PeriodPlace | null): boolean {
  if (place === null) return true;
  const order = compareInstants(start, place.startAt);
  return order > 0 || (order === 0 && itemId > place.itemId);
}

function inOrder(a: ListedPeriod, b: ListedPeriod): number {
  const order = a.start_at.getTime() - b.start_at.getTime();
  return order !== 0 ? order : a.subscription_item_id < b.subscription_item_id ? -1 : 1;
}
