import type { Share } from "../calendar/proration.ts";
import type { Decimal } from "../money/decimal.ts";

/** A quotient that does not end is kept to so many decimals, far below what could move a half. */
const quotientDecimals = 40;

/** `amount` x `share`, exact but for a quotient that does not end; the whole share changes nothing. */
export function prorateAmount(amount: Decimal, share: Share): Decimal {
  if (share.numerator === share.denominator) return amount;
  return amount
    .times(share.numerator.toString())
    .div(share.denominator.toString())
    .toDecimalPlaces(quotientDecimals);
}
