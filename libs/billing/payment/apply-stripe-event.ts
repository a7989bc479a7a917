import { domainError } from "#libs/core/errors.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { endInboxMessage, lockInboxMessage } from "#libs/data/webhook-inbox.ts";
import { disputeOfObject } from "#libs/platform/stripe/stripe-disputes.ts";
import { objectOfEvent } from "#libs/platform/stripe/stripe-event.ts";
import { paymentIntentOfObject } from "#libs/platform/stripe/stripe-payments.ts";
import { refundOfObject } from "#libs/platform/stripe/stripe-refunds.ts";
import { applyDispute } from "./apply-dispute.ts";
import { type AppliedIntent, applyPaymentIntent } from "./apply-payment-intent.ts";
import { applyRefund } from "./apply-refund.ts";

/**
 * Applies one stored message of Stripe and marks it applied, in one transaction: so once, however often it runs. A
 * message of another tenant's object, or of nothing that we do, is ignored.
 * @throws DomainError webhook_object_unknown while no attempt of ours has the object: the message stays and is tried again
 */
export async function applyStripeEvent(
  tx: TenantTx,
  input: { readonly account: string; readonly eventId: string },
): Promise<{ readonly state: "applied" | "ignored" | "failed" }> {
  const key = { provider: "stripe", ...input };
  const message = await lockInboxMessage(tx, key);
  if (message === null) {
    throw domainError("webhook_object_unknown", `no message ${input.eventId} of this tenant`);
  }
  if (message.state !== "received") return { state: message.state };
  const applied = await applyObject(tx, objectOfEvent(message.payload));
  if (applied === "unknown") {
    throw domainError(
      "webhook_object_unknown",
      `nothing of ours is ${message.object_id ?? "the object"} of ${message.type}`,
    );
  }
  const state = applied === "foreign" ? "ignored" : "applied";
  await endInboxMessage(tx, key, state);
  return { state };
}

async function applyObject(tx: TenantTx, object: unknown): Promise<AppliedIntent> {
  const intent = paymentIntentOfObject(object);
  if (intent !== null) return applyPaymentIntent(tx, intent);
  const refund = refundOfObject(object);
  if (refund !== null) return applyRefund(tx, refund);
  const dispute = disputeOfObject(object);
  return dispute === null ? "foreign" : applyDispute(tx, dispute);
}
