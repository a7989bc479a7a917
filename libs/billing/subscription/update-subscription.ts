import { Temporal } from "temporal-polyfill";
import type { Anchor } from "#libs/core/calendar/resolve-anchor.ts";
import { assertTimezone } from "#libs/core/calendar/timezone.ts";
import { domainError } from "#libs/core/errors.ts";
import type { ChangeTerms } from "#libs/core/subscription/change-terms.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import type { Metadata } from "#libs/data/customers.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { findPaymentMethod } from "#libs/data/payment-methods.ts";
import { type Collection, type SubscriptionRow, updateSubscriptionRow } from "#libs/data/subscriptions.ts";
import { bookChange } from "./book-change.ts";
import {
  assertRunning,
  type Changeable,
  type ChangeTarget,
  loadChangeable,
} from "./changeable-subscription.ts";

export type SubscriptionUpdate = ChangeTarget & {
  readonly anchor?: Anchor;
  readonly timezone?: string;
  /** UUID of one of the customer's; null: its default at the time of payment. */
  readonly paymentMethodId?: string | null;
  readonly collection?: Collection;
  readonly metadata?: Metadata;
};

/**
 * Changes the given fields and leaves the others. Another anchor or zone takes effect at once: it closes a stub of the
 * running period and opens the next schedule, whose first period reaches to the first boundary of the new grid; fees that
 * were paid in advance are credited and charged as in any change.
 * @throws DomainError subscription_not_found, version_conflict, subscription_ended, subscription_paused, subscription_parked,
 *   subscription_broken, payment_method_not_found, anchor_invalid, timezone_unknown, price_interval_mismatch
 */
export async function updateSubscription(
  outer: TenantTx,
  input: SubscriptionUpdate,
): Promise<SubscriptionRow> {
  const changeable = await loadChangeable(outer, input);
  const { tx, row } = changeable;
  if (typeof input.paymentMethodId === "string") await assertMethod(tx, changeable, input.paymentMethodId);
  const { paymentMethodId, collection, metadata } = input;
  const fields = {
    paymentMethodId: paymentMethodId === undefined ? row.payment_method_id : paymentMethodId,
    collection: collection ?? row.collection,
    metadata: metadata ?? row.metadata,
  };
  await updateSubscriptionRow(tx, row.id, fields);
  const terms = rescheduleTerms(changeable, input);
  if (terms !== null) assertRunning(changeable);
  const at = Temporal.Instant.fromEpochMilliseconds(tx.now.epochMilliseconds);
  const change = terms === null ? null : { id: null, at, terms, offered: null };
  const after = await bookChange(tx, changeable, change === null ? null : { change, drops: [] });
  await writeAudit(tx, {
    action: "subscription.update",
    targetType: "subscription",
    targetId: row.id,
    before: row,
    after,
  });
  return after;
}

/** Null when the grid stays as it is. */
function rescheduleTerms({ row }: Changeable, input: SubscriptionUpdate): ChangeTerms | null {
  const timezone = input.timezone === undefined ? row.timezone : assertTimezone(input.timezone);
  const isSameAnchor =
    input.anchor === undefined || JSON.stringify(input.anchor) === JSON.stringify(row.anchor);
  if (isSameAnchor && timezone === row.timezone) return null;
  return { kind: "reschedule", anchor: isSameAnchor ? null : (input.anchor ?? null), timezone };
}

async function assertMethod(tx: TenantTx, { row }: Changeable, paymentMethodId: string): Promise<void> {
  const method = await findPaymentMethod(tx, row.customer_id, paymentMethodId);
  if (method !== null) return;
  throw domainError("payment_method_not_found", "the customer has no such payment method; add it first");
}
