import { z } from "zod";
import { parsePrice, priceBody } from "#libs/billing/wire/price-wire.ts";
import { assertNoPlaces } from "#libs/core/assert-places.ts";
import type { ErrorPlace } from "#libs/core/errors.ts";
import { type Decimal, zero } from "#libs/core/money/decimal.ts";
import type { Price } from "#libs/core/price/price.ts";
import { validatePrice } from "#libs/core/price/validate-price.ts";
import { ratePrice } from "#libs/core/rating/rate-price.ts";
import { type Answer, InputUnknown } from "../answer.ts";
import { priceOfVector, type VectorPrice, vectorPrice } from "./price-of-vector.ts";
import { decimal, readInput, rounding, roundedAs } from "./read-input.ts";

/** Keys of a question about one quantity. */
const asked = {
  quantity: decimal,
  prior_quantity: decimal.optional(),
  prior_amount: decimal.optional(),
  already_billed_amount: decimal.optional(),
  tier_selection_quantity: decimal.optional(),
  convert_scope: z.enum(["per_line", "per_period"]).optional(),
  currency: z.string().optional(),
  rounding: rounding.optional(),
};

/** What a vector asks about a price. */
export const chargeModelInputs = z.discriminatedUnion("model", [
  z.strictObject({ model: z.literal("per_unit"), ...vectorPrice.per_unit, ...asked }),
  z.strictObject({ model: z.literal("flat"), ...vectorPrice.flat, ...asked }),
  z.strictObject({ model: z.literal("package"), ...vectorPrice.package, ...asked }),
  z.strictObject({ model: z.literal("graduated"), ...vectorPrice.graduated, ...asked }),
  z.strictObject({ model: z.literal("volume"), ...vectorPrice.volume, ...asked }),
  z.strictObject({
    model: z.literal("graduated_percentage"),
    ...vectorPrice.graduated_percentage,
    ...asked,
  }),
  z.strictObject({ model: z.literal("block_tiers"), ...vectorPrice.block_tiers, ...asked }),
]);
export type ChargeModelInput = z.infer<typeof chargeModelInputs>;

/** Answers questions about prices by `libs/core/rating`, the price written as a plan of ours has it. */
export function answerChargeModels(raw: unknown): Answer {
  const input = readInput(chargeModelInputs, raw);
  const price = priceOf(input);
  const rate = (quantity: Decimal) => rateWhole(price, quantity);
  const all = rate(input.quantity.plus(input.prior_quantity ?? 0));
  const amount = roundedAs(all, input.rounding).minus(billedOf(input, rate));
  return { values: { amount } };
}

/** What earlier lines of the period billed: the amount that is named, or what their quantity costs. */
function billedOf(input: ChargeModelInput, rate: (quantity: Decimal) => Decimal): Decimal {
  const named = input.already_billed_amount ?? input.prior_amount;
  if (named !== undefined) return named;
  return input.prior_quantity === undefined ? zero : rate(input.prior_quantity);
}

function rateWhole(price: Price, quantity: Decimal): Decimal {
  return ratePrice({ price, quantity, ratio: { numerator: 1n, denominator: 1n } }).exactAmount;
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
