import { z } from "zod";
import { invoiceStatus } from "#libs/core/invoice/invoice-status.ts";
import { formatMoney } from "#libs/core/money/money.ts";
import { disputeStates } from "#libs/core/payment/dispute-state.ts";
import { publicId } from "#libs/core/public-id.ts";
import type { InvoiceLineView, InvoiceView } from "#libs/data/invoice-reads.ts";
import { leftToPay } from "#libs/data/left-to-pay.ts";
import { lineTierWire } from "./line-making-wire.ts";
import { snakeCaseKeys } from "./snake-case-keys.ts";
import { nullableTimestamp, timestampToWire } from "./wire-values.ts";

const amount = z.string().describe("Major units with the currency's decimals");
const instant = z.iso.datetime();

export const invoiceLineWire = z
  .object({
    id: z.string(),
    kind: z.string(),
    price: z.string().nullable(),
    price_code: z.string().nullable(),
    subscription_item: z.string().nullable(),
    group: z.string().describe("Group of the meter, such as region=eu; empty when it has none"),
    description: z.string(),
    quantity: z.string(),
    unit: z.string().nullable(),
    unit_amount: z.string().nullable(),
    amount,
    exact_amount: z.string().describe("Not rounded"),
    discount: amount,
    tax: amount,
    period_start: instant,
    period_end: instant,
    tiers: z.array(lineTierWire),
    proration: z.object({ numerator: z.string(), denominator: z.string() }).nullable(),
    event_count: z.string(),
    input_hash: z.string(),
  })
  .meta({ id: "InvoiceLine" });

const invoiceFields = {
  id: z.string(),
  tenant_id: z.string(),
  customer_id: z.string(),
  subscription_id: z.string().nullable(),
  invoice_type: z.enum(["subscription", "one_off", "credit"]),
  invoice_status: z.enum(["draft", "finalized", "voided"]),
  payment_status: z.enum(["pending", "succeeded", "failed"]),
  status: z.enum(["draft", "void", "uncollectible", "paid", "overdue", "partially_paid", "sent", "open"]),
  number: z.string().nullable(),
  currency: z.string(),
  subtotal: amount,
  discount_total: amount,
  tax_total: amount,
  total: amount,
  credit_total: amount,
  amount_due: amount,
  amount_paid: amount,
  amount_offset: amount.describe("Credit notes offset against it"),
  amount_remaining: amount,
  dispute_status: z
    .enum(disputeStates)
    .nullable()
    .describe(
      "Of a payment that its bank questions: an invoice stays paid, and a lost dispute is written off",
    ),
  description: z.string().nullable(),
  billing_reason: z.string(),
  billing_sequence: z.int().nullable(),
  idempotency_key: z.string().nullable(),
  period_start: instant.nullable(),
  period_end: instant.nullable(),
  issued_at: instant.nullable(),
  due_date: instant.nullable(),
  finalized_at: instant.nullable(),
  sent_at: instant.nullable(),
  paid_at: instant.nullable(),
  voided_at: instant.nullable(),
  void_reason: z.string().nullable(),
  replaces_invoice_id: z.string().nullable().describe("The void invoice that this one was made for"),
  invoice_pdf_url: z.string().nullable(),
  metadata: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  version: z.int(),
  created_at: instant,
  updated_at: instant,
  imported_at: instant.nullable().describe("Set: another engine issued, printed and sent it"),
};

/** An invoice as lists show it: without its lines. */
export const invoiceSummaryWire = z.object(invoiceFields).meta({ id: "InvoiceSummary" });
export const invoiceWire = z
  .object({ ...invoiceFields, lines: z.array(invoiceLineWire) })
  .meta({ id: "Invoice" });

export type InvoiceSummaryWire = z.infer<typeof invoiceSummaryWire>;
export type InvoiceWire = z.infer<typeof invoiceWire>;

type Presenting = {
  /** The tenant's now: what is overdue follows its clock. */
  readonly now: { readonly toString: () => string };
  readonly publicUrl: string;
};

