import { z } from "zod";
import type { DocumentLine } from "#libs/core/invoice/invoice-document.ts";
import { formatMoney } from "#libs/core/money/money.ts";
import { publicId } from "#libs/core/public-id.ts";
import type { DeliveryInvoice } from "#libs/data/invoice-delivery.ts";
import { leftToPay } from "#libs/data/left-to-pay.ts";

const amount = z.string().describe("Major units with the currency's decimals");

const lineWire = z.object({
  description: z.string(),
  quantity: z.string(),
  unit: z.string().nullable(),
  unit_amount: z.string().nullable(),
  amount,
  period_start: z.iso.datetime(),
  period_end: z.iso.datetime(),
});

const payableInvoiceWire = z
  .object({
    id: z.string(),
    number: z.string(),
    currency: z.string(),
    seller: z.object({ name: z.string(), address: z.array(z.string()), email: z.string().nullable() }),
    customer: z.object({ name: z.string(), address: z.array(z.string()) }),
    issued_at: z.iso.datetime(),
    due_date: z.iso.datetime(),
    lines: z.array(lineWire),
    subtotal: amount,
    discount_total: amount,
    tax_total: amount,
    total: amount,
    credit_total: amount,
    amount_due: amount,
    amount_paid: amount,
    amount_remaining: amount.describe("What is paid through the link"),
    invoice_pdf_url: z.string(),
  })
  .meta({ id: "PayableInvoice" });

/** What a link shows to whoever holds it. */
export const paymentPageWire = z
  .object({
    state: z.enum(["open", "processing", "failed", "paid"]),
    message: z.string().optional().describe("When there is nothing left to do"),
    invoice: payableInvoiceWire.optional().describe("Until it is paid"),
    paymentMethods: z.array(z.enum(["card", "ach"])).optional(),
  })
  .meta({ id: "PaymentPage" });

export function presentPayableInvoice(
  invoice: DeliveryInvoice,
  pdfUrl: string,
): z.infer<typeof payableInvoiceWire> {
  const { document, currency } = invoice;
  const money = (minor: bigint) => formatMoney({ minor, currency });
  const { name, address, email } = document.seller;
  return {
    id: publicId("invoice", invoice.id),
    number: invoice.number,
    currency,
    seller: { name, address: [...address], email },
    customer: { name: document.customer.name, address: [...document.customer.address] },
    issued_at: document.issuedAt,
    due_date: document.dueAt,
    lines: document.lines.map(presentLine),
    subtotal: document.subtotal,
    discount_total: document.discountTotal,
    tax_total: document.taxTotal,
    total: document.total,
    credit_total: document.creditTotal,
    amount_due: money(invoice.amount_due_minor),
    amount_paid: money(invoice.amount_paid_minor),
    amount_remaining: money(leftToPay(invoice)),
    invoice_pdf_url: pdfUrl,
  };
}

function presentLine(line: DocumentLine): z.infer<typeof lineWire> {
  return {
    description: line.description,
    quantity: line.quantity,
    unit: line.unit,
    unit_amount: line.unitAmount,
    amount: line.amount,
    period_start: line.periodStart,
    period_end: line.periodEnd,
  };
}

/** Bank debits of the US are offered for dollars only. */
export function payableBy(currency: string): ("card" | "ach")[] {
  return currency === "USD" ? ["card", "ach"] : ["card"];
}
