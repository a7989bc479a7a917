import { findCreditNote } from "#libs/data/credit-notes.ts";
import { lockGrantOfPayment } from "#libs/data/credits.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { lockPayableInvoice } from "#libs/data/payments.ts";
import { listPaidPayments, readOwedByNotes, readRefundable } from "#libs/data/refunds.ts";
import { least, refundableMinor } from "#libs/core/payment/decide-refund.ts";
import { writeRefund } from "../payment/request-refund.ts";

/**
 * Pays out what a credit note promised to refund, through the Stripe payments of its invoice, newest first. What they cannot
 * take stays owed: money that came past Stripe goes back past it, and is recorded with the payment. Safe to repeat.
 * @returns the refunds that it asked for
 */
export async function refundCreditNote(
  tx: TenantTx,
  input: { readonly creditNoteId: string },
): Promise<{ readonly refundIds: readonly string[] }> {
  const note = await findCreditNote(tx, input.creditNoteId);
  if (note === null || note.settlement !== "refund" || note.invoice_status !== "finalized")
    return { refundIds: [] };
  await lockPayableInvoice(tx, note.invoice_id);
  const owed = await readOwedByNotes(tx, note.invoice_id);
  let left = least(owed, note.total_minor);
  const refundIds: string[] = [];
  for (const payment of await listPaidPayments(tx, note.invoice_id, "stripe")) {
    const grant = await lockGrantOfPayment(tx, payment.id);
    const most = refundableMinor(await readRefundable(tx, payment, grant?.left_minor ?? 0n));
    const wantedMinor = least(left, most);
    if (wantedMinor === 0n) continue;
    const reason = note.reason ?? `Credit note ${note.number}`;
    refundIds.push(await writeRefund(tx, { payment, wantedMinor, creditNoteId: note.id, reason }));
    left -= wantedMinor;
  }
  return { refundIds };
}
