import { Decimal, parseDecimal } from "../money/decimal.ts";
import { type Money, moneyToDecimal } from "../money/money.ts";
import type { DecimalString } from "../price/price.ts";
import { prorateAmount } from "../proration/prorate-amount.ts";
import type { Ratio } from "./rate-price.ts";

/** A commitment for a whole period, and the share of a period for which it held. */
export type Commitment = { readonly minimumCommitment: DecimalString; readonly ratio: Ratio };

/**
 * What is missing to the minimum commitments of a period, exact, in major units: a line of its own, rounded like any other.
 * Each is prorated by its share, and they are owed together; `used` is what the lines that count towards them come to as
 * they are printed. Nothing is missing when they come to more. @throws DomainError decimal_syntax
 */
export function commitmentShortfall(input: {
  readonly commitments: readonly Commitment[];
  readonly used: Money;
}): Decimal {
  const committed = input.commitments.reduce(
    (sum, { minimumCommitment, ratio }) =>
      sum.plus(prorateAmount(parseDecimal(minimumCommitment, "minimum_commitment"), ratio)),
    new Decimal(0),
  );
  return Decimal.max(committed.minus(moneyToDecimal(input.used)), 0);
}
