import { type ComparableLine, diffLines, type LineChange } from "#libs/core/invoice/invoice-diff.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import { markPeriodsBilled } from "#libs/data/billing-periods.ts";
import { type TenantTx, toInstant } from "#libs/data/database.ts";
import { emitEvents } from "#libs/data/domain-events.ts";
import { type InvoiceLineView, listInvoiceLines } from "#libs/data/invoice-reads.ts";
import { type NewInvoice, rewriteDraftInvoice } from "#libs/data/invoices.ts";
import { countSettled } from "#libs/data/late-usage.ts";
import type { StoredInvoice } from "#libs/data/stored-invoice.ts";
import { draftManual } from "./draft-manual.ts";
import { redraftBoundary } from "./redraft-boundary.ts";
import { type InvoiceTarget, requireDraft } from "./require-invoice.ts";
import { loadStoredManual } from "./stored-manual.ts";

/** What a refresh changed; amounts in minor units. */
export type RefreshOutcome = {
  readonly invoiceId: string;
  readonly currency: string;
  readonly totalBeforeMinor: bigint;
  readonly totalAfterMinor: bigint;
  readonly changes: readonly LineChange[];
};

/**
 * Computes a draft again: from the usage, the terms, the taxes and the settings of now. A draft that would be skipped
 * now (zero amounts) is kept, with its lines as they are.
 * @throws DomainError invoice_not_found, version_conflict, invoice_already_finalized, invoice_already_voided,
 *   invoice_not_regenerable, subscription_broken
 */
export async function refreshInvoice(tx: TenantTx, input: InvoiceTarget): Promise<RefreshOutcome> {
  const stored = await requireDraft(tx, input);
  const before = await listInvoiceLines(tx, stored.id);
  const invoice = await decideAgain(tx, stored, before);
  if (invoice !== null) await rewriteDraftInvoice(tx, invoice);
  const after = invoice === null ? before : await listInvoiceLines(tx, stored.id);
  const outcome: RefreshOutcome = {
    invoiceId: stored.id,
    currency: stored.currency,
    totalBeforeMinor: stored.total_minor,
    totalAfterMinor: invoice?.assembled.totalMinor ?? stored.total_minor,
    changes: diffLines(before.map(comparable), after.map(comparable)),
  };
  await emitEvents(tx, [{ type: "invoice.refreshed", subjectType: "invoice", subjectId: stored.id }]);
  await writeAudit(tx, {
    action: "invoice.refresh",
    targetType: "invoice",
    targetId: stored.id,
    before: { totalMinor: stored.total_minor },
    after: { totalMinor: outcome.totalAfterMinor, changes: outcome.changes },
  });
  return outcome;
}

async function decideAgain(
  tx: TenantTx,
  stored: StoredInvoice,
  lines: readonly InvoiceLineView[],
): Promise<NewInvoice | null> {
  const kept = { id: stored.id, description: stored.description, metadata: stored.metadata };
  const header = { ...kept, dueAt: stored.due_at === null ? null : toInstant(stored.due_at) };
  if (stored.kind === null) {
    return { ...(await draftManual(tx, await loadStoredManual(tx, stored), stored.id)), ...header };
  }
  const prefix = /^r\d+:/.exec(lines[0]?.source_key ?? "")?.[0] ?? "";
  const { invoice, claims, settled } = await redraftBoundary(tx, stored, prefix);
  if (invoice === null) return null;
  await markPeriodsBilled(
    tx,
    claims.map((claim) => ({ ...claim, invoiceId: stored.id })),
  );
  await countSettled(tx, settled);
  return { ...invoice, ...header };
}

function comparable(line: InvoiceLineView): ComparableLine {
  return {
    key: line.source_key,
    description: line.description,
    group: line.group_key,
    quantity: line.quantity,
    exactAmount: line.exact_amount,
    amountMinor: line.amount_minor,
    discountMinor: line.discount_minor,
    taxMinor: line.tax_minor,
    inputHash: line.input_hash,
  };
}
