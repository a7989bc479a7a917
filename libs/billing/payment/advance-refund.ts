import { refundLossPostings, refundPostings, reversePostings } from "#libs/core/ledger/postings.ts";
import { isPaidOut, nextRefundState, type RefundState } from "#libs/core/payment/refund-state.ts";
import { takeGrantOfPayment } from "#libs/data/credits.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { emitEvents } from "#libs/data/domain-events.ts";
import { listPostingsOf, postLedger } from "#libs/data/ledger.ts";
import { lockPayableInvoice } from "#libs/data/payments.ts";
import { findRefund, moveRefund, type RefundRow } from "#libs/data/refunds.ts";

/**
 * Moves a refund on to what is known of it. The ledger follows the money: posted once when it leaves us, posted back when the
 * refund fails, also days later; then credit that was taken is the customer's again. Locks the invoice. Safe to repeat.
 * @returns the state now
 */
export async function advanceRefund(
  tx: TenantTx,
  refundId: string,
  told: {
    readonly state: RefundState;
    readonly providerId: string | null;
    readonly failure: { readonly code: string; readonly message: string } | null;
  },
): Promise<RefundState> {
  const found = await findRefund(tx, { id: refundId });
  if (found === null) throw new Error(`refund ${refundId} is gone`);
  const invoice = await lockPayableInvoice(tx, found.invoice_id);
  // Read again under the invoice's lock, which everybody takes first.
  const before = await findRefund(tx, { id: refundId });
  if (before === null || invoice === null) throw new Error(`refund ${refundId} is gone`);
  const state = nextRefundState(before.state, told.state);
  if (state === before.state && (told.providerId === null || before.provider_id !== null)) return state;
  const paysOut = isPaidOut(state) && !isPaidOut(before.state);
  await moveRefund(tx, refundId, { ...told, state, isPaidOut: paysOut });
  if (paysOut) await postPaidOut(tx, before, invoice.uncollectible_at !== null);
  if (state === "failed" && before.state !== "failed") {
    if (isPaidOut(before.state)) await postBack(tx, before);
    if (before.credit_minor > 0n) await takeGrantOfPayment(tx, before.payment_id, -before.credit_minor);
  }
  if (state !== before.state && (state === "succeeded" || state === "failed")) {
    const data = { invoice_id: before.invoice_id, payment_id: before.payment_id };
    const code = told.failure?.code ?? null;
    const type = `refund.${state}` as const;
    await emitEvents(tx, [{ type, subjectType: "refund", subjectId: refundId, data: { ...data, code } }]);
  }
  return state;
}

async function postPaidOut(tx: TenantTx, refund: RefundRow, isWrittenOff: boolean): Promise<void> {
  const { provider, currency } = refund;
  const parts = {
    noteMinor: refund.note_minor,
    creditMinor: refund.credit_minor,
    reopenedMinor: refund.reopened_minor,
  };
  const lossMinor = refund.amount_minor - parts.noteMinor - parts.creditMinor - parts.reopenedMinor;
  const of = { ref: refund.id, customerId: refund.customer_id, invoiceId: refund.invoice_id };
  await postLedger(tx, [
    {
      ...of,
      kind: "refund.paid_out",
      postings: refundPostings({ provider, currency, ...parts, isWrittenOff }),
    },
    {
      ...of,
      kind: "refund.loss",
      postings: refundLossPostings({ provider, currency, amountMinor: lossMinor }),
    },
  ]);
}

async function postBack(tx: TenantTx, refund: RefundRow): Promise<void> {
  const posted = await listPostingsOf(tx, refund.id, ["refund.paid_out", "refund.loss"]);
  await postLedger(tx, [
    {
      ...{ kind: "refund.failed", ref: refund.id, customerId: refund.customer_id },
      ...{ invoiceId: refund.invoice_id, postings: reversePostings(posted) },
    },
  ]);
}
