import { writeAudit } from "#libs/data/audit-log.ts";
import { markPeriodsBilled } from "#libs/data/billing-periods.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { emitEvents } from "#libs/data/domain-events.ts";
import { countEditions, takeBillingSequence, voidClaims } from "#libs/data/invoice-claims.ts";
import { insertDraftInvoices, type NewInvoice } from "#libs/data/invoices.ts";
import type { StoredInvoice } from "#libs/data/stored-invoice.ts";
import { finalizeInvoices } from "./finalize-invoices.ts";
import { type Redraft, redraftBoundary } from "./redraft-boundary.ts";
import { type InvoiceTarget, requireInvoice } from "./require-invoice.ts";
import { assertVoidable, reverseInvoice } from "./void-invoice.ts";

/**
 * Makes an invoice again and voids it, in one transaction: the replacement is decided from the terms, usage and
 * settings of now before anything is written; then the old one is void, the claims point to the new one, and it is
 * issued. A failure anywhere leaves the old one as it was. A void invoice is made again too: it closes its gap.
 * @returns the replacement's id; null when there is nothing to bill now
 * @throws DomainError invoice_not_found, version_conflict, invoice_not_regenerable, subscription_broken, and what
 *   forbids to void it
 */
export async function regenerateInvoice(
  tx: TenantTx,
  input: InvoiceTarget & { readonly reason: string },
): Promise<{ readonly replacementId: string | null }> {
  const old = await requireInvoice(tx, input);
  const isVoid = old.invoice_status === "voided";
  if (!isVoid) await assertVoidable(tx, old);
  const edition = await countEditions(tx, old.id);
  const redraft = await redraftBoundary(tx, old, `r${edition}:`);
  const replacement = await withSequence(tx, redraft.invoice, old);
  if (!isVoid) {
    await voidClaims(tx, old.id);
    await reverseInvoice(tx, old, input.reason);
  }
  await saveReplacement(tx, old, replacement, redraft.claims);
  const replacementId = replacement?.id ?? null;
  const subject = { subjectType: "invoice", subjectId: old.id } as const;
  const data = { customer_id: old.customer_id, replacement_id: replacementId };
  await emitEvents(tx, [{ type: "invoice.regenerated", ...subject, data }]);
  await writeAudit(tx, {
    action: "invoice.regenerate",
    targetType: "invoice",
    targetId: old.id,
    before: old,
    after: { replacementId, reason: input.reason, totalMinor: replacement?.assembled.totalMinor ?? 0n },
  });
  return { replacementId };
}

async function withSequence(
  tx: TenantTx,
  invoice: NewInvoice | null,
  old: StoredInvoice,
): Promise<NewInvoice | null> {
  if (invoice === null || invoice.boundary === null || invoice.subscriptionId === null) return null;
  const billingSequence = await takeBillingSequence(tx, invoice.subscriptionId);
  return {
    ...invoice,
    replacesInvoiceId: old.id,
    boundary: { ...invoice.boundary, billingSequence },
  };
}

/** A replacement is issued at once, unless what it replaces never was. */
async function saveReplacement(
  tx: TenantTx,
  old: StoredInvoice,
  replacement: NewInvoice | null,
  claims: Redraft["claims"],
): Promise<void> {
  const invoiceId = replacement?.id ?? null;
  if (replacement !== null) await insertDraftInvoices(tx, [replacement]);
  await markPeriodsBilled(
    tx,
    claims.map((claim) => ({ ...claim, invoiceId })),
  );
  if (invoiceId !== null && old.invoice_status !== "draft") await finalizeInvoices(tx, [invoiceId]);
}
