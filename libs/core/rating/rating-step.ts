import { type Decimal, formatDecimal } from "../money/decimal.ts";
import type { AmountPart } from "../price/charge-models/charge-model.ts";
import type { DecimalString } from "../price/price.ts";

/** One step from quantity to amount, for `explain`: what stood before it, after it, and what it did. */
export type RatingStep = {
  readonly name:
    | "negative_quantity"
    | "included_units"
    | "transform_quantity"
    | "charge_model"
    | "rate_per"
    | "proration"
    | "minimum_amount"
    | "maximum_amount"
    | "group_share"
    | "rounded_together"
    | "already_billed"
    | "discount"
    | "credit_note";
  readonly before: DecimalString;
  readonly after: DecimalString;
  readonly detail: string;
  /** What the result is made of; they add up to `after`, unless `detail` says that only some are shown. */
  readonly parts?: readonly AmountPart[];
};

/** A step from one exact amount or quantity to the next, both as plain decimal text; no parts where there are none. */
export function ratingStep(
  name: RatingStep["name"],
  before: Decimal,
  after: Decimal,
  detail: string,
  parts?: readonly AmountPart[],
): RatingStep {
  const step = { name, before: formatDecimal(before), after: formatDecimal(after), detail };
  return parts === undefined || parts.length === 0 ? step : { ...step, parts };
}
