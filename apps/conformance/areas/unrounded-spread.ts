import type { AssembledInvoice } from "#libs/core/invoice/assemble-invoice.ts";
import { currencyExponent } from "#libs/core/money/currencies.ts";
import { Decimal, zero } from "#libs/core/money/decimal.ts";
import { roundDecimal } from "#libs/core/money/rounding.ts";
import type { Values } from "../answer.ts";
import type { InvoiceVector } from "./invoice-vector.ts";
import { minorToDecimal } from "./read-input.ts";

/**
 * What an engine shows that keeps the parts of an invoice unrounded: a discount is spread pro rata to fractions of a
 * cent, and each line's tax is rounded by itself. The parts then need not add up to the invoice's own amounts.
 */
export function unroundedSpread(input: InvoiceVector, ours: AssembledInvoice): Values {
  const decimals = currencyExponent(input.currency);
  const round = (amount: Decimal) => roundDecimal(amount, decimals, input.rounding?.mode ?? "half_up");
  const lines = ours.lines.map((line) => minorToDecimal(line.amountMinor, decimals));
  const left =
    input.discount_spread === "pro_rata_unrounded"
      ? leftOfLines(input, lines)
      : ours.lines.map((line) => minorToDecimal(line.amountMinor - line.discountMinor, decimals));
  const taxes = left.map((base, index) => {
    const percents = input.lines[index]?.taxes ?? input.taxes.map((tax) => tax.percent);
    return percents.map((percent) => base.times(percent).div(100));
  });
  const perLine =
    input.tax_rounding === "per_line_per_tax"
      ? taxes.map((each) => sumOf(each.map(round)))
      : taxes.map((each) => round(sumOf(each)));
  return {
    line_discounts: left.map((amount, index) => round((lines[index] ?? zero).minus(amount))),
    line_totals: left.map((amount, index) => round(amount.plus(perLine[index] ?? zero))),
    line_taxes: perLine,
    ...(input.tax_rounding.startsWith("per_line") ? { tax: sumOf(perLine) } : {}),
  };
}

function leftOfLines(input: InvoiceVector, lines: readonly Decimal[]): Decimal[] {
  const own = input.lines.flatMap((line) =>
    line.discounts.map((each) => ({ ...each, applies_to: [line.id] })),
  );
  const left = [...lines];
  for (const { type, value, applies_to } of [...own, ...input.discounts]) {
    const open = input.lines.flatMap((line, index) => {
      const applies = applies_to === undefined || applies_to.includes(line.id);
      return applies && left[index]?.gt(0) === true ? [index] : [];
    });
    const base = sumOf(open.map((index) => left[index] ?? zero));
    const wanted = type === "percent" ? base.times(value).div(100) : new Decimal(value);
    const factor = base.isZero() ? zero : Decimal.min(wanted, base).div(base);
    for (const index of open) left[index] = (left[index] ?? zero).times(new Decimal(1).minus(factor));
  }
  return left;
}

function sumOf(amounts: readonly Decimal[]): Decimal {
  return amounts.reduce((sum, each) => sum.plus(each), zero);
}
