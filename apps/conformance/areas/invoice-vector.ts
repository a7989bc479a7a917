import { z } from "zod";
import { currencyCode, decimal, decimalText, rounding } from "./read-input.ts";

const discount = z.strictObject({
  type: z.enum(["percent", "fixed"]),
  value: decimalText,
  applies_to: z.array(z.string()).optional(),
});

const line = z.strictObject({
  id: z.string(),
  amount: decimal,
  discounts: z.array(discount.omit({ applies_to: true })).default([]),
  /** Percents of its own taxes, instead of the invoice's. */
  taxes: z.array(decimalText).optional(),
});

/** An invoice as the vectors write it: lines, then discounts, then taxes, then credits. */
export const invoiceInput = z.strictObject({
  op: z.literal("invoice"),
  currency: currencyCode,
  rounding: rounding.optional(),
  discount_mode: z.enum(["sequential_on_remaining", "percent_first_then_fixed"]).optional(),
  discount_spread: z.enum(["pro_rata_unrounded", "largest_remainder"]).optional(),
  /** Ours always does: a credit line carries its own discount. */
  discount_skips_negative_lines: z.literal(true).optional(),
  tax_rounding: z
    .enum(["per_line", "per_line_per_tax", "per_invoice_per_tax", "per_invoice_sum"])
    .default("per_line_per_tax"),
  lines: z.array(line),
  discounts: z.array(discount).default([]),
  credits: z.array(decimalText).default([]),
  taxes: z.array(z.strictObject({ percent: decimalText, inclusive: z.boolean().optional() })).default([]),
});
export type InvoiceVector = z.infer<typeof invoiceInput>;
