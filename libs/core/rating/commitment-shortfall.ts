import { Decimal, parseDecimal } from "../money/decimal.ts";
import { type Money, moneyToDecimal } from "../money/money.ts";
import type { DecimalString } from "../price/price.ts";
import { prorateAmount } from "../proration/prorate-amount.ts";
import type { Ratio } from "./rate-price.ts";

/**
 * What is missing to a plan's minimum commitment, exact, in major units: a line of its own, rounded like any other. The
 * commitment is prorated with the period; `used` is what the lines that count towards it come to as they are printed.
 * Nothing is missing when they come to more. @throws DomainError decimal_syntax
 */
export function commitmentShortfall(input: {
  readonly minimumCommitment: DecimalString;
  readonly ratio: Ratio;
  readonly used: Money;
}): Decimal {
  const { minimumCommitment, ratio, used } = input;
  const committed = prorateAmount(parseDecimal(minimumCommitment, "minimum_commitment"), ratio);
  return Decimal.max(committed.minus(moneyToDecimal(used)), 0);
}
