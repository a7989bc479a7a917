import { domainError } from "#libs/core/errors.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { planJobs } from "#libs/data/domain-events.ts";
import { leftToPay } from "#libs/data/left-to-pay.ts";
import { readPaymentState } from "#libs/data/payments.ts";
import { findLocalObject } from "#libs/data/provider-objects.ts";
import {
  endInboxMessage,
  type InboxRow,
  type InboxState,
  keepInboxMessage,
  lockInboxMessage,
} from "#libs/data/webhook-inbox.ts";
import { disputeOfObject } from "#libs/platform/stripe/stripe-disputes.ts";
import { idOf, objectOfEvent } from "#libs/platform/stripe/stripe-event.ts";
import { paymentIntentOfObject } from "#libs/platform/stripe/stripe-payments.ts";
import { refundOfObject } from "#libs/platform/stripe/stripe-refunds.ts";
import { applyDispute } from "./apply-dispute.ts";
import { type AppliedIntent, applyPaymentIntent } from "./apply-payment-intent.ts";
import { applyRefund } from "./apply-refund.ts";
import { forgetStripeCustomer } from "./forget-stripe-customer.ts";
import { inboxLooks } from "./stripe-event-types.ts";

/**
 * Applies one stored message of Stripe and marks it applied, in one transaction: so once, however often it runs. What says
 * too little by itself (a charge, an invoice, a checkout) causes a look at Stripe. A message of another tenant's object, or of
 * nothing that we do, is ignored; one whose object is not here yet stays `received` and is looked at again by the sweep.
 */
export async function applyStripeEvent(
  tx: TenantTx,
  input: { readonly account: string; readonly eventId: string },
): Promise<{ readonly state: InboxState }> {
  const key = { provider: "stripe", ...input };
  const message = await lockInboxMessage(tx, key);
  if (message === null) {
    throw domainError("webhook_object_unknown", `no message ${input.eventId} of this tenant`);
  }
  if (message.state !== "received") return { state: message.state };
  const applied = await applyObject(tx, message);
  if (applied === "unknown") return { state: await keepInboxMessage(tx, key, inboxLooks) };
  const state = applied === "foreign" ? "ignored" : "applied";
  await endInboxMessage(tx, key, state);
  return { state };
}

async function applyObject(tx: TenantTx, message: InboxRow): Promise<AppliedIntent> {
  const object = objectOfEvent(message.payload);
  const intent = paymentIntentOfObject(object);
  if (intent !== null) return applyPaymentIntent(tx, intent);
  const refund = refundOfObject(object);
  if (refund !== null) return applyRefund(tx, refund);
  const dispute = disputeOfObject(object);
  if (dispute !== null) return applyDispute(tx, dispute);
  if (object["object"] === "customer") return forgetStripeCustomer(tx, object);
  return askAfter(tx, message, object);
}

/** These name the payment that they are about; Stripe is asked how it stands. */
async function askAfter(
  tx: TenantTx,
  message: InboxRow,
  object: Readonly<Record<string, unknown>>,
): Promise<AppliedIntent> {
  const isMirror = object["object"] === "invoice" || object["object"] === "invoice_payment";
  const named = isMirror ? (idOf(object["invoice"]) ?? idOf(object)) : idOf(object["payment_intent"]);
  if (named === null) return "foreign";
  if (isMirror && !(await isMirrorUnpaid(tx, named))) return "foreign";
  const about = isMirror ? { mirror_id: named } : { payment_intent_id: named };
  await planJobs(tx, [
    {
      ...{ type: "stripe.look_requested", subjectType: "tenant", subjectId: tx.tenantId },
      data: { ...about, account: message.account, request_id: `${message.account}/${message.event_id}` },
    },
  ]);
  return "applied";
}

/** Whether it mirrors an invoice of ours on which something is left to pay: else there is nothing to learn. */
async function isMirrorUnpaid(tx: TenantTx, mirrorId: string): Promise<boolean> {
  const invoiceId = await findLocalObject(tx, { provider: "stripe", kind: "invoice", providerId: mirrorId });
  return invoiceId !== null && leftToPay(await readPaymentState(tx, invoiceId)) > 0n;
}
