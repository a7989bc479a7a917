import { z } from "zod";
import type { AssembledInvoice } from "#libs/core/invoice/assemble-invoice.ts";
import { formatMoney } from "#libs/core/money/money.ts";
import { publicId } from "#libs/core/public-id.ts";
import type { NewInvoice } from "#libs/data/invoices.ts";
import { lineViews } from "../invoice/line-view.ts";
import { type InvoicePreview, previewLines } from "../invoice/preview-invoice.ts";
import { invoiceLineWire, invoiceSummaryWire, presentUnsavedLine } from "./invoice-wire.ts";
import { stepWire } from "./line-making-wire.ts";

const shown = invoiceSummaryWire.shape;

/** A manual invoice that was decided and not saved. */
export function presentManualPreview(invoice: NewInvoice): z.infer<typeof invoicePreviewWire> {
  const { currency, assembled, lines, roundingMode } = invoice;
  return {
    customer_id: publicId("customer", invoice.customerId),
    subscription_id:
      invoice.subscriptionId === null ? null : publicId("subscription", invoice.subscriptionId),
    invoice_type: invoice.invoiceType,
    billing_reason: invoice.billingReason,
    currency,
    period_start: invoice.periodStart?.toString() ?? null,
    period_end: invoice.periodEnd?.toString() ?? null,
    ...presentTotals(assembled, currency),
    lines: lineViews(lines, assembled.lines, roundingMode).map((line) => presentUnsavedLine(line, currency)),
  };
}

function presentTotals(assembled: AssembledInvoice | null, currency: string) {
  const money = (minor: bigint | undefined) => formatMoney({ minor: minor ?? 0n, currency });
  return {
    subtotal: money(assembled?.subtotalMinor),
    discount_total: money(assembled?.discountTotalMinor),
    tax_total: money(assembled?.taxTotalMinor),
    total: money(assembled?.totalMinor),
    credit_total: money(assembled?.creditTotalMinor),
    amount_due: money(assembled?.amountDueMinor),
    steps: (assembled?.steps ?? []).map((step) => ({ ...step })),
  };
}

/** An invoice that is not made: what is only known of a made one is left out. */
export const invoicePreviewWire = z
  .object({
    customer_id: shown.customer_id,
    subscription_id: shown.subscription_id,
    invoice_type: shown.invoice_type,
    billing_reason: shown.billing_reason,
    currency: shown.currency,
    period_start: shown.period_start,
    period_end: shown.period_end,
    subtotal: shown.subtotal,
    discount_total: shown.discount_total,
    tax_total: shown.tax_total,
    total: shown.total,
    credit_total: shown.credit_total,
    amount_due: shown.amount_due,
    lines: z.array(invoiceLineWire.omit({ id: true }).meta({ id: "InvoicePreviewLine" })),
    steps: z.array(stepWire).describe("From the lines to the amount due"),
  })
  .meta({ id: "InvoicePreview" });

export function presentPreview({ draft, roundingMode }: InvoicePreview): z.infer<typeof invoicePreviewWire> {
  const { standing, assembled } = draft;
  const { currency } = standing;
  return {
    customer_id: publicId("customer", standing.customerId),
    subscription_id: publicId("subscription", standing.subscriptionId),
    invoice_type: "subscription",
    billing_reason: `subscription_${draft.kind}`,
    currency,
    period_start: draft.periodStart.toString(),
    period_end: draft.periodEnd.toString(),
    ...presentTotals(assembled, currency),
    lines: previewLines({ draft, roundingMode }).map((line) => presentUnsavedLine(line, currency)),
  };
}
