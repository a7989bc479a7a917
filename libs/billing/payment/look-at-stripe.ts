import { fromStripeAmount } from "#libs/core/money/stripe-minor-units.ts";
import { withTenant } from "#libs/data/database.ts";
import { lockPayableInvoice } from "#libs/data/payments.ts";
import { findLocalObject, insertProviderObject } from "#libs/data/provider-objects.ts";
import { listStripeMirrorPayments } from "#libs/platform/stripe/stripe-invoices.ts";
import { type PaymentIntentFacts, readPaymentIntent } from "#libs/platform/stripe/stripe-payments.ts";
import { listStripeRefunds } from "#libs/platform/stripe/stripe-refunds.ts";
import { applyPaymentIntent } from "./apply-payment-intent.ts";
import { applyRefund } from "./apply-refund.ts";
import { recordPayment } from "./record-payment.ts";
import { type StripeDeps, stripeOfAccount } from "./tenant-stripe.ts";

type Look = {
  readonly tenantId: string;
  /** The account through which the message came that asks for the look. */
  readonly account: string;
} & ({ readonly paymentIntentId: string } | { readonly mirrorId: string });

/**
 * Asks Stripe how a payment and its refunds stand, or what paid the mirror of an invoice, and applies the answers as
 * webhooks would. Money that somebody brought on a mirror past our attempts is a payment like any other. Safe to repeat.
 * @throws DomainError provider_unavailable, provider_refused
 */
export async function lookAtStripe(deps: StripeDeps, input: Look): Promise<{ readonly applied: number }> {
  const stripe = await stripeOfAccount(deps, input);
  if (stripe === null) return { applied: 0 };
  const scope = { tenantId: input.tenantId, actor: "stripe.look" };
  if ("mirrorId" in input) {
    let applied = 0;
    for (const intentId of await listStripeMirrorPayments(stripe, input.mirrorId)) {
      const facts = await readPaymentIntent(stripe, intentId);
      if (await applyToMirror(deps, input.tenantId, input.mirrorId, facts)) applied += 1;
    }
    return { applied };
  }
  const facts = await readPaymentIntent(stripe, input.paymentIntentId);
  const refunds = await listStripeRefunds(stripe, input.paymentIntentId);
  return withTenant(deps.database, scope, async (tx) => {
    let applied = (await applyPaymentIntent(tx, facts)) === "applied" ? 1 : 0;
    for (const refund of refunds) applied += (await applyRefund(tx, refund)) === "applied" ? 1 : 0;
    return { applied };
  });
}

async function applyToMirror(
  deps: StripeDeps,
  tenantId: string,
  mirrorId: string,
  facts: PaymentIntentFacts,
): Promise<boolean> {
  return withTenant(deps.database, { tenantId, actor: "stripe.look" }, async (tx) => {
    const ours = await applyPaymentIntent(tx, facts);
    if (ours !== "foreign" || facts.tenantId !== null || facts.status !== "succeeded")
      return ours === "applied";
    const mirror = { provider: "stripe", kind: "invoice", providerId: mirrorId } as const;
    const invoiceId = await findLocalObject(tx, mirror);
    const invoice = invoiceId === null ? null : await lockPayableInvoice(tx, invoiceId);
    if (invoice === null) return false;
    const paymentId = await recordPayment(tx, invoice, {
      ...{ provider: "stripe", providerId: facts.id, attemptId: null, method: "stripe_invoice" },
      ...{ reference: mirrorId, amount: fromStripeAmount(BigInt(facts.amountReceived), facts.currency) },
    });
    if (paymentId === null) return false;
    await insertProviderObject(tx, {
      ...{ provider: "stripe", kind: "payment_intent", localId: paymentId, providerId: facts.id },
    });
    return true;
  });
}
