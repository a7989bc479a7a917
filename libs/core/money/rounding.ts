import { currencyExponent } from "./currencies.ts";
import { Decimal } from "./decimal.ts";
import { checkMinorRange } from "./money.ts";

/** `half_up` = a half goes away from zero; `half_even` = a half goes to the even neighbour. */
export type RoundingMode = "half_up" | "half_even";

/** By the number of a currency's decimals. */
const minorPerMajor = [0, 1, 2, 3, 4].map((exponent) => new Decimal(10).pow(exponent));

const decimalRounding = { half_up: Decimal.ROUND_HALF_UP, half_even: Decimal.ROUND_HALF_EVEN } as const;

/** Rounds to `decimals` places: what is neither an amount of money nor shown as one, such as a share or an average. */
export function roundDecimal(value: Decimal, decimals: number, mode: RoundingMode): Decimal {
  return value.toDecimalPlaces(decimals, decimalRounding[mode]);
}

/**
 * Rounds an exact amount in major units to whole minor units of `currency`.
 * @throws DomainError currency_unknown, amount_out_of_range
 */
export function roundToMinor(majorExact: Decimal, currency: string, mode: RoundingMode): bigint {
  const minor = roundDecimal(shiftToMinor(majorExact, currency), 0, mode);
  return checkMinorRange(BigInt(minor.toFixed(0)), currency);
}

/**
 * Rounds amounts in major units so that they add up to their rounded sum: each is cut, and the minor units still
 * missing go to the largest cut parts, the earlier first. One amount alone is simply rounded.
 * @throws DomainError currency_unknown, amount_out_of_range
 */
export function roundTogether(
  majorExacts: readonly Decimal[],
  currency: string,
  mode: RoundingMode,
): bigint[] {
  const [only] = majorExacts;
  if (only !== undefined && majorExacts.length === 1) return [roundToMinor(only, currency, mode)];
  const sum = majorExacts.reduce((a, b) => a.plus(b), new Decimal(0));
  if (sum.lt(0)) {
    return roundTogether(
      majorExacts.map((amount) => amount.neg()),
      currency,
      mode,
    ).map((minor) => -minor);
  }
  const parts = majorExacts.map((amount, index) => {
    const minor = shiftToMinor(amount, currency);
    const floor = minor.floor();
    return { index, floor: checkMinorRange(BigInt(floor.toFixed(0)), currency), cut: minor.minus(floor) };
  });
  const rounded = parts.map((part) => part.floor);
  const missing = roundToMinor(sum, currency, mode) - rounded.reduce((a, b) => a + b, 0n);
  const byLargestCut = [...parts].sort((a, b) => b.cut.comparedTo(a.cut) || a.index - b.index);
  for (const part of byLargestCut.slice(0, Number(missing))) rounded[part.index] = part.floor + 1n;
  return rounded;
}

function shiftToMinor(major: Decimal, currency: string): Decimal {
  const exponent = currencyExponent(currency);
  return major.times(minorPerMajor[exponent] ?? new Decimal(10).pow(exponent));
}
