import type { DeliveryInvoice } from "#libs/data/invoice-delivery.ts";
import { insertProviderObject } from "#libs/data/provider-objects.ts";
import type { StripeClient } from "#libs/platform/stripe/stripe-client.ts";
import {
  createStripeCustomer,
  findStripeCustomer,
  readPaymentMethodOwner,
} from "#libs/platform/stripe/stripe-customers.ts";
import type { EffectDeps } from "../effect/run-effect.ts";
import { runStripeEffect } from "../effect/run-stripe-effect.ts";
import { type DeliveryInput, inDelivery } from "./delivery-invoice.ts";

/**
 * The customer's id at Stripe: the one on record, else the owner of the saved method, else a new one that carries our
 * ids. Noted as a provider object.
 * @throws DomainError provider_unavailable, provider_refused, effect_in_progress
 */
export async function ensureStripeCustomer(
  deps: EffectDeps & { readonly stripe: StripeClient },
  input: DeliveryInput,
  invoice: DeliveryInvoice,
): Promise<string> {
  if (invoice.stripe_customer_id !== null) return invoice.stripe_customer_id;
  const metadata = { billwright_tenant: input.tenantId, billwright_customer: invoice.customer_id };
  const email = invoice.customer_email;
  const customer = await runStripeEffect(deps, {
    tenantId: input.tenantId,
    kind: "stripe.customer_create",
    businessKey: invoice.customer_id,
    probe: async (since) => asValue(await findStripeCustomer(deps.stripe, { email, since, metadata })),
    act: async ({ idempotencyKey, epoch }) => {
      const owner = await ownerOfMethod(deps.stripe, invoice);
      if (owner !== null) return { outcome: "done", value: { id: owner } };
      return createStripeCustomer(
        deps.stripe,
        {
          name: invoice.customer_name,
          email,
          metadata: { ...metadata, billwright_epoch: String(epoch) },
        },
        idempotencyKey,
      );
    },
  });
  await inDelivery(deps, input, "stripe.customer_create", (tx) =>
    insertProviderObject(tx, {
      provider: "stripe",
      kind: "customer",
      localId: invoice.customer_id,
      providerId: customer.id,
    }),
  );
  return customer.id;
}

function asValue(id: string | null): { readonly id: string } | null {
  return id === null ? null : { id };
}

/** A method that was saved at Stripe belongs to a customer there already, who can be charged only as that one. */
async function ownerOfMethod(stripe: StripeClient, invoice: DeliveryInvoice): Promise<string | null> {
  if (invoice.payment_method_provider !== "stripe" || invoice.payment_method_provider_id === null)
    return null;
  const owner = await readPaymentMethodOwner(stripe, invoice.payment_method_provider_id);
  return owner === "unattached" ? null : owner.customerId;
}
