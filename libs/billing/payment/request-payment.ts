import { domainError } from "#libs/core/errors.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { planJobs } from "#libs/data/domain-events.ts";
import { loadDeliveryInvoice } from "#libs/data/invoice-delivery.ts";
import { leftToPay } from "#libs/data/left-to-pay.ts";
import { newId } from "#libs/data/new-id.ts";
import { findOpenAttempt } from "#libs/data/payment-attempts.ts";
import { type InvoiceTarget, requireIssued } from "../invoice/require-invoice.ts";

/**
 * Asks for what is left of an invoice to be charged to the saved method now, however its subscription collects. The job
 * opens the attempt; what can be known before it is refused here.
 * @throws DomainError invoice_not_found, version_conflict, invoice_not_finalized, invoice_already_voided,
 *   invoice_is_credit_note, invoice_already_paid, invoice_already_uncollectible, payment_in_progress, payment_method_missing
 */
export async function requestPayment(
  tx: TenantTx,
  input: InvoiceTarget,
): Promise<{ readonly jobId: string }> {
  const invoice = await requireIssued(tx, input);
  const number = invoice.number ?? "";
  if (invoice.invoice_type === "credit")
    throw domainError("invoice_is_credit_note", `${number} is a credit note: nothing is due on it.`);
  if (leftToPay(invoice) <= 0n)
    throw domainError("invoice_already_paid", `Nothing is left to pay on ${number}.`);
  if (invoice.uncollectible_at !== null)
    throw domainError("invoice_already_uncollectible", `What was left of ${number} is written off.`);
  if ((await findOpenAttempt(tx, invoice.id)) !== null)
    throw domainError("payment_in_progress", `A payment of ${number} is under way; wait until it ends.`);
  const delivery = await loadDeliveryInvoice(tx, invoice.id);
  if (delivery?.payment_method_provider !== "stripe")
    throw domainError("payment_method_missing", `The customer of ${number} has no saved payment method.`);
  const requestId = newId();
  const subject = { subjectType: "invoice", subjectId: invoice.id } as const;
  const [jobId] = await planJobs(tx, [
    { type: "invoice.payment_requested", ...subject, data: { request_id: requestId } },
  ]);
  if (jobId === undefined) throw new Error("no job charges what is asked to be charged");
  await writeAudit(tx, { action: "invoice.pay", targetType: "invoice", targetId: invoice.id });
  return { jobId };
}
