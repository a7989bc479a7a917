import { z } from "zod";
import { parsePrice, priceBody } from "#libs/billing/wire/price-wire.ts";
import { assertNoPlaces } from "#libs/core/assert-places.ts";
import type { ErrorPlace } from "#libs/core/errors.ts";
import { currencyExponent } from "#libs/core/money/currencies.ts";
import { Decimal } from "#libs/core/money/decimal.ts";
import { money } from "#libs/core/money/money.ts";
import { roundToMinor } from "#libs/core/money/rounding.ts";
import type { PricedEvent } from "#libs/core/price/charge-models/charge-model.ts";
import type { Price } from "#libs/core/price/price.ts";
import { validatePrice } from "#libs/core/price/validate-price.ts";
import { commitmentShortfall } from "#libs/core/rating/commitment-shortfall.ts";
import { rateDelta } from "#libs/core/rating/rate-delta.ts";
import { type Ratio, ratePrice } from "#libs/core/rating/rate-price.ts";
import { type Answer, InputUnknown } from "../answer.ts";
import { priceOfVector, type VectorPrice, vectorPrice } from "./price-of-vector.ts";
import {
  currencyOfAmounts,
  currencyOfScale,
  currencyCode,
  decimal,
  decimalText,
  readInput,
} from "./read-input.ts";
import { type Rounding, rounding, roundedAs } from "./read-input.ts";

/** How the answer is asked for. */
const shown = { currency: currencyCode.optional(), rounding: rounding.optional() };

/** What was billed earlier in the same period. */
const prior = {
  prior_quantity: decimal.optional(),
  prior_amount: decimal.optional(),
  already_billed_amount: decimal.optional(),
};

const asked = {
  quantity: decimal,
  ...prior,
  tier_selection_quantity: decimal.optional(),
  convert_scope: z.enum(["per_line", "per_period"]).optional(),
  ...shown,
};

const perUnit = z.strictObject({ model: z.literal("per_unit"), ...vectorPrice.per_unit });
const flat = z.strictObject({ model: z.literal("flat"), ...vectorPrice.flat });
const packaged = z.strictObject({ model: z.literal("package"), ...vectorPrice.package });
const graduated = z.strictObject({ model: z.literal("graduated"), ...vectorPrice.graduated });
const volume = z.strictObject({ model: z.literal("volume"), ...vectorPrice.volume });
const graduatedPercentage = z.strictObject({
  model: z.literal("graduated_percentage"),
  ...vectorPrice.graduated_percentage,
});
const blockTiers = z.strictObject({ model: z.literal("block_tiers"), ...vectorPrice.block_tiers });

/** What a vector asks about a price. */
export const chargeModelInputs = z.discriminatedUnion("model", [
  perUnit.extend(asked),
  flat.extend(asked),
  packaged.extend(asked),
  graduated.extend(asked),
  volume.extend(asked),
  graduatedPercentage.extend(asked),
  blockTiers.extend(asked),
  z.strictObject({
    model: z.literal("percentage"),
    transactions: z.array(decimal).optional(),
    quantity: decimal.optional(),
    ...vectorPrice.percentage,
    ...shown,
  }),
  z.strictObject({
    model: z.literal("sum_of_buckets"),
    bucket_quantities: z.array(decimal),
    price: z.discriminatedUnion("model", [
      perUnit,
      flat,
      packaged,
      graduated,
      volume,
      graduatedPercentage,
      blockTiers,
    ]),
    ...shown,
  }),
  z.strictObject({
    model: z.literal("minimum_true_up"),
    minimum: decimalText,
    used: decimal,
    proration: z.strictObject({ days: z.number().int(), of: z.number().int().min(1) }).optional(),
    used_rounded_first: z.boolean().optional(),
    ...shown,
  }),
]);
export type ChargeModelInput = z.infer<typeof chargeModelInputs>;
type InputOf<M extends ChargeModelInput["model"]> = Extract<ChargeModelInput, { model: M }>;
type QuantityInput = Exclude<
  ChargeModelInput,
  { model: "percentage" | "sum_of_buckets" | "minimum_true_up" }
>;

const whole: Ratio = { numerator: 1n, denominator: 1n };

/** Answers questions about prices by `libs/core/rating`, the price written as a plan of ours has it. */
export function answerChargeModels(raw: unknown): Answer {
  const input = readInput(chargeModelInputs, raw);
  switch (input.model) {
    case "percentage":
      return percentageAnswer(input);
    case "sum_of_buckets":
      return bucketsAnswer(input);
    case "minimum_true_up":
      return trueUpAnswer(input);
    default:
      return quantityAnswer(input);
  }
}

