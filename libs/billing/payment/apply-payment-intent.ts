import { fromStripeAmount } from "#libs/core/money/stripe-minor-units.ts";
import { canRetryDecline } from "#libs/core/payment/can-retry-decline.ts";
import type { TenantTx } from "#libs/data/database.ts";
import {
  type AttemptRow,
  closeAttempt,
  findAttempt,
  findNamedAttempt,
  markAttemptProcessing,
  reopenAttempt,
} from "#libs/data/payment-attempts.ts";
import { lockPayableInvoice, type PayableInvoice } from "#libs/data/payments.ts";
import { insertProviderObject } from "#libs/data/provider-objects.ts";
import type { PaymentIntentFacts } from "#libs/platform/stripe/stripe-payments.ts";
import { emitFailed, failAttempt } from "./fail-attempt.ts";
import { recordPayment } from "./record-payment.ts";

/** `unknown`: no attempt of ours has this PaymentIntent yet; `foreign`: it names another tenant, or none of ours. */
export type AppliedIntent = "applied" | "unknown" | "foreign";

/**
 * Brings our side to what a PaymentIntent says, in the caller's transaction. States only go forward: processing, then
 * failed or canceled, then succeeded. So messages may come twice and in any order, and end the same.
 * `isWord`: the facts come from a signed webhook or a poll; the answer to our own call is no proof of money.
 */
export async function applyPaymentIntent(
  tx: TenantTx,
  facts: PaymentIntentFacts,
  { isWord }: { readonly isWord: boolean } = { isWord: true },
): Promise<AppliedIntent> {
  if (facts.tenantId !== null && facts.tenantId !== tx.tenantId) return "foreign";
  const by = { provider: "stripe", attemptId: facts.attemptId, providerId: facts.id };
  const found = await findAttempt(tx, by);
  if (found === null) return isWord ? applyStray(tx, facts) : "unknown";
  const invoice = await lockPayableInvoice(tx, found.invoice_id);
  // Read again under the invoice's lock, which everybody takes first.
  const attempt = await findAttempt(tx, by);
  if (invoice === null || attempt === null) return "unknown";
  await insertProviderObject(tx, {
    provider: "stripe",
    kind: "payment_intent",
    localId: attempt.id,
    providerId: facts.id,
  });
  if (facts.status === "succeeded" && isWord) {
    await succeedAttempt(tx, invoice, attempt, facts);
  } else if (["succeeded", "processing", "requires_capture"].includes(facts.status)) {
    await markAttemptProcessing(tx, attempt.id, facts.id);
  } else if (attempt.state === "open" || attempt.state === "processing") {
    if (attempt.payment_link_id === null) await endWithoutMoney(tx, attempt, facts);
    else await endPayersTry(tx, attempt, facts);
  }
  return "applied";
}

/**
 * A PaymentIntent that names an attempt of ours which has another one: made by a try whose answer was lost for good. Money is
 * money: it pays what is left, or becomes credit. One that names no attempt was not made by us.
 */
async function applyStray(tx: TenantTx, facts: PaymentIntentFacts): Promise<AppliedIntent> {
  const attempt = facts.attemptId === null ? null : await findNamedAttempt(tx, facts.attemptId);
  if (attempt === null) return facts.attemptId === null ? "foreign" : "unknown";
  const invoice = await lockPayableInvoice(tx, attempt.invoice_id);
  if (invoice === null) return "unknown";
  if (facts.status === "succeeded") {
    await recordPayment(tx, invoice, {
      ...{ provider: "stripe", providerId: facts.id, attemptId: null, reference: null },
      method: attempt.method,
      amount: fromStripeAmount(BigInt(facts.amountReceived), facts.currency),
    });
  }
  return "applied";
}

async function succeedAttempt(
  tx: TenantTx,
  invoice: PayableInvoice,
  attempt: AttemptRow,
  facts: PaymentIntentFacts,
): Promise<void> {
  if (attempt.state === "succeeded") return;
  await closeAttempt(tx, attempt.id, {
    state: "succeeded",
    providerId: facts.id,
    failure: null,
    retryAfterMs: null,
  });
  await recordPayment(tx, invoice, {
    provider: "stripe",
    providerId: facts.id,
    attemptId: attempt.id,
    method: attempt.method,
    reference: null,
    amount: fromStripeAmount(BigInt(facts.amountReceived), facts.currency),
  });
}

async function endWithoutMoney(tx: TenantTx, attempt: AttemptRow, facts: PaymentIntentFacts): Promise<void> {
  const isCanceled = facts.status === "canceled";
  const needsPayer = facts.status === "requires_action";
  const code = facts.failureCode ?? (needsPayer ? "authentication_required" : facts.status);
  await failAttempt(tx, attempt, {
    state: isCanceled ? "canceled" : "failed",
    providerId: facts.id,
    failure: { code, message: facts.failureMessage ?? `Stripe says ${facts.status}` },
    retry: !isCanceled && canRetryDecline({ code, adviceCode: facts.adviceCode }),
  });
}

/**
 * A payer whose try was declined may try again with the same PaymentIntent, so the attempt stays the one open way; it
 * ends when the PaymentIntent is canceled, which is no failure.
 */
async function endPayersTry(tx: TenantTx, attempt: AttemptRow, facts: PaymentIntentFacts): Promise<void> {
  if (facts.status === "canceled") {
    const end = { state: "canceled", providerId: facts.id, failure: null, retryAfterMs: null } as const;
    await closeAttempt(tx, attempt.id, end);
    return;
  }
  if (facts.failureCode === null && facts.failureMessage === null) return;
  const failure = {
    code: facts.failureCode ?? facts.status,
    message: facts.failureMessage ?? `Stripe says ${facts.status}`,
  };
  if (!(await reopenAttempt(tx, attempt.id, failure))) return;
  await emitFailed(tx, attempt, { code: failure.code, retryAfterMs: null });
}
