import type { AssembledLine } from "#libs/core/invoice/assemble-invoice.ts";
import type { NewLine } from "#libs/core/invoice/new-line.ts";
import { Decimal } from "#libs/core/money/decimal.ts";
import { toDate } from "#libs/data/database.ts";
import type { InvoiceLineView } from "#libs/data/invoice-reads.ts";

/** A line as it will read once it is stored; it has no id yet. */
export type UnsavedLineView = Omit<InvoiceLineView, "id">;

/** Shows decided lines in the shape of stored ones, decimals cut to the columns' scale. */
export function lineViews(
  lines: readonly NewLine[],
  assembled: readonly AssembledLine[],
  roundingMode: string,
): UnsavedLineView[] {
  const amountsOf = new Map(assembled.map((line) => [line.key, line]));
  return lines.map((line) => {
    const amounts = amountsOf.get(line.sourceKey);
    return {
      source_key: line.sourceKey,
      kind: line.kind,
      price_id: line.priceId,
      price_code: line.priceCode,
      subscription_item_id: line.itemId,
      group_key: line.group,
      description: line.description,
      quantity: storedDecimal(line.quantity, 12),
      unit: line.unit,
      unit_amount: line.unitAmount === null ? null : storedDecimal(line.unitAmount, 30),
      exact_amount: storedDecimal(line.exactAmount, 30),
      amount_minor: amounts?.amountMinor ?? 0n,
      discount_minor: amounts?.discountMinor ?? 0n,
      tax_minor: amounts?.taxMinor ?? 0n,
      tax_rate_ids: (amounts?.taxes ?? []).map((tax) => tax.taxRateId),
      tax_behavior: amounts?.taxBehavior ?? null,
      period_start: toDate(line.start),
      period_end: toDate(line.end),
      ratio_numerator: line.ratio.numerator,
      ratio_denominator: line.ratio.denominator,
      rounding_mode: roundingMode,
      tiers: line.tiers,
      steps: line.steps,
      inputs: line.inputs,
      input_hash: line.inputHash,
      event_count: line.eventCount,
    };
  });
}

export function storedDecimal(value: Decimal, decimals: number): string {
  return value.toDecimalPlaces(decimals, Decimal.ROUND_HALF_EVEN).toFixed();
}
