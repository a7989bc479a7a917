import { z } from "zod";
import type { NewTaxRate } from "#libs/billing/catalog/create-tax-rate.ts";
import { defined } from "#libs/core/defined.ts";
import { publicId } from "#libs/core/public-id.ts";
import type { TaxRateRow } from "#libs/data/tax-rates.ts";
import { codeText, decimalText, nullableTimestamp, text, timestampToWire } from "./wire-values.ts";

/** `POST /v1/tax_rates`. */
export const createTaxRateBody = z.strictObject({
  code: codeText,
  name: text(200),
  percentage: decimalText.meta({ description: 'Percent: "19" is 19 %', examples: ["19"] }),
  inclusive: z.boolean().optional(),
  jurisdiction: text(100).nullable().optional(),
});

export const taxRateWire = z.strictObject({
  id: z.string(),
  code: z.string(),
  name: z.string(),
  percentage: z.string(),
  inclusive: z.boolean(),
  jurisdiction: z.string().nullable(),
  archived_at: z.string().nullable(),
  created_at: z.string(),
});

export function parseTaxRate(body: z.infer<typeof createTaxRateBody>): NewTaxRate {
  return defined(body);
}

export function taxRateToWire(row: TaxRateRow): z.infer<typeof taxRateWire> {
  return {
    id: publicId("tax_rate", row.id),
    code: row.code,
    name: row.name,
    percentage: row.percentage,
    inclusive: row.inclusive,
    jurisdiction: row.jurisdiction,
    archived_at: nullableTimestamp(row.archived_at),
    created_at: timestampToWire(row.created_at),
  };
}
