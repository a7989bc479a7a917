import { z } from "zod";
import { type InvoiceWire, presentInvoice } from "#libs/billing/wire/invoice-wire.ts";
import type { Tx } from "#libs/billing/work/tx.ts";
import { domainError } from "#libs/core/errors.ts";
import { parsePublicId } from "#libs/core/public-id.ts";
import { findInvoice, type InvoiceView, listInvoiceLines } from "#libs/data/invoice-reads.ts";
import type { ApiDeps } from "../api-deps.ts";

export const invoiceById = z.strictObject({ id: z.string().min(1).max(64) });
export const exampleInvoiceId = "inv_01jq8z5c3e7wq8m2v4t6y9r1p3";

/** @throws DomainError invoice_not_found */
export function invoiceIdOf(text: string): string {
  const id = parsePublicId("invoice", text);
  if (id === null) throw domainError("invoice_not_found", `There is no invoice ${JSON.stringify(text)}.`);
  return id;
}

/** @throws DomainError invoice_not_found */
export async function mustFindInvoice(tx: Tx, text: string): Promise<InvoiceView> {
  const row = await findInvoice(tx, invoiceIdOf(text));
  if (row === null) throw domainError("invoice_not_found", `There is no invoice ${JSON.stringify(text)}.`);
  return row;
}

/** The invoice with its lines, as it stands in this transaction. */
export async function wholeInvoice(tx: Tx, invoiceId: string, api: ApiDeps): Promise<InvoiceWire> {
  const row = await findInvoice(tx, invoiceId);
  if (row === null) throw domainError("invoice_not_found", "There is no such invoice.");
  const lines = await listInvoiceLines(tx, row.id);
  return presentInvoice(row, lines, { now: tx.now, publicUrl: api.deps.publicUrl });
}
