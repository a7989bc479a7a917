import { domainError } from "#libs/core/errors.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { lockInvoice, type StoredInvoice } from "#libs/data/stored-invoice.ts";
import { assertVersion } from "../catalog/assert-version.ts";

/** Which invoice a verb is for, and the version that its caller has seen. */
export type InvoiceTarget = {
  readonly invoiceId: string;
  /** Refused with `version_conflict` when the invoice has moved on from it. */
  readonly ifVersion?: number | undefined;
};

/** Locks the invoice of a verb. @throws DomainError invoice_not_found, version_conflict */
export async function requireInvoice(tx: TenantTx, target: InvoiceTarget): Promise<StoredInvoice> {
  const invoice = await lockInvoice(tx, target.invoiceId);
  if (invoice === null) throw domainError("invoice_not_found", "There is no such invoice.");
  assertVersion("invoice", invoice.version, target.ifVersion);
  return invoice;
}

/** Locks a draft. @throws DomainError also invoice_already_finalized, invoice_already_voided */
export async function requireDraft(tx: TenantTx, target: InvoiceTarget): Promise<StoredInvoice> {
  const invoice = await requireInvoice(tx, target);
  if (invoice.invoice_status === "draft") return invoice;
  throw refusal(invoice, "draft");
}

/** Locks an issued invoice. @throws DomainError also invoice_not_finalized, invoice_already_voided */
export async function requireIssued(tx: TenantTx, target: InvoiceTarget): Promise<StoredInvoice> {
  const invoice = await requireInvoice(tx, target);
  if (invoice.invoice_status === "finalized") return invoice;
  throw refusal(invoice, "finalized");
}

/** @throws DomainError invoice_imported when another engine issued it: nothing is printed, mailed or decided again of it */
export function assertOurs(invoice: Pick<StoredInvoice, "number" | "imported_at">): void {
  if (invoice.imported_at === null) return;
  throw domainError(
    "invoice_imported",
    `Invoice ${invoice.number} was imported: the engine that issued it printed and sent it. It can be paid, credited, voided and written off here.`,
  );
}

function refusal(invoice: StoredInvoice, wanted: "draft" | "finalized"): Error {
  const { number, invoice_status: status } = invoice;
  if (status === "voided")
    return domainError("invoice_already_voided", `Invoice ${number ?? "(no number)"} is void.`);
  if (wanted === "finalized")
    return domainError("invoice_not_finalized", "The invoice is a draft; finalize it first.");
  return domainError(
    "invoice_already_finalized",
    `Invoice ${number} is issued: only a draft can be changed. Void or regenerate it instead.`,
  );
}
