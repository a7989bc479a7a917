import type { BillableItem } from "#libs/core/rating/billable-item.ts";
import { type Position, positionAt } from "#libs/core/rating/due-periods.ts";
import { type BillableSubscription, loadBillableSubscriptions } from "#libs/data/billable-subscriptions.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { describeFailure } from "../work/run-work.ts";
import type { ParkedSubscription, Standing } from "./draft-boundary.ts";

/**
 * Subscriptions as billing sees them, each at its next boundary. What cannot be read comes back as broken; what was
 * parked or has ended meanwhile is left out.
 */
export async function loadStandings(
  tx: TenantTx,
  ids: readonly string[],
): Promise<{ standings: Standing[]; broken: ParkedSubscription[] }> {
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
        standings.push(...standingOf(subscription));
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
function standingOf(subscription: BillableSubscription): Standing[] {
  return standingAt(subscription, (terms) => positionAt(terms.items, subscription.nextIndex, terms.endsAt));
}

/** A subscription at the boundary that `choose` finds, also one that is parked, billed or ended. */
export function standingAt(
  subscription: BillableSubscription,
  choose: (terms: Pick<Standing, "items" | "endsAt">) => Position | null,
): Standing[] {
  const items = subscription.items.flatMap((item): BillableItem[] => {
    const current = item.schedules.at(-1);
    if (current === undefined) return [];
    const { itemId, priceId, price, meter, quantity } = item;
    const { scheduleNo, schedule } = current;
    return [{ itemId, priceId, price, meter, unit: meter?.unit ?? null, quantity, scheduleNo, schedule }];
  });
  const position = choose({ items, endsAt: subscription.endsAt });
  if (position === null) return [];
  return [
    {
      subscriptionId: subscription.id,
      customerId: subscription.customer.id,
      currency: subscription.currency,
      taxStatus: subscription.customer.taxStatus,
      taxRates: subscription.taxRates,
      items,
      endsAt: subscription.endsAt,
      scheduleNo: subscription.scheduleNo,
      billingSequence: subscription.billingSequence,
      position,
    },
  ];
}
