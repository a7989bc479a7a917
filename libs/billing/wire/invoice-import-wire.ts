import { z } from "zod";
import type { ImportedInvoice } from "#libs/core/invoice/imported-invoice.ts";
import { seriesKey } from "#libs/core/invoice/number-series.ts";
import type { ImportOutcome } from "../invoice/import-invoices.ts";
import { currencyCode, decimalText, longText, moneyText, text } from "./wire-values.ts";

export const importedInvoicesMax = 10_000;

const day = text(40).meta({ examples: ["2025-03-01", "2025-03-01T09:30:00Z"] });

const importedLineBody = z
  .strictObject({
    description: text(500),
    amount: moneyText.optional().describe("Or quantity and unit_amount"),
    quantity: decimalText.optional(),
    unit_amount: decimalText.optional(),
  })
  .meta({ id: "ImportedInvoiceLine" });

/** One invoice of another engine, as the API and the files of `billwright import invoices` have it. */
export const importedInvoiceBody = z
  .strictObject({
    customer: z.string().min(1).max(255).describe("Id or external id"),
    number: text(60),
    currency: currencyCode,
    issued_at: day.describe("A day in the tenant's time zone, or an RFC 3339 time"),
    due_date: day.optional().describe("Default: the payment terms, from the issue"),
    total: moneyText.describe("With tax; not below 0"),
    tax_total: moneyText.optional().describe('Default "0"'),
    tax_rate: z.string().min(1).max(255).optional().describe("Id or code; required with tax_total"),
    amount_paid: moneyText.optional().describe('Default "0"; at most total'),
    paid_at: day.optional().describe("Default: issued_at"),
    description: longText(2_000).optional(),
    lines: z
      .array(importedLineBody)
      .min(1)
      .max(500)
      .optional()
      .describe("They add up to total less exclusive tax; default: one line"),
  })
  .meta({ id: "ImportedInvoice" });

export const importInvoicesBody = z.strictObject({
  invoices: z.array(importedInvoiceBody).min(1).max(importedInvoicesMax),
  dry_run: z.boolean().optional().describe("Says what would be imported, or is wrong, and changes nothing"),
  allow_number_gap: z
    .boolean()
    .optional()
    .describe(
      "Takes a number whose count is more than 100000 above the next lower one of its series; the series goes on after it",
    ),
});

export const importOutcomeWire = z
  .object({
    dry_run: z.boolean(),
    imported: z.int(),
    skipped: z.int().describe("Imported before, saying the same"),
    series: z
      .array(z.object({ series: z.string(), continues_after: z.string() }))
      .describe("Series of ours that go on after the highest imported count"),
  })
  .meta({ id: "InvoiceImport" });

export function parseImportedInvoice(body: z.infer<typeof importedInvoiceBody>): ImportedInvoice {
  return {
    customer: body.customer,
    number: body.number,
    currency: body.currency,
    issuedAt: body.issued_at,
    dueDate: body.due_date,
    total: body.total,
    taxTotal: body.tax_total,
    taxRate: body.tax_rate,
    amountPaid: body.amount_paid,
    paidAt: body.paid_at,
    description: body.description,
    lines: body.lines?.map(({ unit_amount: unitAmount, ...line }) => ({ ...line, unitAmount })),
  };
}

export function presentImport(
  { imported, skipped, series }: ImportOutcome,
  dryRun: boolean,
): z.infer<typeof importOutcomeWire> {
  return {
    ...{ dry_run: dryRun, imported, skipped },
    series: series.map((each) => ({
      series: seriesKey(each.series),
      continues_after: each.importedTo.toString(),
    })),
  };
}
