import { domainError } from "#libs/core/errors.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import { markPeriodsBilled } from "#libs/data/billing-periods.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { emitEvents } from "#libs/data/domain-events.ts";
import {
  countEditions,
  findReplacement,
  takeBillingSequence,
  voidClaims,
} from "#libs/data/invoice-claims.ts";
import { insertDraftInvoices, type NewInvoice } from "#libs/data/invoices.ts";
import { countSettled } from "#libs/data/late-usage.ts";
import { newId } from "#libs/data/new-id.ts";
import type { StoredInvoice } from "#libs/data/stored-invoice.ts";
import { moveBilledChanges } from "#libs/data/subscription-changes.ts";
import { draftManual } from "./draft-manual.ts";
import { finalizeInvoices } from "./finalize-invoices.ts";
import { type Redraft, redraftBoundary } from "./redraft-boundary.ts";
import { loadStoredManual } from "./stored-manual.ts";
import { assertOurs, type InvoiceTarget, requireInvoice } from "./require-invoice.ts";
import { assertVoidable, reverseInvoice } from "./void-invoice.ts";

/**
 * Makes an invoice again and voids it, in one transaction: the replacement is decided from what the old one holds and from
 * the terms, usage and settings of now, before anything is written; then the old one is void, its credits are free, the
 * claims point to the new one, and it is issued. A failure anywhere leaves the old one as it was. A void invoice is made
 * again too: it closes its gap. An invoice is made again once; what took its place is made again instead.
 * @returns the replacement's id; null when there is nothing to bill now
 * @throws DomainError invoice_not_found, version_conflict, invoice_imported, invoice_not_regenerable, invoice_is_credit_note, invoice_amended,
 *   subscription_broken, and what forbids to void it
 */
export async function regenerateInvoice(
  tx: TenantTx,
  input: InvoiceTarget & { readonly reason: string },
): Promise<{ readonly replacementId: string | null }> {
  const old = await requireInvoice(tx, input);
  assertOurs(old);
  const isVoid = old.invoice_status === "voided";
  if (!isVoid) await assertVoidable(tx, old);
  await assertNotReplaced(tx, old);
  const redraft = await redraftInvoice(tx, old);
  const replacement = await withSequence(tx, redraft.invoice, old);
  if (!isVoid) {
    await voidClaims(tx, old.id);
    await reverseInvoice(tx, old, input.reason);
  }
  await saveReplacement(tx, old, replacement, redraft);
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

async function assertNotReplaced(tx: TenantTx, old: StoredInvoice): Promise<void> {
  if (old.invoice_type === "credit")
    throw domainError("invoice_is_credit_note", `${old.number} is a credit note: write another one.`);
  const newer = await findReplacement(tx, old.id);
  if (newer === null) return;
  throw domainError(
    "invoice_not_regenerable",
    `Invoice ${old.number ?? "(draft)"} was made again as ${newer.number ?? "a draft"}: make that one again.`,
  );
}

/** What a person wrote is taxed and rounded anew; what a boundary billed is decided anew. */
async function redraftInvoice(tx: TenantTx, old: StoredInvoice): Promise<Redraft> {
  if (old.kind !== null) return redraftBoundary(tx, old, `r${await countEditions(tx, old.id)}:`);
  const written = await loadStoredManual(tx, old);
  const isDraft = old.invoice_status === "draft";
  const { idempotencyKey: _, dueAt, ...terms } = written;
  const invoice = await draftManual(tx, { ...terms, ...(isDraft ? { dueAt } : {}) }, newId());
  return { invoice, claims: [], settled: [] };
}

async function withSequence(
  tx: TenantTx,
  invoice: NewInvoice | null,
  old: StoredInvoice,
): Promise<NewInvoice | null> {
  if (invoice === null) return null;
  const { boundary, subscriptionId } = invoice;
  if (boundary === null || subscriptionId === null) return { ...invoice, replacesInvoiceId: old.id };
  const billingSequence = await takeBillingSequence(tx, subscriptionId);
  return { ...invoice, replacesInvoiceId: old.id, boundary: { ...boundary, billingSequence } };
}

/** A replacement is issued at once, unless what it replaces never was. */
async function saveReplacement(
  tx: TenantTx,
  old: StoredInvoice,
  replacement: NewInvoice | null,
  { claims, settled }: Pick<Redraft, "claims" | "settled">,
): Promise<void> {
  const invoiceId = replacement?.id ?? null;
  if (replacement !== null) {
    await insertDraftInvoices(tx, [replacement]);
    await moveBilledChanges(tx, old.id, replacement.id);
  }
  await markPeriodsBilled(
    tx,
    claims.map((claim) => ({ ...claim, invoiceId })),
  );
  await countSettled(tx, settled);
  if (invoiceId !== null && old.invoice_status !== "draft") await finalizeInvoices(tx, [invoiceId]);
}
