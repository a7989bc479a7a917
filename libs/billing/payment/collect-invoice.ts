import { DomainError, domainError } from "#libs/core/errors.ts";
import { money } from "#libs/core/money/money.ts";
import { stripeAmount } from "#libs/core/money/stripe-minor-units.ts";
import type { TenantTx } from "#libs/data/database.ts";
import type { DeliveryInvoice } from "#libs/data/invoice-delivery.ts";
import { leftToPay } from "#libs/data/left-to-pay.ts";
import {
  type AttemptRow,
  clearRetry,
  findAttempt,
  findOpenAttempt,
  isRetryDue,
  openAttempt,
} from "#libs/data/payment-attempts.ts";
import { lockPayableInvoice } from "#libs/data/payments.ts";
import { isAccountParked } from "#libs/data/subscription-progress.ts";
import type { StripeClient } from "#libs/platform/stripe/stripe-client.ts";
import { attachPaymentMethod, readPaymentMethodOwner } from "#libs/platform/stripe/stripe-customers.ts";
import {
  chargeSavedMethod,
  findPaymentIntent,
  type PaymentIntentFacts,
} from "#libs/platform/stripe/stripe-payments.ts";
import type { Deps } from "../deps.ts";
import type { EffectDeps } from "../effect/run-effect.ts";
import { runStripeEffect } from "../effect/run-stripe-effect.ts";
import { type DeliveryInput, inDelivery, requireDeliveryInvoice } from "../invoice/delivery-invoice.ts";
import { ensureStripeCustomer } from "../invoice/stripe-customer.ts";
import { applyPaymentIntent } from "./apply-payment-intent.ts";
import { closeRefused } from "./fail-attempt.ts";
import { stripeOfInvoice } from "./tenant-stripe.ts";

type Skipped = "off" | "not_automatic" | "no_method" | "paid" | "voided" | "uncollectible" | "not_due";

export type CollectOutcome =
  | { readonly attemptId: string; readonly state: "processing" | "declined" }
  | { readonly skipped: Skipped };

type CollectDeps = Pick<Deps, "database" | "failpoint" | "leaseMs" | "secrets" | "stripe">;
type ChargeDeps = EffectDeps & { readonly stripe: StripeClient };
type Charge = {
  readonly invoice: DeliveryInvoice;
  readonly attempt: AttemptRow;
  readonly methodId: string;
  readonly methodProviderId: string;
};

/** `isAsked`: somebody wants it charged now, however its subscription collects. */
type CollectInput = DeliveryInput & { readonly isAsked?: boolean };

/**
 * Charges what is left of an invoice to the saved method, if its subscription collects automatically or it is asked for. One attempt is
 * opened in its own commit with the amount the database says; the charge is an effect of that attempt. A decline
 * closes the attempt and sets the next one; a charge that Stripe took is `processing` until the webhook or the poll
 * says that there is money. An attempt that a crash left open is carried on.
 * @throws DomainError provider_unavailable (the attempt stays open), provider_refused, stripe_amount_inexpressible, account_parked
 */
export async function collectInvoice(deps: CollectDeps, input: CollectInput): Promise<CollectOutcome> {
  const stripe = await stripeOfInvoice(deps, input);
  if (stripe === null) return { skipped: "off" };
  const prepared = await inDelivery(deps, input, "invoice.collect", (tx) => prepareCharge(tx, input));
  if ("left" in prepared) return endLeftAttempt({ ...deps, stripe }, input, prepared.left);
  if (!("charge" in prepared)) return prepared;
  deps.failpoint("collect:opened");
  const { charge } = prepared;
  const facts = await chargeAttempt({ ...deps, stripe }, input, charge);
  if (facts === null) return { attemptId: charge.attempt.id, state: "declined" };
  await inDelivery(deps, input, "invoice.collect", (tx) => applyPaymentIntent(tx, facts, { isWord: false }));
  const isTaken = facts.status === "succeeded" || facts.status === "processing";
  return { attemptId: charge.attempt.id, state: isTaken ? "processing" : "declined" };
}

/**
 * The next try after a decline, when its time has come and nobody else has made it.
 * @throws as `collectInvoice`
 */
export async function retryPayment(
  deps: CollectDeps,
  input: DeliveryInput & { readonly attemptId: string },
): Promise<CollectOutcome> {
  const isDue = await inDelivery(deps, input, "payment.retry", async (tx) => {
    const open = await findOpenAttempt(tx, input.invoiceId);
    return open?.state === "open" || (await isRetryDue(tx, input.attemptId));
  });
  if (!isDue) return { skipped: "not_due" };
  const outcome = await collectInvoice(deps, input);
  if ("skipped" in outcome) {
    await inDelivery(deps, input, "payment.retry", (tx) => clearRetry(tx, input.attemptId));
  }
  return outcome;
}

type Prepared =
  | { readonly charge: Charge }
  /** An attempt that a crash left open, and that must not be made any more. */
  | { readonly left: Omit<Charge, "methodId" | "methodProviderId"> & { readonly skipped: Skipped } }
  | { readonly skipped: Skipped }
  | { readonly attemptId: string; readonly state: "processing" };

