import { loadDeliveryInvoice } from "#libs/data/invoice-delivery.ts";
import type { StripeClient } from "#libs/platform/stripe/stripe-client.ts";
import { readStripeInvoice, voidStripeInvoice } from "#libs/platform/stripe/stripe-invoices.ts";
import type { Deps } from "../deps.ts";
import type { EffectDeps } from "../effect/run-effect.ts";
import { runStripeEffect } from "../effect/run-stripe-effect.ts";
import { stripeOfInvoice } from "../payment/tenant-stripe.ts";
import { type DeliveryInput, inDelivery } from "./delivery-invoice.ts";

export type VoidMirrorOutcome =
  | { readonly voided: string }
  | { readonly skipped: "off" | "no_mirror" | "not_voided" };

/**
 * Voids the mirror of a void invoice. A mirror that is being made meanwhile is voided by who makes it.
 * @throws DomainError provider_unavailable, provider_refused, effect_in_progress
 */
export async function voidStripeMirror(
  deps: Pick<Deps, "database" | "failpoint" | "leaseMs" | "secrets" | "stripe">,
  input: DeliveryInput,
): Promise<VoidMirrorOutcome> {
  const stripe = await stripeOfInvoice(deps, input);
  if (stripe === null) return { skipped: "off" };
  const invoice = await inDelivery(deps, input, "invoice.void_stripe", (tx) =>
    loadDeliveryInvoice(tx, input.invoiceId),
  );
  if (invoice === null) return { skipped: "no_mirror" };
  if (invoice.invoice_status !== "voided") return { skipped: "not_voided" };
  if (invoice.stripe_invoice_id === null) return { skipped: "no_mirror" };
  await voidOnce({ ...deps, stripe }, input, invoice.stripe_invoice_id);
  return { voided: invoice.stripe_invoice_id };
}

async function voidOnce(
  deps: EffectDeps & { readonly stripe: StripeClient },
  input: DeliveryInput,
  mirrorId: string,
): Promise<void> {
  const whenClosed = async () => {
    const { status } = await readStripeInvoice(deps.stripe, mirrorId);
    return status === "open" ? null : { id: mirrorId };
  };
  await runStripeEffect(deps, {
    tenantId: input.tenantId,
    kind: "stripe.invoice_void",
    businessKey: input.invoiceId,
    probe: whenClosed,
    act: async ({ idempotencyKey }) => {
      const closed = await whenClosed();
      if (closed !== null) return { outcome: "done", value: closed };
      const answer = await voidStripeInvoice(deps.stripe, mirrorId, idempotencyKey);
      return answer.outcome === "stored" ? answer : { outcome: "done", value: { id: mirrorId } };
    },
  });
}
