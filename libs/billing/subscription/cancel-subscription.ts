import type { ChangeTerms } from "#libs/core/subscription/change-terms.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import type { BillableSubscription } from "#libs/data/billable-subscriptions.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { setSubscriptionEnd } from "#libs/data/subscription-changes.ts";
import { setNextDue } from "#libs/data/subscription-progress.ts";
import type { SubscriptionRow } from "#libs/data/subscriptions.ts";
import { bookChange, type Booking, type ChangePreview, previewBooking } from "./book-change.ts";
import {
  type Changeable,
  type ChangeTarget,
  loadChangeable,
  pendingFrom,
} from "./changeable-subscription.ts";
import { effectiveInstant, type EffectiveWhen } from "./effective-instant.ts";
import { goPastCancel, withoutCancel } from "./without-cancel.ts";

export type Cancellation = ChangeTarget & {
  /** Unset: period_end. */
  readonly at?: EffectiveWhen;
  /** Whether what was paid in advance and is not used comes back; unset: none. */
  readonly refund?: "none" | "prorated";
  /** Whether usage since the last boundary is still billed; unset: bill. */
  readonly finalUsage?: "bill" | "drop";
};

/**
 * Ends a subscription, at once or later, with a final invoice of what is still owed. Until then it is billed as before,
 * but for no longer than to its end. Changes that would come after are dropped; a second cancellation replaces the first:
 * where a fee was billed only up to the first end, the rest up to the second is charged from there.
 * @throws DomainError subscription_not_found, version_conflict, subscription_ended, subscription_parked, subscription_broken,
 *   fields_invalid, meter_already_billed
 */
export async function cancelSubscription(outer: TenantTx, input: Cancellation): Promise<SubscriptionRow> {
  const changeable = await loadChangeable(outer, input);
  const { tx } = changeable;
  const { subscription, booking } = await decideCancellation(changeable, input);
  const { at, terms } = booking.change;
  await setSubscriptionEnd(tx, changeable.row.id, { endsAt: at, canceledAt: tx.now });
  await setNextDue(tx, changeable.row.id, subscription.nextDueAt);
  const after = await bookChange(tx, changeable, booking);
  await writeAudit(tx, {
    action: "subscription.cancel",
    targetType: "subscription",
    targetId: after.id,
    before: changeable.row,
    after: { ...after, change: { at: at.toString(), ...terms } },
  });
  return after;
}

/** What `cancelSubscription` would bill. Writes nothing. */
export async function previewCancellation(outer: TenantTx, input: Cancellation): Promise<ChangePreview> {
  const changeable = await loadChangeable(outer, input);
  const { subscription, booking } = await decideCancellation(changeable, input);
  return previewBooking(changeable.tx, { ...changeable, subscription }, booking);
}

/** The cancellation, and the subscription as it would be without one that waits. */
async function decideCancellation(
  changeable: Changeable,
  input: Cancellation,
): Promise<{ readonly subscription: BillableSubscription; readonly booking: Booking }> {
  const { subscription, cancel } = withoutCancel(changeable);
  const at = effectiveInstant(subscription, input.at ?? "period_end", {
    now: changeable.tx.now,
    mayBeEnd: true,
  });
  const { nextDueAt, continued } = await goPastCancel(changeable, at);
  const terms: ChangeTerms = {
    ...{ kind: "cancel", refund: input.refund ?? "none", finalUsage: input.finalUsage ?? "bill" },
    endedBefore: subscription.endsAt?.toString() ?? null,
  };
  const replaced = cancel?.id;
  const drops = [...pendingFrom(changeable, at), ...(typeof replaced === "string" ? [replaced] : [])];
  const booking = { change: { id: null, at, terms, offered: null }, continued, drops };
  return { subscription: { ...subscription, nextDueAt }, booking };
}
