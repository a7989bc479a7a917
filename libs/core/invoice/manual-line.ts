import { Temporal } from "temporal-polyfill";
import { assertNoPlaces, placesOf } from "../assert-places.ts";
import type { ErrorPlace } from "../errors.ts";
import { formatDecimal, parseDecimal } from "../money/decimal.ts";
import { parseMoney } from "../money/money.ts";
import type { DecimalString } from "../price/price.ts";
import { validateDecimal } from "../price/validate-decimal.ts";
import { inputHash } from "../rating/input-hash.ts";
import type { NewLine } from "./new-line.ts";

/** A line as a person writes it: an amount, or a quantity and what one unit costs. Negative: an adjustment. */
export type ManualLine = {
  readonly description: string;
  /** Major units, no more decimals than the currency has; unset: quantity x unitAmount. */
  readonly amount?: DecimalString | undefined;
  /** Default "1". */
  readonly quantity?: DecimalString | undefined;
  /** Major units, up to 12 decimals. */
  readonly unitAmount?: DecimalString | undefined;
  readonly kind?: "one_time" | "adjustment" | undefined;
  /** What the line is for, `[start, end)` in RFC 3339; unset: the instant at which it was written. */
  readonly periodStart?: string | undefined;
  readonly periodEnd?: string | undefined;
  /** False: no tax on it. */
  readonly taxable?: boolean | undefined;
  /** Ids of the rates that apply instead of the customer's; not beside `taxable: false`. */
  readonly taxRateIds?: readonly string[] | undefined;
};

/**
 * Everything wrong with manual lines, by place.
 * @throws DomainError fields_invalid
 */
export function assertManualLines(lines: readonly ManualLine[], currency: string): void {
  assertNoPlaces(placesOfManualLines(lines, currency));
}

/** The same as a list. */
export function placesOfManualLines(lines: readonly ManualLine[], currency: string): ErrorPlace[] {
  return lines.flatMap((line, position) => placesOfLine(line, `lines.${position}`, currency));
}

function placesOfLine(line: ManualLine, path: string, currency: string): ErrorPlace[] {
  const { amount, quantity, unitAmount, periodStart, periodEnd } = line;
  const place = (field: string, code: string, message: string) => ({
    path: `${path}.${field}`,
    code,
    message,
  });
  const places: ErrorPlace[] = [];
  if (amount === undefined && unitAmount === undefined)
    places.push(place("amount", "field_required", "either amount, or quantity and unit_amount, is required"));
  if (amount !== undefined && (unitAmount !== undefined || quantity !== undefined))
    places.push(place("amount", "field_unknown", "is not allowed beside quantity and unit_amount"));
  if (amount !== undefined) places.push(...placesOf(`${path}.amount`, () => parseMoney(amount, currency)));
  if (quantity !== undefined) places.push(...validateDecimal(quantity, `${path}.quantity`));
  if (unitAmount !== undefined)
    places.push(...validateDecimal(unitAmount.replace(/^-/, ""), `${path}.unit_amount`));
  if ((periodStart === undefined) !== (periodEnd === undefined))
    places.push(place("period_end", "field_required", "period_start and period_end go together"));
  if (line.taxable === false && line.taxRateIds !== undefined)
    places.push(place("tax_rates", "field_unknown", "is not allowed where taxable is false"));
  return places;
}

/**
 * A manual line, exact; it is rounded once with the others.
 * @param key unique in the tenant
 * @param at the instant of a line without a period
 */
export function rateManualLine(line: ManualLine, key: string, at: Temporal.Instant): NewLine {
  const quantity = parseDecimal(line.quantity ?? "1", "quantity");
  const unitAmount = parseDecimal(line.unitAmount ?? line.amount ?? "0", "amount");
  const exactAmount = quantity.times(unitAmount);
  const asInstant = (text: string | undefined) => (text === undefined ? at : Temporal.Instant.from(text));
  const inputs = {
    manual: {
      description: line.description,
      quantity: formatDecimal(quantity),
      unitAmount: formatDecimal(unitAmount),
      ...(line.taxable === undefined ? {} : { taxable: line.taxable }),
      ...(line.taxRateIds === undefined ? {} : { taxRateIds: line.taxRateIds }),
    },
  };
  const detail = `${formatDecimal(quantity)} x ${formatDecimal(unitAmount)} = ${formatDecimal(exactAmount)}`;
  return {
    sourceKey: key,
    kind: line.kind ?? (exactAmount.lt(0) ? "adjustment" : "one_time"),
    ...{ itemId: null, priceId: null, priceCode: null, billingPeriodId: null, group: "", unit: null },
    ...{ description: line.description, quantity, unitAmount, exactAmount, tiers: [], inputs },
    ...{ start: asInstant(line.periodStart), end: asInstant(line.periodEnd) },
    ratio: { numerator: 1n, denominator: 1n },
    steps: [
      {
        name: "charge_model",
        before: formatDecimal(quantity),
        after: formatDecimal(exactAmount),
        detail: `manual: ${detail}`,
      },
    ],
    inputHash: inputHash(inputs),
    eventCount: 0n,
  };
}
