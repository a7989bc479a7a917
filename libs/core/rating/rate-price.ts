import type { DocumentTier } from "../invoice/invoice-document.ts";
import { Decimal, formatDecimal, parseDecimal, zero } from "../money/decimal.ts";
import { chargeModelOf } from "../price/charge-model-catalog.ts";
import type { DecimalString, Price } from "../price/price.ts";
import { prorateAmount } from "../proration/prorate-amount.ts";

/** The share of a period as two integers: `{ numerator: 10n, denominator: 31n }` is 10/31. */
export type Ratio = { readonly numerator: bigint; readonly denominator: bigint };

/** One step from quantity to amount, for `explain`: what stood before it, after it, and what it did. */
export type RatingStep = {
  readonly name: "included_units" | "charge_model" | "proration" | "minimum_amount" | "maximum_amount";
  readonly before: DecimalString;
  readonly after: DecimalString;
  readonly detail: string;
};

/** Exact and unrounded, in major units; `steps` in the order in which they were taken. */
export type RatedAmount = {
  readonly exactAmount: Decimal;
  readonly unitAmount: Decimal | null;
  readonly tiers: readonly DocumentTier[];
  readonly steps: readonly RatingStep[];
};

export type RatePriceInput = {
  readonly price: Price;
  /** Aggregated usage, or seats; 1 for a plain recurring fee. */
  readonly quantity: Decimal;
  /** Share of the whole period that is billed; 1/1 is all of it. */
  readonly ratio: Ratio;
};

type Rating = {
  readonly units: Decimal;
  readonly amount: Decimal;
  readonly unitAmount: Decimal | null;
  readonly tiers: readonly DocumentTier[];
  readonly steps: readonly RatingStep[];
};
type RatingStage = (rating: Rating, input: RatePriceInput) => Rating;

const stages: readonly RatingStage[] = [
  deductIncludedUnits,
  applyChargeModel,
  prorateRecurring,
  raiseToMinimum,
  lowerToMaximum,
];

/**
 * What a quantity costs under a price, not yet rounded. Included units go first, then the charge model, then proration of
 * recurring prices (usage is never prorated), then the minimum, prorated by the ratio, and the maximum, which is not. A step
 * that does not apply leaves no trace; one that applies is listed even when it changes nothing.
 * @throws DomainError decimal_syntax, price_tiers_invalid for a price that was never validated
 */
export function ratePrice(input: RatePriceInput): RatedAmount {
  if (input.ratio.denominator <= 0n || input.ratio.numerator < 0n) {
    throw new RangeError(
      `ratePrice: ${input.ratio.numerator}/${input.ratio.denominator} is not a share of a period`,
    );
  }
  const start: Rating = { units: input.quantity, amount: zero, unitAmount: null, tiers: [], steps: [] };
  const { amount, unitAmount, tiers, steps } = stages.reduce((rating, stage) => stage(rating, input), start);
  return { exactAmount: amount, unitAmount, tiers, steps };
}

function deductIncludedUnits(rating: Rating, { price }: RatePriceInput): Rating {
  if (price.includedUnits === undefined) return rating;
  const included = parseDecimal(price.includedUnits, "included_units");
  const left = Decimal.max(rating.units.abs().minus(included), 0);
  const units = rating.units.lt(0) && !left.isZero() ? left.neg() : left;
  const detail = `${formatDecimal(included)} units are included`;
  return { ...rating, units, steps: [...rating.steps, step("included_units", rating.units, units, detail)] };
}

function applyChargeModel(rating: Rating, { price }: RatePriceInput): Rating {
  const spec = price.chargeModel;
  const { amount, unitAmount, tiers } = chargeModelOf(spec.model).rate(
    spec,
    rating.units,
    price.zeroUsage ?? "first_tier",
  );
  const rate = unitAmount === null ? "" : ` x ${formatDecimal(unitAmount)}`;
  const detail = `${spec.model}: ${formatDecimal(rating.units)}${rate} = ${formatDecimal(amount)}`;
  const steps = [...rating.steps, step("charge_model", rating.units, amount, detail)];
  return { ...rating, amount, unitAmount, tiers, steps };
}

function prorateRecurring(rating: Rating, { price, ratio }: RatePriceInput): Rating {
  if (price.kind !== "recurring" || isWhole(ratio)) return rating;
  const amount = prorateAmount(rating.amount, ratio);
  const detail = `${ratio.numerator}/${ratio.denominator} of the period`;
  return { ...rating, amount, steps: [...rating.steps, step("proration", rating.amount, amount, detail)] };
}

function raiseToMinimum(rating: Rating, { price, ratio }: RatePriceInput): Rating {
  if (price.minimumAmount === undefined) return rating;
  const minimum = prorateAmount(parseDecimal(price.minimumAmount, "minimum_amount"), ratio);
  const amount = Decimal.max(rating.amount, minimum);
  const share = isWhole(ratio) ? "" : `, ${ratio.numerator}/${ratio.denominator} of ${price.minimumAmount}`;
  const detail = `at least ${formatDecimal(minimum)}${share}`;
  return {
    ...rating,
    amount,
    steps: [...rating.steps, step("minimum_amount", rating.amount, amount, detail)],
  };
}

function lowerToMaximum(rating: Rating, { price }: RatePriceInput): Rating {
  if (price.maximumAmount === undefined) return rating;
  const maximum = parseDecimal(price.maximumAmount, "maximum_amount");
  const amount = Decimal.min(rating.amount, maximum);
  const detail = `at most ${formatDecimal(maximum)}`;
  return {
    ...rating,
    amount,
    steps: [...rating.steps, step("maximum_amount", rating.amount, amount, detail)],
  };
}

function isWhole(ratio: Ratio): boolean {
  return ratio.numerator === ratio.denominator;
}

function step(name: RatingStep["name"], before: Decimal, after: Decimal, detail: string): RatingStep {
  return { name, before: formatDecimal(before), after: formatDecimal(after), detail };
}
