import type { InvoiceDocument } from "#libs/core/invoice/invoice-document.ts";
import type { InvoiceText } from "../invoice-text.ts";

/** What the names in braces of a tenant's text stand for in a document; named by `templateValues` of core. */
export function templateValues(
  document: InvoiceDocument,
  text: InvoiceText,
): Readonly<Record<string, string>> {
  return {
    number: document.number,
    customer: document.customer.name,
    seller: document.seller.name,
    total: text.money(document.total),
    amount_due: text.money(document.amountDue),
    currency: document.currency,
    issue_date: text.date(document.issuedAt),
    due_date: text.date(document.dueAt),
  };
}
