import { Decimal as DecimalJs } from "decimal.js";
import { domainError } from "../errors.ts";
import type { DecimalString } from "../price/price.ts";

/**
 * Exact decimals for rates, quantities and unrounded amounts, always in major units. 120 significant digits:
 * 10^15 with 12 decimals times 12 decimals is exact; only a division that does not end is cut, at digit 120.
 */
export const Decimal: DecimalJs.Constructor = DecimalJs.clone({
  precision: 120,
  rounding: DecimalJs.ROUND_HALF_EVEN,
  toExpNeg: -9e15,
  toExpPos: 9e15,
});
export type Decimal = DecimalJs;

const plainDecimal = /^-?\d+(\.\d+)?$/;
const longestDecimal = 160;

/**
 * Reads plain notation only: `"12"`, `"-0.000000000001"`; no exponent, sign `+`, blanks, `NaN` or `Infinity`.
 * `what` names the field in the message.
 * @throws DomainError decimal_syntax
 */
export function parseDecimal(text: string, what: string): Decimal {
  if (typeof text !== "string" || text.length > longestDecimal || !plainDecimal.test(text)) {
    throw domainError(
      "decimal_syntax",
      `${what} must be a plain decimal string such as "12.5", got ${JSON.stringify(text)?.slice(0, 60)}`,
    );
  }
  const value = new Decimal(text);
  return value.isZero() ? value.abs() : value;
}

/** Plain notation: no exponent, no trailing zeros, never `-0`. */
export function formatDecimal(value: Decimal): DecimalString {
  return value.isZero() ? "0" : value.toFixed();
}

export const zero: Decimal = new Decimal(0);

/** Decimal digits that a JSON number keeps whatever they are (IEEE 754 binary64); more may have been lost before we see it. */
const SAFE_DIGITS = 15;

/** A JSON number as it was written; null when it has so many digits that some may have been lost, or is not finite. */
export function jsonNumberText(given: number): string | null {
  if (!Number.isFinite(given)) return null;
  const value = new Decimal(given);
  return value.precision() > SAFE_DIGITS ? null : value.toFixed();
}
