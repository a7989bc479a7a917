import { domainError } from "#libs/core/errors.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { emitEvents } from "#libs/data/domain-events.ts";
import { newId } from "#libs/data/new-id.ts";
import {
  dropPendingChanges,
  insertSubscriptionChange,
  setSubscriptionEnd,
} from "#libs/data/subscription-changes.ts";
import { setNextDue } from "#libs/data/subscription-progress.ts";
import { findSubscription, type SubscriptionRow } from "#libs/data/subscriptions.ts";
import { type ChangeTarget, loadChangeable } from "./changeable-subscription.ts";
import { goPastCancel, withoutCancel } from "./without-cancel.ts";

/**
 * Undoes a cancellation that has not taken effect: the subscription goes on as if it had never been asked for, to the
 * end it had before, if it had one. Where a period was already billed only up to the end that is now gone, the rest of it
 * is charged from there. What the cancellation dropped stays dropped. After the end there is nothing to undo: what was
 * issued stands, and a new subscription says more clearly what is billed from when.
 * @throws DomainError subscription_not_found, version_conflict, subscription_ended, subscription_not_canceled,
 *   subscription_parked, subscription_broken, meter_already_billed
 */
export async function reactivateSubscription(outer: TenantTx, input: ChangeTarget): Promise<SubscriptionRow> {
  const changeable = await loadChangeable(outer, input);
  const { tx, row } = changeable;
  const { subscription, cancel } = withoutCancel(changeable);
  if (cancel === undefined) {
    throw domainError(
      "subscription_not_canceled",
      "No cancellation of the subscription waits to take effect.",
    );
  }
  const { nextDueAt, continued } = await goPastCancel(changeable, subscription.endsAt);
  await dropPendingChanges(
    tx,
    [cancel.id].filter((id) => id !== null),
  );
  await setSubscriptionEnd(tx, row.id, { endsAt: subscription.endsAt, canceledAt: null });
  await setNextDue(tx, row.id, nextDueAt);
  for (const { at, terms } of continued) {
    await insertSubscriptionChange(tx, { id: newId(), subscriptionId: row.id, at, terms });
  }
  return announce(tx, row);
}

async function announce(tx: TenantTx, before: SubscriptionRow): Promise<SubscriptionRow> {
  const after = (await findSubscription(tx, before.id)) ?? before;
  await emitEvents(tx, [
    { type: "subscription.reactivated", subjectType: "subscription", subjectId: before.id },
  ]);
  await writeAudit(tx, {
    action: "subscription.reactivate",
    targetType: "subscription",
    targetId: before.id,
    before,
    after,
  });
  return after;
}
