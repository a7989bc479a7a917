import { z } from "zod";
import { formatMoney } from "#libs/core/money/money.ts";
import { publicId } from "#libs/core/public-id.ts";
import { type InvoicePreview, previewLines } from "../invoice/preview-invoice.ts";
import { invoiceLineWire, invoiceSummaryWire, presentUnsavedLine } from "./invoice-wire.ts";

const shown = invoiceSummaryWire.shape;

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
    steps: z.array(z.record(z.string(), z.unknown())).describe("From the lines to the amount due"),
  })
  .meta({ id: "InvoicePreview" });

export function presentPreview({ draft, roundingMode }: InvoicePreview): z.infer<typeof invoicePreviewWire> {
  const { standing, assembled } = draft;
  const { currency } = standing;
  const money = (minor: bigint | undefined) => formatMoney({ minor: minor ?? 0n, currency });
  return {
    customer_id: publicId("customer", standing.customerId),
    subscription_id: publicId("subscription", standing.subscriptionId),
    invoice_type: "subscription",
    billing_reason: `subscription_${draft.kind}`,
    currency,
    period_start: draft.periodStart.toString(),
    period_end: draft.periodEnd.toString(),
    subtotal: money(assembled?.subtotalMinor),
    discount_total: money(assembled?.discountTotalMinor),
    tax_total: money(assembled?.taxTotalMinor),
    total: money(assembled?.totalMinor),
    credit_total: money(assembled?.creditTotalMinor),
    amount_due: money(assembled?.amountDueMinor),
    lines: previewLines({ draft, roundingMode }).map((line) => presentUnsavedLine(line, currency)),
    steps: (assembled?.steps ?? []).map((step) => ({ ...step })),
  };
}
