import { writeAudit } from "#libs/data/audit-log.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { finalizeInvoices } from "./finalize-invoices.ts";
import { type InvoiceTarget, requireDraft } from "./require-invoice.ts";

/**
 * Issues a draft now, whatever is left of its window.
 * @throws DomainError invoice_not_found, version_conflict, invoice_already_finalized, invoice_already_voided
 */
export async function finalizeInvoice(tx: TenantTx, input: InvoiceTarget): Promise<void> {
  const draft = await requireDraft(tx, input);
  const [issued] = await finalizeInvoices(tx, [draft.id]);
  await writeAudit(tx, {
    action: "invoice.finalize",
    targetType: "invoice",
    targetId: draft.id,
    after: { number: issued?.number },
  });
}
