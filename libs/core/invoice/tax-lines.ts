import { Decimal, formatDecimal, parseDecimal, zero } from "../money/decimal.ts";
import { formatMoney } from "../money/money.ts";
import { type RoundingMode, roundTogether } from "../money/rounding.ts";
import type { DecimalString, Price } from "../price/price.ts";

/**
 * What is rounded as one amount: `line` = all taxes of a line together, `line_per_tax` = each tax of each line,
 * `invoice_per_tax` = each tax over all lines, `invoice` = everything. Inclusive and exclusive taxes are never mixed.
 * Where several parts are rounded together, they are spread by largest remainder, so that they add up.
 */
export type TaxRounding = "line" | "line_per_tax" | "invoice_per_tax" | "invoice";

/** A tax; `percentage` is in percent: "19" is 19 %. Inclusive: contained in the amounts already. */
export type TaxRate = {
  readonly id: string;
  readonly name: string;
  readonly percentage: DecimalString;
  readonly inclusive: boolean;
};

/** What a price says of its amounts: taxes are contained in them or added to them, whatever the rates say. Unset: as each rate says. */
export type TaxBehavior = NonNullable<Price["taxBehavior"]>;

/** A rate as it applies to a line. */
export function rateFor(rate: TaxRate, behavior: TaxBehavior | null | undefined): TaxRate {
  return behavior ? { ...rate, inclusive: behavior === "inclusive" } : rate;
}

export type LineTax = { readonly taxRateId: string; readonly amountMinor: bigint };

export type InvoiceTax = {
  readonly taxRateId: string;
  readonly name: string;
  /** Percent. */
  readonly percentage: DecimalString;
  readonly inclusive: boolean;
  /** What the tax was computed on: without inclusive tax. */
  readonly taxableMinor: bigint;
  readonly amountMinor: bigint;
};

export type TaxLinesInput = {
  readonly currency: string;
  readonly roundingMode: RoundingMode;
  readonly taxRounding: TaxRounding;
  readonly taxRates: readonly TaxRate[];
  /** Amount after discounts, the rates that apply (unset: all), and how (unset: as each says). */
  readonly lines: readonly {
    readonly baseMinor: bigint;
    readonly taxRateIds?: readonly string[];
    readonly taxBehavior?: TaxBehavior | undefined;
  }[];
};

/** One tax of one line: the unit of computation, before rounding. */
type Cell = { readonly line: number; readonly rate: TaxRate; readonly exact: Decimal };
type RoundedCell = Cell & { readonly amountMinor: bigint };

/**
 * Taxes of every line, and their sums per rate for the rates that apply to at least one line; a rate that is contained in some
 * lines and added to others has two sums. An inclusive tax of p % is
 * base x p / (100 + all inclusive percents of the line); exclusive taxes are computed on the base without inclusive ones.
 */
export function taxLines(input: TaxLinesInput): {
  readonly lineTaxes: readonly (readonly LineTax[])[];
  readonly taxes: readonly InvoiceTax[];
} {
  const cells = roundCells(
    input.lines.flatMap((line, index) => lineCells(input, line, index)),
    input,
  );
  const inclusiveOf = input.lines.map((_, line) =>
    sumCells(cells.filter((cell) => cell.line === line && cell.rate.inclusive)),
  );
  const asked = input.taxRates.flatMap((rate) => [rate, { ...rate, inclusive: !rate.inclusive }]);
  const taxes = asked.flatMap((rate): InvoiceTax[] => {
    const own = cells.filter(({ rate: each }) => each.id === rate.id && each.inclusive === rate.inclusive);
    if (own.length === 0) return [];
    const taxableMinor = own.reduce((sum, { line }) => {
      return sum + (input.lines[line]?.baseMinor ?? 0n) - (inclusiveOf[line] ?? 0n);
    }, 0n);
    const { id: taxRateId, name, inclusive } = rate;
    const percentage = formatDecimal(parseDecimal(rate.percentage, `percentage of tax ${rate.id}`));
    return [{ taxRateId, name, percentage, inclusive, taxableMinor, amountMinor: sumCells(own) }];
  });
  const lineTaxes = input.lines.map((_, line) =>
    cells
      .filter((cell) => cell.line === line)
      .map((cell) => ({ taxRateId: cell.rate.id, amountMinor: cell.amountMinor })),
  );
  return { lineTaxes, taxes };
}

function lineCells(input: TaxLinesInput, line: TaxLinesInput["lines"][number], index: number): Cell[] {
  const rates = input.taxRates
    .filter((rate) => line.taxRateIds === undefined || line.taxRateIds.includes(rate.id))
    .map((rate) => ({
      rate: rateFor(rate, line.taxBehavior),
      percent: parseDecimal(rate.percentage, `percentage of tax ${rate.id}`),
    }));
  const inclusivePercent = rates
    .filter(({ rate }) => rate.inclusive)
    .reduce((sum, { percent }) => sum.plus(percent), zero);
  const base = new Decimal(formatMoney({ minor: line.baseMinor, currency: input.currency }));
  const divisor = inclusivePercent.plus(100);
  return rates.map(({ rate, percent }) => ({ line: index, rate, exact: base.times(percent).div(divisor) }));
}

function roundCells(cells: readonly Cell[], input: TaxLinesInput): RoundedCell[] {
  const groups = new Map<string, number[]>();
  cells.forEach((cell, index) => {
    const key = groupKey(cell, input.taxRounding);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [index]);
    else group.push(index);
  });
  const amounts = new Map<number, bigint>();
  for (const indexes of groups.values()) {
    const exacts = indexes.map((index) => cells[index]?.exact ?? zero);
    const rounded = roundTogether(exacts, input.currency, input.roundingMode);
    indexes.forEach((cellIndex, index) => {
      amounts.set(cellIndex, rounded[index] ?? 0n);
    });
  }
  return cells.map((cell, index) => ({ ...cell, amountMinor: amounts.get(index) ?? 0n }));
}

function groupKey(cell: Cell, rounding: TaxRounding): string {
  const line = rounding === "line" || rounding === "line_per_tax" ? cell.line : "";
  const rate = rounding === "line_per_tax" || rounding === "invoice_per_tax" ? cell.rate.id : "";
  return JSON.stringify([line, rate, cell.rate.inclusive]);
}

function sumCells(cells: readonly RoundedCell[]): bigint {
  return cells.reduce((sum, cell) => sum + cell.amountMinor, 0n);
}
