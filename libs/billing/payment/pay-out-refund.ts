import { DomainError } from "#libs/core/errors.ts";
import { money } from "#libs/core/money/money.ts";
import { stripeAmount } from "#libs/core/money/stripe-minor-units.ts";
import { withTenant } from "#libs/data/database.ts";
import { findRefund, type RefundRow } from "#libs/data/refunds.ts";
import type { StripeClient } from "#libs/platform/stripe/stripe-client.ts";
import {
  createStripeRefund,
  findStripeRefund,
  type RefundFacts,
} from "#libs/platform/stripe/stripe-refunds.ts";
import type { Deps } from "../deps.ts";
import type { EffectDeps } from "../effect/run-effect.ts";
import { runStripeEffect } from "../effect/run-stripe-effect.ts";
import { advanceRefund } from "./advance-refund.ts";
import { applyRefund } from "./apply-refund.ts";
import { stripeOfInvoice } from "./tenant-stripe.ts";

/**
 * Makes a refund at Stripe, once, and records what Stripe answered. One that Stripe refuses is `failed`, and what it had
 * reserved can be given back again.
 * @throws DomainError provider_unavailable, effect_in_progress: it is tried again
 */
export async function payOutRefund(
  deps: Pick<Deps, "database" | "failpoint" | "leaseMs" | "secrets" | "stripe">,
  input: { readonly tenantId: string; readonly refundId: string },
): Promise<{ readonly state: string }> {
  const scope = { tenantId: input.tenantId, actor: "refund.pay_out" };
  const refund = await withTenant(deps.database, scope, (tx) => findRefund(tx, { id: input.refundId }));
  if (refund === null || refund.state !== "pending") return { state: refund?.state ?? "gone" };
  const stripe = await stripeOfInvoice(deps, { tenantId: input.tenantId, invoiceId: refund.invoice_id });
  if (stripe === null || refund.payment_provider_id === null) return { state: "off" };
  try {
    const facts = await createOnce({ ...deps, stripe }, input.tenantId, refund, refund.payment_provider_id);
    deps.failpoint("refund:made");
    await withTenant(deps.database, scope, (tx) => applyRefund(tx, facts));
    return { state: facts.status };
  } catch (error) {
    if (!(error instanceof DomainError) || error.kind !== "invalid") throw error;
    const failure = { code: error.code, message: error.message };
    const state = await withTenant(deps.database, scope, (tx) =>
      advanceRefund(tx, refund.id, { state: "failed", providerId: null, failure }),
    );
    return { state };
  }
}

function createOnce(
  deps: EffectDeps & { readonly stripe: StripeClient },
  tenantId: string,
  refund: RefundRow,
  paymentIntentId: string,
): Promise<RefundFacts> {
  const metadata = { billwright_tenant: tenantId, billwright_refund: refund.id };
  return runStripeEffect(deps, {
    tenantId,
    kind: "stripe.refund",
    businessKey: refund.id,
    probe: () => findStripeRefund(deps.stripe, { paymentIntentId, metadata }),
    act: ({ idempotencyKey, epoch }) =>
      createStripeRefund(
        deps.stripe,
        {
          paymentIntentId,
          amount: stripeAmount(money(refund.amount_minor, refund.currency)),
          metadata: { ...metadata, billwright_epoch: String(epoch) },
        },
        idempotencyKey,
      ),
  });
}
