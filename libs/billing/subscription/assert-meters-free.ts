import type { Temporal } from "temporal-polyfill";
import { compareInstants } from "#libs/core/calendar/timezone.ts";
import { domainError } from "#libs/core/errors.ts";
import type { PendingChange } from "#libs/core/subscription/change-terms.ts";
import type { BillableSubscription } from "#libs/data/billable-subscriptions.ts";
import { findMetersBilled } from "#libs/data/billed-meters.ts";
import type { CustomerRow } from "#libs/data/customers.ts";
import type { TenantTx } from "#libs/data/database.ts";
import type { PlanRow } from "#libs/data/plans.ts";

/** A meter, and the code that people know it by. */
export type PricedMeter = { readonly id: string; readonly code: string };

type Span = { readonly startsAt: Temporal.Instant; readonly endsAt: Temporal.Instant | null };

/** The meters that a plan counts. */
export function metersOfPlan(plan: PlanRow): PricedMeter[] {
  return plan.prices.flatMap(({ meter_id: id, definition }) =>
    id === null ? [] : [{ id, code: definition.meter ?? "" }],
  );
}

/** The meters that a subscription counts from an instant on: those of a plan that it moves to by then, else of its items. */
export function metersFrom(
  subscription: BillableSubscription,
  pending: readonly PendingChange[],
  at: Temporal.Instant,
): PricedMeter[] {
  const plan = pending.findLast((change) => change.offered !== null && compareInstants(change.at, at) <= 0);
  const running = subscription.items.filter((item) => item.endsAt === null);
  return (plan?.offered?.prices ?? running).flatMap(({ meter }) =>
    meter === null ? [] : [{ id: meter.id, code: meter.code }],
  );
}

/**
 * Refuses meters which another subscription of the customer bills at that time, or will by a change that waits. Hold the
 * customer's lock until the commit. @throws DomainError meter_already_billed
 */
export async function assertMetersFree(
  tx: TenantTx,
  input: {
    readonly customer: Pick<CustomerRow, "id" | "name">;
    readonly meters: readonly PricedMeter[];
    readonly span: Span;
    /** A subscription that may bill them: the one that is changed. */
    readonly except?: string;
  },
): Promise<void> {
  const { customer, meters, span } = input;
  if (meters.length === 0) return;
  const { startsAt, endsAt } = span;
  const meterIds = meters.map((meter) => meter.id);
  const found = await findMetersBilled(tx, { customerId: customer.id, meterIds, startsAt, endsAt });
  const taken = found.find((each) => each.subscription_id !== input.except);
  if (taken === undefined) return;
  const meter = meters.find(({ id }) => id === taken.meter_id);
  throw domainError(
    "meter_already_billed",
    `another subscription of ${customer.name} bills the meter ${meter?.code} at that time, and its usage would be ` +
      "billed twice; end that one first, or choose a plan without this meter",
    { subscriptionId: taken.subscription_id, meterId: taken.meter_id },
  );
}