export function presentInvoiceSummary(row: InvoiceView, { now, publicUrl }: Presenting): InvoiceSummaryWire {
  const { currency } = row;
  const money = (minor: bigint) => formatMoney({ minor, currency });
  const id = publicId("invoice", row.id);
  return {
    id,
    tenant_id: publicId("tenant", row.tenant_id),
    customer_id: publicId("customer", row.customer_id),
    subscription_id: row.subscription_id === null ? null : publicId("subscription", row.subscription_id),
    invoice_type: row.invoice_type,
    invoice_status: row.invoice_status,
    payment_status: row.payment_status,
    status: shownStatus(row, now.toString()),
    number: row.number,
    currency,
    subtotal: money(row.subtotal_minor),
    discount_total: money(row.discount_total_minor),
    tax_total: money(row.tax_total_minor),
    total: money(row.total_minor),
    credit_total: money(row.credit_total_minor),
    amount_due: money(row.amount_due_minor),
    amount_paid: money(row.amount_paid_minor),
    amount_offset: money(row.amount_offset_minor),
    amount_remaining: money(leftToPay(row)),
    dispute_status: row.dispute_state,
    description: row.description,
    billing_reason: row.billing_reason,
    billing_sequence: row.billing_sequence,
    idempotency_key: row.idempotency_key,
    period_start: nullableTimestamp(row.period_start),
    period_end: nullableTimestamp(row.period_end),
    issued_at: nullableTimestamp(row.issued_at),
    due_date: nullableTimestamp(row.due_at),
    finalized_at: nullableTimestamp(row.finalized_at),
    sent_at: nullableTimestamp(row.sent_at),
    paid_at: nullableTimestamp(row.paid_at),
    voided_at: nullableTimestamp(row.voided_at),
    void_reason: row.void_reason,
    replaces_invoice_id:
      row.replaces_invoice_id === null ? null : publicId("invoice", row.replaces_invoice_id),
    invoice_pdf_url: row.has_pdf ? `${publicUrl}/v1/invoices/${id}/pdf` : null,
    metadata: row.metadata,
    version: row.version,
    created_at: timestampToWire(row.created_at),
    updated_at: timestampToWire(row.updated_at),
    imported_at: nullableTimestamp(row.imported_at),
  };
}

export function presentInvoice(
  row: InvoiceView,
  lines: readonly InvoiceLineView[],
  presenting: Presenting,
): InvoiceWire {
  return {
    ...presentInvoiceSummary(row, presenting),
    lines: lines.map((line) => presentLine(line, row.currency)),
  };
}

function presentLine(line: InvoiceLineView, currency: string): z.infer<typeof invoiceLineWire> {
  return { id: publicId("invoice_line", line.id), ...presentUnsavedLine(line, currency) };
}

/** A line that is not stored, as the wire shows it. */
export function presentUnsavedLine(
  line: Omit<InvoiceLineView, "id">,
  currency: string,
): Omit<z.infer<typeof invoiceLineWire>, "id"> {
  const money = (minor: bigint) => formatMoney({ minor, currency });
  const isWhole = line.ratio_numerator === line.ratio_denominator || line.kind === "usage";
  return {
    kind: line.kind,
    price: line.price_id === null ? null : publicId("price", line.price_id),
    price_code: line.price_code,
    subscription_item:
      line.subscription_item_id === null ? null : publicId("subscription_item", line.subscription_item_id),
    group: line.group_key,
    description: line.description,
    quantity: line.quantity,
    unit: line.unit,
    unit_amount: line.unit_amount,
    amount: money(line.amount_minor),
    exact_amount: line.exact_amount,
    discount: money(line.discount_minor),
    tax: money(line.tax_minor),
    period_start: timestampToWire(line.period_start),
    period_end: timestampToWire(line.period_end),
    tiers: z.array(lineTierWire).parse(snakeCaseKeys(line.tiers)),
    proration: isWhole
      ? null
      : { numerator: line.ratio_numerator.toString(), denominator: line.ratio_denominator.toString() },
    event_count: line.event_count.toString(),
    input_hash: line.input_hash,
  };
}

/** The columns of an invoice in a CSV export, in order. */
export const invoiceCsvColumns = [
  ...(["id", "number", "status", "invoice_status", "payment_status", "invoice_type", "customer_id"] as const),
  ...([
    "subscription_id",
    "currency",
    "subtotal",
    "discount_total",
    "tax_total",
    "total",
    "credit_total",
  ] as const),
  ...([
    "amount_due",
    "amount_paid",
    "amount_offset",
    "amount_remaining",
    "period_start",
    "period_end",
    "issued_at",
  ] as const),
  ...(["due_date", "paid_at", "billing_reason", "billing_sequence", "created_at"] as const),
] satisfies readonly (keyof InvoiceSummaryWire)[];

function shownStatus(row: InvoiceView, now: string): InvoiceSummaryWire["status"] {
  return invoiceStatus({
    invoiceStatus: row.invoice_status,
    paymentStatus: row.payment_status,
    amountDueMinor: row.amount_due_minor - row.amount_offset_minor,
    amountPaidMinor: row.amount_paid_minor,
    dueAt: nullableTimestamp(row.due_at),
    now,
    uncollectible: row.uncollectible_at !== null,
    sent: row.sent_at !== null,
  });
}
