import { domainError } from "#libs/core/errors.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { unparkSubscriptions } from "#libs/data/subscription-progress.ts";
import { findSubscription, type SubscriptionRow } from "#libs/data/subscriptions.ts";

/**
 * Lets a subscription be billed again that was put aside; the next sweep takes its missed boundaries in order. One
 * that is not parked stays as it is.
 * @throws `subscription_not_found`
 */
export async function unparkSubscription(
  tx: TenantTx,
  input: { readonly subscriptionId: string },
): Promise<SubscriptionRow> {
  const before = await findSubscription(tx, input.subscriptionId);
  if (before === null) throw domainError("subscription_not_found", "there is no such subscription");
  if (before.parked_at === null) return before;
  await unparkSubscriptions(tx, { subscriptionId: before.id });
  await writeAudit(tx, {
    action: "subscription.unpark",
    targetType: "subscription",
    targetId: before.id,
    before: { parked_code: before.parked_code, parked_reason: before.parked_reason },
  });
  return (await findSubscription(tx, before.id)) ?? before;
}