/** The line of a quantity: what it adds to what was billed of the period before. */
function quantityAnswer(input: QuantityInput): Answer {
  const { quantity, prior_quantity, tier_selection_quantity } = input;
  const price = priceOf(input);
  if (tier_selection_quantity !== undefined) {
    if (Object.keys(prior).some((key) => Object.hasOwn(input, key))) {
      throw new InputUnknown("tier_selection_quantity: does not go with what was billed before");
    }
    const rated = ratePrice({ price, ratio: whole, quantity, tierQuantity: tier_selection_quantity });
    return { values: { amount: roundedAs(rated.exactAmount, input.rounding) } };
  }
  const billed = input.already_billed_amount ?? input.prior_amount;
  const { amount } = rateDelta({
    ...{ price, ratio: whole, quantity },
    ...(prior_quantity === undefined ? {} : { priorQuantity: prior_quantity }),
    ...(billed === undefined ? {} : { billedAmount: billed }),
    ...roundingOf(input),
  });
  if (input.convert_scope !== "per_line" || prior_quantity === undefined) return { values: { amount } };
  const alone = roundedAs(ratePrice({ price, ratio: whole, quantity }).exactAmount, input.rounding);
  return { values: { amount }, others: [{ rule: "period_rated_whole", values: { amount: alone } }] };
}

function roundingOf({
  currency,
  rounding: how,
}: {
  currency?: string | undefined;
  rounding?: Rounding | undefined;
}) {
  if (how === undefined) return {};
  const isIts = currency !== undefined && currencyExponent(currency) === how.scale;
  return { rounding: { currency: isIts ? currency : currencyOfScale(how.scale), mode: how.mode } };
}

/** Without single transactions the quantity is one. */
export function transactionsOf({ transactions, quantity }: InputOf<"percentage">): readonly Decimal[] {
  if (transactions !== undefined && quantity === undefined) return transactions;
  if (transactions === undefined && quantity !== undefined) return [quantity];
  throw new InputUnknown("transactions: either they or a quantity is required");
}

function percentageAnswer(input: InputOf<"percentage">): Answer {
  const transactions = transactionsOf(input);
  const events = transactions.map((value): PricedEvent => ({ value, amount: null }));
  const quantity = transactions.reduce((sum, value) => sum.plus(value), new Decimal(0));
  const rated = ratePrice({ price: priceOf(input), ratio: whole, quantity, events });
  return { values: { amount: roundedAs(rated.exactAmount, input.rounding) } };
}

function bucketsAnswer(input: InputOf<"sum_of_buckets">): Answer {
  const buckets = input.bucket_quantities.map((quantity, index) => ({ key: String(index), quantity }));
  const price = { ...priceOf(input.price), ratePer: { window: "hour", groupBy: [] } } as const;
  const quantity = buckets.reduce((sum, bucket) => sum.plus(bucket.quantity), new Decimal(0));
  const rated = ratePrice({ price, ratio: whole, quantity, buckets });
  return { values: { amount: roundedAs(rated.exactAmount, input.rounding) } };
}

/** Lines count towards a commitment as they are printed; others may subtract before they round. */
function trueUpAnswer(input: InputOf<"minimum_true_up">): Answer {
  const { minimum, used, proration, rounding: how } = input;
  const currency =
    input.currency ?? (how === undefined ? currencyOfAmounts(used) : currencyOfScale(how.scale));
  const ratio =
    proration === undefined
      ? whole
      : { numerator: BigInt(proration.days), denominator: BigInt(proration.of) };
  const printed = money(roundToMinor(used, currency, how?.mode ?? "half_up"), currency);
  const terms = { commitments: [{ minimumCommitment: minimum, ratio }] };
  const amount = roundedAs(commitmentShortfall({ ...terms, used: printed }), how);
  const all = commitmentShortfall({ ...terms, used: money(0n, currency) });
  const exact = roundedAs(Decimal.max(all.minus(used), 0), how);
  return { values: { amount }, others: [{ rule: "lines_rounded_first", values: { amount: exact } }] };
}

/** Reads the price as the API does, with the same checks. */
function priceOf(vector: VectorPrice): Price {
  const parsed = priceBody.safeParse(priceOfVector(vector));
  if (!parsed.success) throw new InputUnknown(`no price of ours: ${z.prettifyError(parsed.error)}`);
  const places: ErrorPlace[] = [];
  const price = parsePrice(parsed.data, "price", places);
  if (price !== undefined) places.push(...validatePrice(price, "price"));
  assertNoPlaces(places);
  if (price === undefined) throw new InputUnknown("no price of ours");
  return price;
}
