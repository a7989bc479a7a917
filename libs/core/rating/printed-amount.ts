import type { Decimal } from "../money/decimal.ts";
import { type RoundingMode, roundToMinor } from "../money/rounding.ts";

/** An exact amount in major units, and what is printed of it in minor units where it was rounded together with others. */
export type PrintedAmount = { readonly exactAmount: Decimal; readonly amountMinor?: bigint | undefined };

/**
 * What an invoice prints of a line, in minor units: rounded together with the lines of the other groups, or else by itself.
 * @throws DomainError currency_unknown, amount_out_of_range
 */
export function printedMinor(
  { exactAmount, amountMinor }: PrintedAmount,
  currency: string,
  mode: RoundingMode,
): bigint {
  return amountMinor ?? roundToMinor(exactAmount, currency, mode);
}
