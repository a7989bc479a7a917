import { domainError } from "#libs/core/errors.ts";
import { parsePublicId } from "#libs/core/public-id.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { findInvoice, type InvoiceView, listInvoices } from "#libs/data/invoice-reads.ts";

/** An invoice by its number or id. @throws DomainError invoice_not_found */
export async function requireInvoice(tx: TenantTx, reference: string): Promise<InvoiceView> {
  const id = parsePublicId("invoice", reference);
  const found =
    id === null
      ? (await listInvoices(tx, { limit: 1, cursor: null, filters: { number: reference } })).rows[0]
      : await findInvoice(tx, id);
  if (!found)
    throw domainError(
      "invoice_not_found",
      `there is no invoice "${reference}"; give its number (INV-...) or id (inv_...)`,
    );
  return found;
}
