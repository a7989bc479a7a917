import type { Temporal } from "temporal-polyfill";
import { domainError } from "#libs/core/errors.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import { type TenantTx, toInstant } from "#libs/data/database.ts";
import { updateDraftHeader } from "#libs/data/invoice-drafts.ts";
import { rewriteDraftInvoice } from "#libs/data/invoices.ts";
import { draftManual } from "./draft-manual.ts";
import type { WrittenLine } from "./manual-terms.ts";
import { type InvoiceTarget, requireDraft } from "./require-invoice.ts";
import { loadStoredManual } from "./stored-manual.ts";

/** Null takes a field away; a field that is not given stays. */
export type UpdateInvoiceInput = InvoiceTarget & {
  readonly description?: string | null | undefined;
  readonly dueAt?: Temporal.Instant | null | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  /** All lines anew; of manual invoices only. */
  readonly lines?: readonly WrittenLine[] | undefined;
};

/**
 * Changes a draft.
 * @throws DomainError invoice_not_found, version_conflict, invoice_already_finalized, invoice_already_voided,
 *   invoice_lines_generated, fields_invalid
 */
export async function updateInvoice(tx: TenantTx, input: UpdateInvoiceInput): Promise<void> {
  const before = await requireDraft(tx, input);
  const { invoiceId: _, ifVersion: __, lines, ...change } = input;
  const header = {
    description: change.description === undefined ? before.description : change.description,
    dueAt: change.dueAt === undefined ? storedInstant(before.due_at) : change.dueAt,
    metadata: change.metadata ?? before.metadata,
  };
  if (lines === undefined) await updateDraftHeader(tx, before.id, header);
  else {
    if (before.kind !== null) {
      throw domainError(
        "invoice_lines_generated",
        "The lines come from the subscription: change it or its usage, then refresh the draft.",
      );
    }
    const kept = await loadStoredManual(tx, before);
    const invoice = await draftManual(tx, { ...kept, lines }, before.id);
    await rewriteDraftInvoice(tx, { ...invoice, ...header });
  }
  await writeAudit(tx, {
    action: "invoice.update",
    targetType: "invoice",
    targetId: before.id,
    before,
    after: { ...header, dueAt: header.dueAt?.toString() ?? null, ...(lines === undefined ? {} : { lines }) },
  });
}

function storedInstant(date: Date | null): Temporal.Instant | null {
  return date === null ? null : toInstant(date);
}
