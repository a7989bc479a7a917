import { findAttempt, findOpenAttempt } from "#libs/data/payment-attempts.ts";
import { lockPayableInvoice } from "#libs/data/payments.ts";
import { cancelPaymentIntent } from "#libs/platform/stripe/stripe-payments.ts";
import type { Deps } from "../deps.ts";
import { type DeliveryInput, inDelivery, requireDeliveryInvoice } from "../invoice/delivery-invoice.ts";
import { applyPaymentIntent } from "./apply-payment-intent.ts";
import { ensureLinkIntent } from "./link-intent.ts";
import { stripeOfInvoice } from "./tenant-stripe.ts";

export type Withdrawal =
  | { readonly withdrawn: string }
  /** There was nothing to withdraw, or the payer had confirmed it already. */
  | { readonly left: "off" | "none" | "confirmed" };

/**
 * Takes back what a payer opened through a link and has not confirmed: cancelled at Stripe first, then closed here, so
 * there is no moment with two open ways to pay. What the payer confirmed meanwhile goes on. Safe to repeat.
 * @throws DomainError provider_unavailable, effect_in_progress
 */
export async function withdrawLinkAttempt(
  deps: Pick<Deps, "database" | "failpoint" | "leaseMs" | "secrets" | "stripe">,
  input: DeliveryInput,
): Promise<Withdrawal> {
  const stripe = await stripeOfInvoice(deps, input);
  if (stripe === null) return { left: "off" };
  const opened = await inDelivery(deps, input, "payment.withdraw", async (tx) => {
    const attempt = await findOpenAttempt(tx, input.invoiceId);
    if (attempt === null || attempt.payment_link_id === null) return null;
    return { attempt, invoice: await requireDeliveryInvoice(tx, input.invoiceId) };
  });
  if (opened === null) return { left: "none" };
  const { attempt } = opened;
  if (attempt.state === "processing") return { left: "confirmed" };
  const intentId = await ensureLinkIntent({ ...deps, stripe }, input, opened);
  const facts = await cancelPaymentIntent(stripe, intentId);
  deps.failpoint("payment-link:intent-canceled");
  return inDelivery(deps, input, "payment.withdraw", async (tx) => {
    await lockPayableInvoice(tx, input.invoiceId);
    // What Stripe answers when asked how a payment stands is its word, as in a poll.
    await applyPaymentIntent(tx, facts);
    const now = await findAttempt(tx, { provider: "stripe", attemptId: attempt.id, providerId: intentId });
    return now?.state === "canceled" ? { withdrawn: attempt.id } : { left: "confirmed" };
  });
}
