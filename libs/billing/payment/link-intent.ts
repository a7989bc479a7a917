import { DomainError } from "#libs/core/errors.ts";
import { money } from "#libs/core/money/money.ts";
import { stripeAmount } from "#libs/core/money/stripe-minor-units.ts";
import type { DeliveryInvoice } from "#libs/data/invoice-delivery.ts";
import { type AttemptRow, nameAttempt } from "#libs/data/payment-attempts.ts";
import { lockPayableInvoice } from "#libs/data/payments.ts";
import { insertProviderObject } from "#libs/data/provider-objects.ts";
import type { StripeClient } from "#libs/platform/stripe/stripe-client.ts";
import { createPayerIntent, findPaymentIntent } from "#libs/platform/stripe/stripe-payments.ts";
import type { EffectDeps } from "../effect/run-effect.ts";
import { runStripeEffect } from "../effect/run-stripe-effect.ts";
import { type DeliveryInput, inDelivery } from "../invoice/delivery-invoice.ts";
import { ensureStripeCustomer } from "../invoice/stripe-customer.ts";
import { closeRefused } from "./fail-attempt.ts";

/**
 * The PaymentIntent of a payer's attempt, made once, for the amount that the attempt was opened with. An attempt that
 * Stripe refuses to take is closed.
 * @throws DomainError provider_unavailable, provider_refused, stripe_amount_inexpressible, effect_in_progress
 */
export async function ensureLinkIntent(
  deps: EffectDeps & { readonly stripe: StripeClient },
  input: DeliveryInput,
  { attempt, invoice }: { readonly attempt: AttemptRow; readonly invoice: DeliveryInvoice },
): Promise<string> {
  if (attempt.provider_id !== null) return attempt.provider_id;
  try {
    const amount = stripeAmount(money(attempt.amount_minor, attempt.currency));
    const customerId = await ensureStripeCustomer(deps, input, invoice);
    const { id } = await createOnce(deps, input, { attempt, invoice, amount, customerId });
    await inDelivery(deps, input, "payment_link.pay", async (tx) => {
      await lockPayableInvoice(tx, invoice.id);
      await nameAttempt(tx, attempt.id, id);
      await insertProviderObject(tx, {
        ...{ provider: "stripe", kind: "payment_intent" },
        ...{ localId: attempt.id, providerId: id },
      });
    });
    deps.failpoint("payment-link:intent-named");
    return id;
  } catch (error) {
    if (!(error instanceof DomainError) || error.kind !== "invalid") throw error;
    await inDelivery(deps, input, "payment_link.pay", (tx) => closeRefused(tx, attempt, error));
    throw error;
  }
}

function createOnce(
  deps: EffectDeps & { readonly stripe: StripeClient },
  input: DeliveryInput,
  of: {
    readonly attempt: AttemptRow;
    readonly invoice: DeliveryInvoice;
    readonly amount: bigint;
    readonly customerId: string;
  },
): Promise<{ readonly id: string }> {
  const metadata = {
    billwright_tenant: input.tenantId,
    billwright_invoice: of.invoice.id,
    billwright_attempt: of.attempt.id,
  };
  return runStripeEffect(deps, {
    tenantId: input.tenantId,
    kind: "stripe.payment_intent",
    businessKey: of.attempt.id,
    probe: async (since) => {
      const found = await findPaymentIntent(deps.stripe, { customerId: of.customerId, since, metadata });
      return found === null ? null : { id: found.id };
    },
    act: ({ idempotencyKey, epoch }) =>
      createPayerIntent(
        deps.stripe,
        {
          ...{ amount: of.amount, customerId: of.customerId, currency: of.attempt.currency },
          description: `Invoice ${of.invoice.number}`,
          metadata: { ...metadata, billwright_epoch: String(epoch) },
        },
        idempotencyKey,
      ),
  });
}
