import { Temporal } from "temporal-polyfill";
import { periodAt } from "#libs/core/calendar/schedule.ts";
import { compareInstants } from "#libs/core/calendar/timezone.ts";
import { domainError } from "#libs/core/errors.ts";
import { edgeAfter } from "#libs/core/rating/due-periods.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import type { BillableSubscription } from "#libs/data/billable-subscriptions.ts";
import { loadBilledClaims } from "#libs/data/billed-claims.ts";
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
import { itemSegments } from "../run/load-standings.ts";
import { type ChangeTarget, loadChangeable, pendingCancel } from "./changeable-subscription.ts";

/**
 * Undoes a cancellation that has not taken effect: the subscription goes on as if it had never been asked for, to the
 * end it had before, if it had one. Where a period was already billed only up to the end that is now gone, the rest of it
 * is charged from there. What the cancellation dropped stays dropped. After the end there is nothing to undo: what was
 * issued stands, and a new subscription says more clearly what is billed from when.
 * @throws DomainError subscription_not_found, version_conflict, subscription_ended, subscription_not_canceled,
 *   subscription_parked, subscription_broken
 */
export async function reactivateSubscription(tx: TenantTx, input: ChangeTarget): Promise<SubscriptionRow> {
  const changeable = await loadChangeable(tx, input);
  const { row, subscription } = changeable;
  const cancel = pendingCancel(changeable);
  if (cancel === undefined || cancel.terms.kind !== "cancel") {
    throw domainError(
      "subscription_not_canceled",
      "No cancellation of the subscription waits to take effect.",
    );
  }
  const { endedBefore } = cancel.terms;
  const endsAt = endedBefore === null ? null : Temporal.Instant.from(endedBefore);
  await dropPendingChanges(
    tx,
    [cancel.id].filter((id) => id !== null),
  );
  await setSubscriptionEnd(tx, row.id, { endsAt, canceledAt: null });
  await setNextDue(tx, row.id, nextDueAfterUndo(subscription, cancel.at, endsAt));
  if (await wasCutAt(tx, subscription, cancel.at)) {
    const terms = { kind: "reschedule" as const, anchor: null, timezone: subscription.timezone };
    await insertSubscriptionChange(tx, { id: newId(), subscriptionId: row.id, at: cancel.at, terms });
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

/** Boundaries before the end that is gone stay as they are; at it and after it they are found anew. */
function nextDueAfterUndo(
  subscription: BillableSubscription,
  goneEnd: Temporal.Instant,
  endsAt: Temporal.Instant | null,
): Temporal.Instant | null {
  const { nextDueAt } = subscription;
  if (nextDueAt !== null && compareInstants(nextDueAt, goneEnd) < 0) return nextDueAt;
  const items = subscription.items.flatMap((item) => itemSegments(item, endsAt));
  return edgeAfter(items, goneEnd.subtract({ milliseconds: 1 }), endsAt) ?? endsAt;
}

/** Whether a period was billed only up to an end in its middle: its item cannot go on there, a new one takes over. */
async function wasCutAt(
  tx: TenantTx,
  subscription: BillableSubscription,
  end: Temporal.Instant,
): Promise<boolean> {
  const before = end.subtract({ milliseconds: 1 });
  const claims = await loadBilledClaims(
    tx,
    subscription.items.map((item) => ({ itemId: item.itemId, at: before })),
  );
  return subscription.items.some(({ itemId, endsAt, schedules }) =>
    (claims.get(itemId) ?? []).some((claim) => {
      const schedule = schedules.find((each) => each.scheduleNo === claim.scheduleNo)?.schedule;
      if (schedule === undefined || endsAt !== null || compareInstants(claim.end, end) !== 0) return false;
      return compareInstants(periodAt(schedule, claim.index).end, end) !== 0;
    }),
  );
}
