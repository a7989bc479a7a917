import { domainError } from "#libs/core/errors.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { planJobs } from "#libs/data/domain-events.ts";
import { loadDeliveryInvoice } from "#libs/data/invoice-delivery.ts";
import { newId } from "#libs/data/new-id.ts";
import { assertOurs, type InvoiceTarget, requireIssued } from "./require-invoice.ts";

/**
 * Asks for the invoice's mail to be sent, also when it was sent before: each asking is a mail of its own.
 * @throws DomainError invoice_not_found, version_conflict, invoice_not_finalized, invoice_already_voided,
 *   invoice_imported, customer_email_missing
 */
export async function requestSend(tx: TenantTx, input: InvoiceTarget): Promise<{ readonly jobId: string }> {
  const invoice = await requireIssued(tx, input);
  assertOurs(invoice);
  const delivery = await loadDeliveryInvoice(tx, invoice.id);
  if (delivery === null || (delivery.customer_email ?? "") === "") {
    throw domainError("customer_email_missing", `The customer of ${invoice.number} has no email address.`);
  }
  const sendId = newId();
  const subject = { subjectType: "invoice", subjectId: invoice.id } as const;
  const [jobId] = await planJobs(tx, [
    { type: "invoice.send_requested", ...subject, data: { send_id: sendId } },
  ]);
  await writeAudit(tx, { action: "invoice.send", targetType: "invoice", targetId: invoice.id });
  return { jobId: jobId ?? sendId };
}