async function prepareCharge(tx: TenantTx, input: CollectInput): Promise<Prepared> {
  const payable = await lockPayableInvoice(tx, input.invoiceId);
  const invoice = await requireDeliveryInvoice(tx, input.invoiceId);
  const open = await findOpenAttempt(tx, input.invoiceId);
  const isUnderWay = open?.state === "processing" || (open?.payment_link_id ?? null) !== null;
  if (open !== null && isUnderWay) return { attemptId: open.id, state: "processing" };
  if (await isAccountParked(tx, invoice.customer_id)) {
    throw domainError(
      "account_parked",
      `${invoice.number} is not charged: the books of its customer's account do not add up.`,
    );
  }
  const skipped = (why: Skipped): Prepared =>
    open === null ? { skipped: why } : { left: { invoice, attempt: open, skipped: why } };
  if (payable?.invoice_status === "voided") return skipped("voided");
  if (leftToPay(invoice) <= 0n) return skipped("paid");
  if (invoice.uncollectible_at !== null) return skipped("uncollectible");
  if (input.isAsked !== true && invoice.collection !== "charge_automatically")
    return skipped("not_automatic");
  const { payment_method_id: methodId, payment_method_provider_id: methodProviderId } = invoice;
  if (methodId === null || methodProviderId === null || invoice.payment_method_provider !== "stripe") {
    return skipped("no_method");
  }
  const method = invoice.payment_method_type ?? "card";
  const id = open?.id ?? (await openAttempt(tx, { invoiceId: invoice.id, provider: "stripe", method }));
  const attempt =
    id === null ? null : await findAttempt(tx, { provider: "stripe", attemptId: id, providerId: "" });
  if (attempt === null) return { skipped: "paid" };
  return { charge: { invoice, attempt, methodId, methodProviderId } };
}

/**
 * Brings an attempt that a crash left open to its end, though nothing may be charged any more: what Stripe made of it is applied,
 * and where it made nothing the attempt is closed, so that the invoice can be paid another way.
 */
async function endLeftAttempt(
  deps: ChargeDeps,
  input: DeliveryInput,
  { invoice, attempt, skipped }: Extract<Prepared, { left: unknown }>["left"],
): Promise<CollectOutcome> {
  const customerId = await ensureStripeCustomer(deps, input, invoice);
  const withdrawn = domainError("payment_withdrawn", `nothing was charged: ${skipped.replaceAll("_", " ")}`);
  try {
    const facts = await runStripeEffect(deps, {
      ...intentOf(deps, input, { invoice, attempt }, customerId),
      act: () => Promise.reject(withdrawn),
    });
    await inDelivery(deps, input, "invoice.collect", (tx) =>
      applyPaymentIntent(tx, facts, { isWord: false }),
    );
    return { attemptId: attempt.id, state: "processing" };
  } catch (error) {
    if (!(error instanceof DomainError) || error.kind !== "invalid") throw error;
    await inDelivery(deps, input, "invoice.collect", (tx) => closeRefused(tx, attempt, error));
    return { skipped };
  }
}

/** Null: refused before a PaymentIntent was made, and the attempt is closed. */
async function chargeAttempt(
  deps: ChargeDeps,
  input: DeliveryInput,
  charge: Charge,
): Promise<PaymentIntentFacts | null> {
  const { attempt } = charge;
  try {
    const amount = stripeAmount(money(attempt.amount_minor, attempt.currency));
    const customerId = await ensureStripeCustomer(deps, input, charge.invoice);
    const paymentMethodId = await ensureAttached(deps, input, charge, customerId);
    return await createIntent(deps, input, charge, { amount, customerId, paymentMethodId });
  } catch (error) {
    if (!(error instanceof DomainError) || error.kind !== "invalid") throw error;
    const isDecline = error.code === "payment_declined";
    await inDelivery(deps, input, "invoice.collect", (tx) => closeRefused(tx, attempt, error));
    if (isDecline) return null;
    throw error;
  }
}

/** A method can be charged while its owner is away only once it is saved with the customer. */
async function ensureAttached(
  deps: ChargeDeps,
  input: DeliveryInput,
  charge: Charge,
  customerId: string,
): Promise<string> {
  const paymentMethodId = charge.methodProviderId;
  const attached = await runStripeEffect(deps, {
    tenantId: input.tenantId,
    kind: "stripe.payment_method_attach",
    businessKey: charge.methodId,
    probe: async () => {
      const owner = await readPaymentMethodOwner(deps.stripe, paymentMethodId);
      return owner !== "unattached" && owner.customerId === customerId ? { id: paymentMethodId } : null;
    },
    act: ({ idempotencyKey }) =>
      attachPaymentMethod(deps.stripe, { paymentMethodId, customerId }, idempotencyKey),
  });
  return attached.id;
}

/** The effect that charges for an attempt, but for the call. */
function intentOf(
  deps: ChargeDeps,
  input: DeliveryInput,
  { invoice, attempt }: Pick<Charge, "invoice" | "attempt">,
  customerId: string,
) {
  const metadata = {
    billwright_tenant: input.tenantId,
    billwright_invoice: invoice.id,
    billwright_attempt: attempt.id,
  };
  return {
    tenantId: input.tenantId,
    kind: "stripe.payment_intent",
    businessKey: attempt.id,
    metadata,
    probe: (since: Date) => findPaymentIntent(deps.stripe, { customerId, since, metadata }),
  } as const;
}

function createIntent(
  deps: ChargeDeps,
  input: DeliveryInput,
  charge: Charge,
  to: { readonly amount: bigint; readonly customerId: string; readonly paymentMethodId: string },
): Promise<PaymentIntentFacts> {
  const { invoice, attempt } = charge;
  const { metadata, ...effect } = intentOf(deps, input, charge, to.customerId);
  return runStripeEffect(deps, {
    ...effect,
    act: ({ idempotencyKey, epoch }) =>
      chargeSavedMethod(
        deps.stripe,
        {
          ...to,
          currency: attempt.currency,
          description: `Invoice ${invoice.number}`,
          metadata: { ...metadata, billwright_epoch: String(epoch) },
        },
        idempotencyKey,
      ),
  });
}
