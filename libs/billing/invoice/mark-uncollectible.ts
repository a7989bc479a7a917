import { domainError } from "#libs/core/errors.ts";
import { writeOffPostings } from "#libs/core/ledger/postings.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { emitEvents } from "#libs/data/domain-events.ts";
import { markUncollectible } from "#libs/data/invoice-ends.ts";
import { leftToPay } from "#libs/data/left-to-pay.ts";
import { postLedger } from "#libs/data/ledger.ts";
import { findOpenAttempt } from "#libs/data/payment-attempts.ts";
import { type InvoiceTarget, requireIssued } from "./require-invoice.ts";

/**
 * Gives up what is left to pay of an invoice: it is written off, and nobody tries to collect it any more.
 * @throws DomainError invoice_not_found, version_conflict, invoice_not_finalized, invoice_already_voided,
 *   invoice_already_paid, invoice_already_uncollectible, payment_in_progress
 */
export async function markInvoiceUncollectible(tx: TenantTx, input: InvoiceTarget): Promise<void> {
  const invoice = await requireIssued(tx, input);
  const leftMinor = leftToPay(invoice);
  if (leftMinor <= 0n)
    throw domainError("invoice_already_paid", `Nothing is left to pay on ${invoice.number}.`);
  if (invoice.uncollectible_at !== null) throw domainError("invoice_already_uncollectible");
  if ((await findOpenAttempt(tx, invoice.id)) !== null) {
    throw domainError(
      "payment_in_progress",
      `A payment of ${invoice.number} is under way; wait until it ends.`,
    );
  }
  await markUncollectible(tx, invoice.id);
  await postLedger(tx, [
    {
      kind: "invoice.written_off",
      // An invoice can be paid after all, opened again by a refund, and given up once more.
      ref: `${invoice.id}/${invoice.version}`,
      customerId: invoice.customer_id,
      invoiceId: invoice.id,
      postings: writeOffPostings({ currency: invoice.currency, amountMinor: leftMinor }),
    },
  ]);
  const subject = { subjectType: "invoice", subjectId: invoice.id } as const;
  const data = { customer_id: invoice.customer_id };
  await emitEvents(tx, [{ type: "invoice.marked_uncollectible", ...subject, data }]);
  await writeAudit(tx, {
    action: "invoice.mark_uncollectible",
    targetType: "invoice",
    targetId: invoice.id,
    after: { writtenOffMinor: leftMinor },
  });
}
