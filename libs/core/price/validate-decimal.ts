import { DomainError, type ErrorPlace } from "../errors.ts";
import { Decimal, parseDecimal } from "../money/decimal.ts";

const mostDecimals = 12;
const mostWholeDigits = 15;

/**
 * Everything wrong with a decimal of a price: plain notation, not negative, up to 15 digits before the point and 12
 * after. `positive` refuses 0 as well.
 */
export function validateDecimal(
  text: string,
  path: string,
  options: { readonly positive?: boolean } = {},
): ErrorPlace[] {
  let value: Decimal;
  try {
    value = parseDecimal(text, path);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return [{ path, code: error.code, message: error.message }];
  }
  const place = (code: string, message: string): ErrorPlace => ({ path, code, message });
  if (value.decimalPlaces() > mostDecimals) {
    return [
      place("decimal_precision", `at most ${mostDecimals} decimals, got ${value.decimalPlaces()} in ${text}`),
    ];
  }
  if (value.abs().gte(new Decimal(10).pow(mostWholeDigits))) {
    return [place("decimal_out_of_range", `at most ${mostWholeDigits} digits before the point, got ${text}`)];
  }
  if (value.lt(0)) return [place("decimal_negative", `must not be negative, got ${text}`)];
  if (options.positive === true && value.isZero())
    return [place("decimal_not_positive", "must be more than 0")];
  return [];
}

/** `a < b`, `a = b`, `a > b` as -1, 0, 1; null when either is not a decimal (reported elsewhere). */
export function compareDecimalTexts(a: string, b: string): -1 | 0 | 1 | null {
  try {
    const order = parseDecimal(a, "a").comparedTo(parseDecimal(b, "b"));
    return order < 0 ? -1 : order > 0 ? 1 : 0;
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
}
