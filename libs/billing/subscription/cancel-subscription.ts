import { Temporal } from "temporal-polyfill";
import type { ChangeTerms } from "#libs/core/subscription/change-terms.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { setSubscriptionEnd } from "#libs/data/subscription-changes.ts";
import type { SubscriptionRow } from "#libs/data/subscriptions.ts";
import { bookChange, type Booking, type ChangePreview, previewBooking } from "./book-change.ts";
import {
  type Changeable,
  type ChangeTarget,
  loadChangeable,
  pendingCancel,
  pendingFrom,
} from "./changeable-subscription.ts";
import { effectiveInstant, type EffectiveWhen } from "./effective-instant.ts";

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
 * but for no longer than to its end. Changes that would come after are dropped; a second cancellation replaces the first.
 * @throws DomainError subscription_not_found, version_conflict, subscription_ended, subscription_parked, subscription_broken,
 *   fields_invalid
 */
export async function cancelSubscription(tx: TenantTx, input: Cancellation): Promise<SubscriptionRow> {
  const changeable = await loadChangeable(tx, input);
  const booking = decideCancellation(tx, changeable, input);
  const { at, terms } = booking.change;
  await setSubscriptionEnd(tx, changeable.row.id, { endsAt: at, canceledAt: tx.now });
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
export async function previewCancellation(tx: TenantTx, input: Cancellation): Promise<ChangePreview> {
  const changeable = await loadChangeable(tx, input);
  const booking = decideCancellation(tx, changeable, input);
  return previewBooking(tx, withoutCancel(changeable), booking);
}

function decideCancellation(tx: TenantTx, changeable: Changeable, input: Cancellation): Booking {
  const { subscription } = withoutCancel(changeable);
  const at = effectiveInstant(subscription, input.at ?? "period_end", { now: tx.now, mayBeEnd: true });
  const terms: ChangeTerms = {
    ...{ kind: "cancel", refund: input.refund ?? "none", finalUsage: input.finalUsage ?? "bill" },
    endedBefore: subscription.endsAt?.toString() ?? null,
  };
  const replaced = pendingCancel(changeable)?.id;
  return {
    change: { id: null, at, terms, offered: null },
    drops: [...pendingFrom(changeable, at), ...(typeof replaced === "string" ? [replaced] : [])],
  };
}

/** The subscription as it was before the cancellation that waits. */
function withoutCancel(changeable: Changeable): Changeable {
  const before = pendingCancel(changeable)?.terms;
  if (before?.kind !== "cancel") return changeable;
  const endsAt = before.endedBefore === null ? null : Temporal.Instant.from(before.endedBefore);
  return { ...changeable, subscription: { ...changeable.subscription, endsAt } };
}
