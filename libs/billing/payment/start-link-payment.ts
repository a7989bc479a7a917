import { domainError } from "#libs/core/errors.ts";
import { leftToPay } from "#libs/data/left-to-pay.ts";
import type { DeliveryInvoice } from "#libs/data/invoice-delivery.ts";
import { type AttemptRow, findAttempt, findOpenAttempt, openAttempt } from "#libs/data/payment-attempts.ts";
import { lockPayableInvoice } from "#libs/data/payments.ts";
import type { StripeClient } from "#libs/platform/stripe/stripe-client.ts";
import { readPayerIntent } from "#libs/platform/stripe/stripe-payments.ts";
import type { TenantTx } from "#libs/data/database.ts";
import type { Deps } from "../deps.ts";
import { type DeliveryInput, inDelivery, requireDeliveryInvoice } from "../invoice/delivery-invoice.ts";
import { applyPaymentIntent } from "./apply-payment-intent.ts";
import { ensureLinkIntent } from "./link-intent.ts";
import { stripeOfInvoice } from "./tenant-stripe.ts";
import { withdrawLinkAttempt } from "./withdraw-attempt.ts";

/** With it the payer's browser confirms the one open attempt; minor units. */
export type LinkPayment = {
  readonly clientSecret: string;
  readonly amountMinor: bigint;
  readonly currency: string;
};

type LinkDeps = Pick<Deps, "database" | "failpoint" | "leaseMs" | "secrets" | "stripe">;
type Opened = { readonly attempt: AttemptRow; readonly invoice: DeliveryInvoice };

/** Each round ends what stood in the way; a third thing in the way means that others are paying right now. */
const rounds = 3;

/**
 * Opens the one attempt of an invoice for a payer who came through a link, or carries on with the one that is open for
 * what is left to pay now: two tabs get the same. The payer confirms it with Stripe; whether there is money is said by
 * webhook or poll, never here.
 * @throws DomainError invoice_already_paid; payment_in_progress while a saved method is charged, or money is on its way;
 *   provider_unavailable, provider_refused, stripe_amount_inexpressible, effect_in_progress
 */
export async function startLinkPayment(
  deps: LinkDeps,
  input: DeliveryInput & { readonly linkId: string },
): Promise<LinkPayment> {
  const stripe = await stripeOfInvoice(deps, input);
  if (stripe === null) throw domainError("provider_unavailable", "Online payment is switched off right now.");
  for (let round = 0; round < rounds; round++) {
    const found = await inDelivery(deps, input, "payment_link.pay", (tx) => openOrFind(tx, input));
    deps.failpoint("payment-link:opened");
    const payment =
      "stale" in found
        ? await withdrawLinkAttempt(deps, input).then(() => null)
        : await payable({ ...deps, stripe }, input, found);
    if (payment !== null) return payment;
  }
  throw inProgress();
}

async function openOrFind(
  tx: TenantTx,
  input: { readonly invoiceId: string; readonly linkId: string },
): Promise<Opened | { readonly stale: true }> {
  const payableNow = await lockPayableInvoice(tx, input.invoiceId);
  const invoice = await requireDeliveryInvoice(tx, input.invoiceId);
  const open = await findOpenAttempt(tx, input.invoiceId);
  if (open !== null) {
    if (open.state === "processing" || open.payment_link_id === null) throw inProgress();
    return open.amount_minor === leftToPay(invoice) ? { attempt: open, invoice } : { stale: true };
  }
  const { invoiceId, linkId: paymentLinkId } = input;
  const request = { invoiceId, paymentLinkId, provider: "stripe", method: "payment_link" } as const;
  const id = payableNow?.uncollectible_at === null ? await openAttempt(tx, request) : null;
  const by = { provider: "stripe", attemptId: id, providerId: "" };
  const attempt = id === null ? null : await findAttempt(tx, by);
  if (attempt === null) throw domainError("invoice_already_paid", "Nothing is left to pay.");
  return { attempt, invoice };
}

/** Null: the PaymentIntent was cancelled, so its attempt is closed now and another may be opened. */
async function payable(
  deps: LinkDeps & { readonly stripe: StripeClient },
  input: DeliveryInput,
  opened: Opened,
): Promise<LinkPayment | null> {
  const { attempt } = opened;
  const intentId = await ensureLinkIntent(deps, input, opened);
  const { facts, clientSecret } = await readPayerIntent(deps.stripe, intentId);
  if (facts.status.startsWith("requires_") && facts.status !== "requires_capture") {
    return { clientSecret, amountMinor: attempt.amount_minor, currency: attempt.currency };
  }
  await inDelivery(deps, input, "payment_link.pay", (tx) => applyPaymentIntent(tx, facts, { isWord: false }));
  if (facts.status === "canceled") return null;
  throw inProgress();
}

function inProgress(): Error {
  return domainError("payment_in_progress", "A payment of this invoice is under way; wait until it ends.");
}
