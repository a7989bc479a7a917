import { domainError } from "#libs/core/errors.ts";
import { fromStripeAmount } from "#libs/core/money/stripe-minor-units.ts";
import { partsOf } from "#libs/core/payment/decide-refund.ts";
import type { RefundState } from "#libs/core/payment/refund-state.ts";
import { lockGrantOfPayment, takeGrantOfPayment } from "#libs/data/credits.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { lockPayableInvoice } from "#libs/data/payments.ts";
import { findPaidPayment, findRefund, insertRefund, readRefundable } from "#libs/data/refunds.ts";
import type { RefundFacts } from "#libs/platform/stripe/stripe-refunds.ts";
import { advanceRefund } from "./advance-refund.ts";

const states: Readonly<Record<string, RefundState>> = {
  pending: "processing",
  requires_action: "processing",
  succeeded: "succeeded",
  failed: "failed",
  canceled: "failed",
};

/**
 * Brings our side to what a refund at Stripe says: one of ours, or one that somebody made at Stripe, which gets a row here.
 * Messages may come twice and in any order. `unknown`: no payment of ours has its PaymentIntent (yet); `foreign`: it
 * names another tenant.
 */
export async function applyRefund(
  tx: TenantTx,
  facts: RefundFacts,
): Promise<"applied" | "unknown" | "foreign"> {
  if (facts.tenantId !== null && facts.tenantId !== tx.tenantId) return "foreign";
  const state = states[facts.status];
  if (state === undefined) throw domainError("webhook_object_unknown", `${facts.id} is "${facts.status}"`);
  const id = await findOrInsert(tx, facts, state);
  if (id === null) return "unknown";
  const code = facts.failureCode ?? facts.status;
  const failure = state === "failed" ? { code, message: `Stripe says ${code}` } : null;
  await advanceRefund(tx, id, { state, providerId: facts.id, failure });
  return "applied";
}

async function findOrInsert(tx: TenantTx, facts: RefundFacts, state: RefundState): Promise<string | null> {
  const ours = facts.refundId === null ? null : await findRefund(tx, { id: facts.refundId });
  if (ours !== null) return ours.id;
  const by = { provider: "stripe", providerId: facts.paymentIntentId ?? "" };
  const payment = await findPaidPayment(tx, by);
  if (payment === null) return null;
  await lockPayableInvoice(tx, payment.invoice_id);
  const known = await findRefund(tx, { provider: "stripe", providerId: facts.id });
  if (known !== null) return known.id;
  const grant = await lockGrantOfPayment(tx, payment.id);
  const refundable = await readRefundable(tx, payment, grant?.left_minor ?? 0n);
  const amount = fromStripeAmount(BigInt(facts.amount), facts.currency).minor;
  // One that failed before we heard of it moved nothing.
  const parts =
    state === "failed"
      ? { amountMinor: amount, noteMinor: 0n, creditMinor: 0n, reopenedMinor: 0n }
      : partsOf(refundable, amount);
  if (parts.creditMinor > 0n) await takeGrantOfPayment(tx, payment.id, parts.creditMinor);
  return insertRefund(tx, {
    ...{ ...parts, paymentId: payment.id, provider: "stripe", providerId: facts.id },
    ...{ reason: facts.reason, creditNoteId: null },
  });
}
