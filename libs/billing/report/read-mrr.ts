import type { Temporal } from "temporal-polyfill";
import { compareInstants } from "#libs/core/calendar/timezone.ts";
import { type Decimal, parseDecimal, zero } from "#libs/core/money/decimal.ts";
import { ratePrice } from "#libs/core/rating/rate-price.ts";
import { monthlyAmount } from "#libs/core/report/monthly-amount.ts";
import { type MrrMovement, mrrMovement } from "#libs/core/report/mrr-movement.ts";
import { type BillableSubscription, loadBillableSubscriptions } from "#libs/data/billable-subscriptions.ts";
import { toDate, type TenantTx } from "#libs/data/database.ts";
import { listLiveSubscriptionIds } from "#libs/data/report-reads.ts";

export type MrrReport = {
  readonly currency: string;
  readonly movement: MrrMovement;
  /** Who pays at the end. */
  readonly customers: number;
  readonly subscriptions: number;
};

type Totals = { before: Map<string, Decimal>; after: Map<string, Decimal>; subscriptions: number };

const subscriptionsAtOnce = 500;

/**
 * Monthly recurring revenue at an instant, and how it came from an earlier one: recurring prices of subscriptions in force,
 * each brought to a month, before discounts and tax. Usage and one-time prices are none; who is on trial, paused, inactive
 * or parked beyond reading pays nothing. Terms are those of today: an override that was changed counts for both instants.
 */
export async function readMrr(
  tx: TenantTx,
  input: { readonly since: Temporal.Instant; readonly asOf: Temporal.Instant },
): Promise<MrrReport[]> {
  const totals = new Map<string, Totals>();
  let after: string | null = null;
  for (;;) {
    const ids: string[] = await listLiveSubscriptionIds(tx, {
      ...{ since: toDate(input.since), asOf: toDate(input.asOf), after, limit: subscriptionsAtOnce },
    });
    for (const subscription of await loadBillableSubscriptions(tx, ids)) {
      if (!("broken" in subscription)) addTo(totals, subscription, input);
    }
    after = ids.at(-1) ?? null;
    if (ids.length < subscriptionsAtOnce) break;
  }
  return [...totals]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, { before, after: now, subscriptions }]) => ({
      ...{ currency, movement: mrrMovement(before, now), subscriptions },
      customers: [...now.values()].filter((amount) => amount.gt(0)).length,
    }));
}

function addTo(
  totals: Map<string, Totals>,
  subscription: BillableSubscription,
  { since, asOf }: { readonly since: Temporal.Instant; readonly asOf: Temporal.Instant },
): void {
  const known = totals.get(subscription.currency);
  const total = known ?? { before: new Map(), after: new Map(), subscriptions: 0 };
  totals.set(subscription.currency, total);
  const { id } = subscription.customer;
  const [was, is] = [monthlyOf(subscription, since), monthlyOf(subscription, asOf)];
  total.before.set(id, (total.before.get(id) ?? zero).plus(was));
  total.after.set(id, (total.after.get(id) ?? zero).plus(is));
  if (is.gt(0)) total.subscriptions += 1;
}

function monthlyOf(subscription: BillableSubscription, at: Temporal.Instant): Decimal {
  const { trialEndsAt, pausedAt, customer } = subscription;
  const onTrial = trialEndsAt !== null && compareInstants(at, trialEndsAt) < 0;
  const paused = pausedAt !== null && compareInstants(pausedAt, at) <= 0;
  if (onTrial || paused || customer.status !== "active" || !isIn(subscription, at)) return zero;
  return subscription.items
    .filter((item) => item.price.kind === "recurring" && isIn(item, at))
    .reduce((sum, item) => {
      const interval = item.schedules.at(-1)?.schedule.interval;
      if (interval === undefined) return sum;
      const quantity = parseDecimal(item.quantity ?? item.price.quantity ?? "1", "quantity");
      const { exactAmount } = ratePrice({
        ...{ price: item.price, quantity, ratio: { numerator: 1n, denominator: 1n } },
      });
      return sum.plus(monthlyAmount(exactAmount, interval));
    }, zero);
}

function isIn(
  lasting: { readonly startsAt: Temporal.Instant; readonly endsAt: Temporal.Instant | null },
  at: Temporal.Instant,
): boolean {
  return (
    compareInstants(lasting.startsAt, at) <= 0 &&
    (lasting.endsAt === null || compareInstants(at, lasting.endsAt) < 0)
  );
}
