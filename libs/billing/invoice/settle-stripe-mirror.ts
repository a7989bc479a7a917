import { leftToPay } from "#libs/data/left-to-pay.ts";
import { listPayments, type PaymentRow } from "#libs/data/payments.ts";
import type { StripeClient } from "#libs/platform/stripe/stripe-client.ts";
import {
  attachStripePayment,
  hasStripePayment,
  payStripeInvoiceOutOfBand,
  readStripeInvoice,
} from "#libs/platform/stripe/stripe-invoices.ts";
import type { Deps } from "../deps.ts";
import type { EffectDeps } from "../effect/run-effect.ts";
import { runStripeEffect } from "../effect/run-stripe-effect.ts";
import { stripeOfInvoice } from "../payment/tenant-stripe.ts";
import { type DeliveryInput, inDelivery, requireDeliveryInvoice } from "./delivery-invoice.ts";

export type SettleOutcome =
  | { readonly attached: number; readonly outOfBand: boolean }
  | { readonly skipped: "off" | "no_mirror" | "no_payment" };

type MirrorDeps = EffectDeps & { readonly stripe: StripeClient };

/**
 * Shows the mirror how its invoice was paid: each PaymentIntent of ours is attached to it, and when the invoice is
 * settled by money that Stripe never saw or by credit notes, the mirror is marked paid out of band. Safe to repeat.
 * @throws DomainError provider_unavailable, provider_refused, effect_in_progress
 */
export async function settleStripeMirror(
  deps: Pick<Deps, "database" | "failpoint" | "leaseMs" | "secrets" | "stripe">,
  input: DeliveryInput,
): Promise<SettleOutcome> {
  const stripe = await stripeOfInvoice(deps, input);
  if (stripe === null) return { skipped: "off" };
  const { invoice, payments } = await inDelivery(deps, input, "invoice.settle_stripe", async (tx) => ({
    invoice: await requireDeliveryInvoice(tx, input.invoiceId),
    payments: await listPayments(tx, input.invoiceId),
  }));
  if (invoice.stripe_invoice_id === null) return { skipped: "no_mirror" };
  if (payments.length === 0 && invoice.amount_offset_minor === 0n) return { skipped: "no_payment" };
  const mirror = { ...deps, stripe };
  const mirrorId = invoice.stripe_invoice_id;
  let attached = 0;
  for (const payment of payments) {
    if (payment.provider !== "stripe" || payment.provider_id === null) continue;
    await attachPayment(mirror, input, mirrorId, payment, payment.provider_id);
    attached += 1;
  }
  const isPartOutside = attached < payments.length || invoice.amount_offset_minor > 0n;
  const outOfBand = isPartOutside && leftToPay(invoice) <= 0n;
  if (outOfBand) await payOutOfBand(mirror, input, mirrorId);
  return { attached, outOfBand };
}

async function attachPayment(
  deps: MirrorDeps,
  input: DeliveryInput,
  mirrorId: string,
  payment: PaymentRow,
  paymentIntentId: string,
): Promise<void> {
  const pair = { invoiceId: mirrorId, paymentIntentId };
  await runStripeEffect(deps, {
    tenantId: input.tenantId,
    kind: "stripe.invoice_attach_payment",
    businessKey: payment.id,
    probe: async () => ((await hasStripePayment(deps.stripe, pair)) ? { id: paymentIntentId } : null),
    act: async ({ idempotencyKey }) => {
      // A mirror that is no longer open (nothing was due by Stripe's own rules) takes no payments.
      const { status } = await readStripeInvoice(deps.stripe, mirrorId);
      if (status !== "open") return { outcome: "done", value: { id: paymentIntentId } };
      const answer = await attachStripePayment(deps.stripe, pair, idempotencyKey);
      return answer.outcome === "stored" ? answer : { outcome: "done", value: { id: paymentIntentId } };
    },
  });
}

async function payOutOfBand(deps: MirrorDeps, input: DeliveryInput, mirrorId: string): Promise<void> {
  const whenSettled = async () => {
    const { status } = await readStripeInvoice(deps.stripe, mirrorId);
    return status === "open" ? null : { id: mirrorId };
  };
  await runStripeEffect(deps, {
    tenantId: input.tenantId,
    kind: "stripe.invoice_pay_out_of_band",
    businessKey: input.invoiceId,
    probe: whenSettled,
    act: async ({ idempotencyKey }) => {
      const settled = await whenSettled();
      if (settled !== null) return { outcome: "done", value: settled };
      const answer = await payStripeInvoiceOutOfBand(deps.stripe, mirrorId, idempotencyKey);
      return answer.outcome === "stored" ? answer : { outcome: "done", value: { id: mirrorId } };
    },
  });
}
