import { domainError } from "#libs/core/errors.ts";
import { reversePostings } from "#libs/core/ledger/postings.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import { findCreditNote } from "#libs/data/credit-notes.ts";
import { lockSurplusUsed } from "#libs/data/credits.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { emitEvents } from "#libs/data/domain-events.ts";
import { listInvoicePostings, markVoided } from "#libs/data/invoice-ends.ts";
import { postLedger } from "#libs/data/ledger.ts";
import { readOwedByNotes } from "#libs/data/refunds.ts";
import { findOpenAttempt } from "#libs/data/payment-attempts.ts";
import { assertVersion } from "../catalog/assert-version.ts";
import { requireInvoice } from "../invoice/require-invoice.ts";

/**
 * Voids a credit note: its number stays, everything that was posted for it is posted back, its credit is gone, and what
 * it took off an invoice is left to pay again.
 * @throws DomainError credit_note_not_found, version_conflict, credit_note_already_voided, credit_note_refunded, credit_already_used,
 *   invoice_already_uncollectible, payment_in_progress
 */
export async function voidCreditNote(
  tx: TenantTx,
  input: { readonly creditNoteId: string; readonly reason: string; readonly ifVersion?: number | undefined },
): Promise<void> {
  const found = await findCreditNote(tx, input.creditNoteId);
  if (found === null) throw domainError("credit_note_not_found");
  const corrected = await requireInvoice(tx, { invoiceId: found.invoice_id });
  const note = await requireInvoice(tx, { invoiceId: found.id });
  assertVersion("credit note", note.version, input.ifVersion);
  if (note.invoice_status === "voided")
    throw domainError("credit_note_already_voided", `Credit note ${note.number} is void already.`);
  if (found.settlement === "offset" && corrected.uncollectible_at !== null) {
    throw domainError(
      "invoice_already_uncollectible",
      `What was left of ${corrected.number} after ${note.number} is written off: the credit note has to stay.`,
    );
  }
  if (found.settlement === "offset" && (await findOpenAttempt(tx, corrected.id)) !== null)
    throw domainError(
      "payment_in_progress",
      `A payment of ${corrected.number} is under way; wait until it ends.`,
    );
  if (found.settlement === "refund" && (await readOwedByNotes(tx, corrected.id)) < found.total_minor)
    throw domainError("credit_note_refunded", `What ${note.number} promised to refund has been paid out.`);
  if ((await lockSurplusUsed(tx, note.id)) > 0n)
    throw domainError("credit_already_used", `The credit that ${note.number} gave has been used.`);
  await markVoided(tx, note.id, input.reason);
  await postLedger(tx, [
    {
      ...{ kind: "credit_note.voided", ref: note.id, customerId: note.customer_id, invoiceId: note.id },
      postings: reversePostings(await listInvoicePostings(tx, note.id)),
    },
  ]);
  const data = { customer_id: note.customer_id, invoice_id: corrected.id, reason: input.reason };
  await emitEvents(tx, [
    { type: "credit_note.voided", subjectType: "credit_note", subjectId: note.id, data },
  ]);
  await writeAudit(tx, {
    ...{ action: "credit_note.void", targetType: "credit_note", targetId: note.id, before: found },
    after: { reason: input.reason },
  });
}
