import type { StripeTx } from "./stripe-store.ts";
import type { Invoice, InvoiceLine, InvoicePayment } from "./stripe-tables.ts";

const shownLines = 10;

/** The invoice's lines in their order. */
export function linesOf(tx: StripeTx, invoice: Invoice): InvoiceLine[] {
  return invoice.line_ids.flatMap((id) => tx.get("line_item", id) ?? []);
}

/** The payments of an invoice, oldest first. */
export function paymentsOf(tx: StripeTx, invoiceId: string): InvoicePayment[] {
  return tx.all("invoice_payment").filter((payment) => payment.invoice === invoiceId);
}

/** The invoice as Stripe shows it: with its first ten lines inside. */
export function presentInvoice(tx: StripeTx, invoice: Invoice): Record<string, unknown> {
  const { line_ids: ids, ...fields } = invoice;
  const data = ids.slice(0, shownLines).flatMap((id) => tx.get("line_item", id) ?? []);
  return {
    ...fields,
    lines: {
      object: "list",
      data,
      has_more: ids.length > shownLines,
      total_count: ids.length,
      url: `/v1/invoices/${invoice.id}/lines`,
    },
  };
}

/** Stores the invoice and returns it as Stripe shows it, after recording `events` about it. */
export function saveInvoice(tx: StripeTx, invoice: Invoice, ...events: readonly string[]): Invoice {
  tx.put("invoice", invoice);
  for (const type of events) tx.emit(type, presentInvoice(tx, invoice));
  return invoice;
}
