import type { Temporal } from "temporal-polyfill";
import { compareInstants } from "#libs/core/calendar/timezone.ts";
import type { BillableItem } from "#libs/core/rating/billable-item.ts";
import type { Position } from "#libs/core/rating/due-periods.ts";
import type { PendingChange } from "#libs/core/subscription/change-terms.ts";
import { type BillableSubscription, loadBillableSubscriptions } from "#libs/data/billable-subscriptions.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { describeFailure } from "../work/run-work.ts";
import type { ParkedSubscription, Standing } from "./draft-boundary.ts";
import { loadPendingChanges, withOverrides } from "./load-changes.ts";

/**
 * Subscriptions as billing sees them, each at its next boundary. What cannot be read comes back as broken; what was
 * parked or has ended meanwhile is left out.
 */
export async function loadStandings(
  tx: TenantTx,
  ids: readonly string[],
): Promise<{ standings: Standing[]; broken: ParkedSubscription[] }> {
  const pending = await loadPendingChanges(tx, ids);
  const standings: Standing[] = [];
  const broken: ParkedSubscription[] = [];
  for (const subscription of await loadBillableSubscriptions(tx, ids)) {
    if ("broken" in subscription) {
      broken.push({
        subscriptionId: subscription.id,
        customerId: null,
        code: "subscription_broken",
        reason: subscription.broken,
      });
    } else if (subscription.nextDueAt !== null && subscription.parkedCode === null) {
      try {
        standings.push(...standingOf(subscription, pending.get(subscription.id) ?? []));
      } catch (thrown) {
        const { code, message } = describeFailure(thrown);
        broken.push({
          subscriptionId: subscription.id,
          customerId: subscription.customer.id,
          code,
          reason: message,
        });
      }
    }
  }
  return { standings, broken };
}

/** A subscription at its next boundary; none when the last one is billed. @throws DomainError what makes it impossible to bill */
export function standingOf(
  subscription: BillableSubscription,
  changes: readonly PendingChange[],
): Standing[] {
  const { nextDueAt: at, nextIndex: index } = subscription;
  const found = standingAt(subscription, ({ endsAt }) =>
    at === null ? null : { index, at, last: endsAt !== null && compareInstants(at, endsAt) >= 0 },
  );
  const overridden = changes.map((change) => withOverrides(change, subscription.priceOverrides));
  return found.map((standing) => ({ ...standing, changes: overridden }));
}

/** A subscription at the boundary that `choose` finds, also one that is parked, billed or ended. */
export function standingAt(
  subscription: BillableSubscription,
  choose: (terms: Pick<Standing, "items" | "endsAt">) => Position | null,
): Standing[] {
  const items = subscription.items.flatMap((item) => itemSegments(item, subscription.endsAt));
  const position = choose({ items, endsAt: subscription.endsAt });
  if (position === null) return [];
  return [
    {
      subscriptionId: subscription.id,
      customerId: subscription.customer.id,
      customer: subscription.customer,
      currency: subscription.currency,
      taxStatus: subscription.customer.taxStatus,
      taxRates: subscription.taxRates,
      coupons: subscription.coupons,
      items,
      endsAt: subscription.endsAt,
      scheduleNo: subscription.scheduleNo,
      billingSequence: subscription.billingSequence,
      position,
      anchor: subscription.anchor,
      timezone: subscription.timezone,
      planId: subscription.plan.id,
      changes: [],
    },
  ];
}

/** An item once for each of its schedules, cut where the item, the schedule or the subscription ends. */
export function itemSegments(
  item: BillableSubscription["items"][number],
  subscriptionEndsAt: Temporal.Instant | null,
): BillableItem[] {
  const { itemId, priceId, price, meter, limits, quantity } = item;
  return item.schedules.map(({ scheduleNo, schedule, endsAt }) => {
    const ends = [item.endsAt, endsAt, subscriptionEndsAt].filter((end) => end !== null);
    const [first = null] = ends.sort(compareInstants);
    const shared = { itemId, priceId, price, meter, limits, unit: meter?.unit ?? null, quantity };
    return { ...shared, scheduleNo, schedule, endsAt: first };
  });
}
