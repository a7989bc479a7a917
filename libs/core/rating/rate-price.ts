import type { DocumentTier } from "../invoice/invoice-document.ts";
import { Decimal, formatDecimal, parseDecimal, zero } from "../money/decimal.ts";
import type { AmountPart } from "../price/charge-models/charge-model.ts";
import type { Price } from "../price/price.ts";
import { prorateAmount } from "../proration/prorate-amount.ts";
import { prorateAllowances } from "./prorate-allowances.ts";
import { type RatedQuantity, rateBucket, sumTiers } from "./rate-bucket.ts";
import { type RatingStep, ratingStep } from "./rating-step.ts";

/** The share of a period as two integers: `{ numerator: 10n, denominator: 31n }` is 10/31. */
export type Ratio = { readonly numerator: bigint; readonly denominator: bigint };

/** One window or group of a price with `ratePer`; `key` names it in `explain`. */
export type RatedBucket = RatedQuantity & { readonly key: string };

/** Exact and unrounded, in major units; `steps` in the order in which they were taken. */
export type RatedAmount = {
  readonly exactAmount: Decimal;
  readonly unitAmount: Decimal | null;
  readonly tiers: readonly DocumentTier[];
  readonly steps: readonly RatingStep[];
  /** What each bucket costs before proration, minimum and maximum, in the order of the input; one when there are none. */
  readonly bucketAmounts: readonly Decimal[];
};

export type RatePriceInput = RatedQuantity & {
  readonly price: Price;
  /** Share of the whole period that is billed; 1/1 is all of it. */
  readonly ratio: Ratio;
  /**
   * The windows and groups in which something happened, for a price with `ratePer`: each is rated alone, and `quantity`
   * and `events` are not looked at. Unset: one bucket with everything. An empty list costs nothing.
   */
  readonly buckets?: readonly RatedBucket[];
  /** The quantity is a level that lasts, such as seats or a peak: a part of a period costs its share. Unset: fees alone. */
  readonly isLevel?: boolean;
};

type Rating = RatedAmount;
type RatingStage = (rating: Rating, price: Price, ratio: Ratio) => Rating;

const bounds: readonly RatingStage[] = [raiseToMinimum, lowerToMaximum];
const shownBuckets = 100;

/**
 * What a quantity costs under a price, exact and not yet rounded: the one entry to rating. In order:
 * `prorateAllowances` shrinks the terms (if asked); for each bucket, or for all at once: negative usage becomes 0
 * (`negativeQuantity: zero`), included units leave, the quantity is transformed, the charge model makes an amount of it;
 * the buckets are summed; fees and levels are prorated (usage that adds up is short by itself); then the minimum, prorated
 * by the ratio, and the maximum, which is not unless allowances are. A step that does not apply leaves no trace; one that applies is listed even
 * when it changes nothing. Tiers are in transformed units; they add up to the amount of the charge model.
 * Round the result once with `roundToMinor`, which refuses what is beyond 10^18 minor units.
 * @throws DomainError decimal_syntax, price_tiers_invalid for a price that was never validated
 * @throws RangeError a ratio that is none; no `events` for a price that looks at them
 */
export function ratePrice(input: RatePriceInput): RatedAmount {
  const { ratio } = input;
  if (ratio.denominator <= 0n || ratio.numerator < 0n) {
    throw new RangeError(`ratePrice: ${ratio.numerator}/${ratio.denominator} is not a share of a period`);
  }
  const isLevel = input.isLevel ?? input.price.kind === "recurring";
  const price = prorateAllowances(input.price, ratio, isLevel);
  const rated = input.buckets === undefined ? rateWhole(price, input) : rateBuckets(price, input.buckets);
  return [...(isLevel ? [prorate] : []), ...bounds].reduce(
    (rating, stage) => stage(rating, price, ratio),
    rated,
  );
}

function rateWhole(price: Price, rated: RatedQuantity): Rating {
  const { amount, unitAmount, tiers, steps } = rateBucket(price, rated);
  return { exactAmount: amount, unitAmount, tiers, steps, bucketAmounts: [amount] };
}

function rateBuckets(price: Price, buckets: readonly RatedBucket[]): Rating {
  const rated = buckets.map((bucket) => rateBucket(price, bucket));
  const exactAmount = rated.reduce((sum, { amount }) => sum.plus(amount), zero);
  const quantity = buckets.reduce((sum, bucket) => sum.plus(bucket.quantity), zero);
  const parts: AmountPart[] = buckets.slice(0, shownBuckets).map(({ key, quantity: of }, index) => ({
    name: key,
    amount: formatDecimal(rated[index]?.amount ?? zero),
    detail: rated[index]?.steps.map((step) => step.detail).join("; ") ?? formatDecimal(of),
  }));
  const shown = buckets.length > shownBuckets ? `, of which the first ${shownBuckets} are shown` : "";
  const detail = `${buckets.length} buckets, each rated alone and then summed${shown}`;
  return {
    exactAmount,
    unitAmount: price.chargeModel.model === "per_unit" ? (rated[0]?.unitAmount ?? null) : null,
    tiers: sumTiers(rated.map(({ tiers }) => tiers)),
    steps: [ratingStep("rate_per", quantity, exactAmount, detail, parts)],
    bucketAmounts: rated.map(({ amount }) => amount),
  };
}

function prorate(rating: Rating, _price: Price, ratio: Ratio): Rating {
  if (isWhole(ratio)) return rating;
  const amount = prorateAmount(rating.exactAmount, ratio);
  return moved(rating, "proration", amount, `${ratio.numerator}/${ratio.denominator} of the period`);
}

function raiseToMinimum(rating: Rating, price: Price, ratio: Ratio): Rating {
  if (price.minimumAmount === undefined) return rating;
  const minimum = prorateAmount(parseDecimal(price.minimumAmount, "minimum_amount"), ratio);
  const share = isWhole(ratio) ? "" : `, ${ratio.numerator}/${ratio.denominator} of ${price.minimumAmount}`;
  const amount = Decimal.max(rating.exactAmount, minimum);
  return moved(rating, "minimum_amount", amount, `at least ${formatDecimal(minimum)}${share}`);
}

function lowerToMaximum(rating: Rating, price: Price): Rating {
  if (price.maximumAmount === undefined) return rating;
  const maximum = parseDecimal(price.maximumAmount, "maximum_amount");
  const amount = Decimal.min(rating.exactAmount, maximum);
  return moved(rating, "maximum_amount", amount, `at most ${formatDecimal(maximum)}`);
}

function moved(rating: Rating, name: RatingStep["name"], amount: Decimal, detail: string): Rating {
  const step = ratingStep(name, rating.exactAmount, amount, detail);
  return { ...rating, exactAmount: amount, steps: [...rating.steps, step] };
}

function isWhole(ratio: Ratio): boolean {
  return ratio.numerator === ratio.denominator;
}
