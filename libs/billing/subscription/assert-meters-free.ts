import type { Temporal } from "temporal-polyfill";
import { domainError } from "#libs/core/errors.ts";
import type { CustomerRow } from "#libs/data/customers.ts";
import type { TenantTx } from "#libs/data/database.ts";
import type { PlanRow } from "#libs/data/plans.ts";
import { findMetersBilled } from "#libs/data/subscriptions.ts";

/**
 * Refuses a plan that counts a meter which another subscription of the customer bills at that time. Hold the customer's
 * lock until the commit. @throws DomainError meter_already_billed
 */
export async function assertMetersFree(
  tx: TenantTx,
  input: {
    readonly customer: Pick<CustomerRow, "id" | "name">;
    readonly plan: PlanRow;
    readonly span: { readonly startsAt: Temporal.Instant; readonly endsAt: Temporal.Instant | null };
    /** A subscription that may bill them: the one that is changed. */
    readonly except?: string;
  },
): Promise<void> {
  const { customer, plan, span } = input;
  const meterIds = plan.prices.flatMap((price) => price.meter_id ?? []);
  if (meterIds.length === 0) return;
  const { startsAt, endsAt } = span;
  const found = await findMetersBilled(tx, { customerId: customer.id, meterIds, startsAt, endsAt });
  const taken = found.find((each) => each.subscription_id !== input.except);
  if (taken === undefined) return;
  const price = plan.prices.find((row) => row.meter_id === taken.meter_id);
  throw domainError(
    "meter_already_billed",
    `another subscription of ${customer.name} bills the meter ${price?.definition.meter} at that time, and its usage ` +
      "would be billed twice; end that one first, or choose a plan without this meter",
    { subscriptionId: taken.subscription_id, meterId: taken.meter_id },
  );
}
