import { z } from "zod";
import { Decimal, formatDecimal } from "#libs/core/money/decimal.ts";
import { decimal, decimalText } from "./read-input.ts";

const tier = z.strictObject({
  up_to: decimalText.nullable(),
  unit_amount: decimalText.optional(),
  flat_amount: decimalText.optional(),
  percent: decimalText.optional(),
});
const tiers = z.array(tier).min(1);
const zeroUsage = z.enum(["charge_first_tier_flat", "zero"]).optional();

const blockTier = z.strictObject({
  block_size: decimal,
  max_blocks: decimal.nullable(),
  block_amount: decimalText,
});

/** Keys of every model that prices a quantity. */
const options = {
  free_units: decimalText.nullish(),
  included_units: decimalText.nullish(),
  included_mode: z.enum(["free_tier_shifts_bounds", "deduct", "subtract_before_pricing"]).optional(),
  billing_units: decimal.optional(),
  convert_divide_by: decimalText.optional(),
  convert_rounding: z.enum(["up", "down", "none"]).optional(),
  allow_negative: z.boolean().optional(),
  minimum: decimalText.nullish(),
  maximum: decimalText.nullish(),
};

/** A price as the vectors write it, by model. */
export const vectorPrice = {
  per_unit: { unit_amount: decimalText, ...options },
  flat: { amount: decimalText.optional(), flat_amount: decimalText.optional(), ...options },
  package: {
    package_amount: decimalText,
    package_size: decimalText,
    package_rounding: z.enum(["up", "down"]).optional(),
    ...options,
  },
  graduated: { tiers, zero_usage: zeroUsage, ...options },
  volume: { tiers, zero_usage: zeroUsage, ...options },
  graduated_percentage: { tiers, zero_usage: zeroUsage, ...options },
  percentage: {
    percent: decimalText,
    fixed_amount: decimalText.nullish(),
    free_transactions: z.number().int().nullish(),
    free_units: decimalText.nullish(),
    per_transaction_min: decimalText.nullish(),
    per_transaction_max: decimalText.nullish(),
    minimum: options.minimum,
    maximum: options.maximum,
  },
  block_tiers: {
    mode: z.enum(["all_tiers", "top_tier"]),
    tiers: z.array(blockTier).min(1),
    zero_usage: zeroUsage,
    ...options,
  },
} as const;

export type PricedModel = keyof typeof vectorPrice;
export type VectorPrice = {
  [M in PricedModel]: { model: M } & z.infer<z.ZodObject<(typeof vectorPrice)[M]>>;
}[PricedModel];
type Tiered = Extract<VectorPrice, { model: "graduated" | "volume" | "graduated_percentage" }>;

/** The price in the wire format of our plans, as a usage price of the meter `usage`. */
export function priceOfVector(price: VectorPrice): Readonly<Record<string, unknown>> {
  return withoutUnset({
    code: "price",
    name: "Price",
    kind: "usage",
    meter: "usage",
    ...modelOf(price),
    ...optionsOf(price),
    minimum_amount: price.minimum ?? undefined,
    maximum_amount: price.maximum ?? undefined,
  });
}

function modelOf(price: VectorPrice): Readonly<Record<string, unknown>> {
  switch (price.model) {
    case "per_unit":
      return { charge_model: "per_unit", per_unit: { unit_amount: price.unit_amount } };
    case "flat":
      return { charge_model: "flat", flat: { amount: price.amount ?? price.flat_amount } };
    case "package":
      return {
        charge_model: "package",
        package: withoutUnset({
          size: price.package_size,
          amount: price.package_amount,
          rounding: price.package_rounding,
        }),
      };
    case "graduated":
    case "volume":
    case "graduated_percentage":
      return { charge_model: price.model, [price.model]: { tiers: tiersOf(price) } };
    case "percentage":
      return { charge_model: "percentage", percentage: percentageOf(price) };
    case "block_tiers": {
      const model = price.mode === "all_tiers" ? "graduated" : "volume";
      return { charge_model: model, [model]: { tiers: blockTiersOf(price.tiers) } };
    }
  }
}

function percentageOf(price: Extract<VectorPrice, { model: "percentage" }>) {
  return withoutUnset({
    rate: price.percent,
    fixed_amount: price.fixed_amount ?? undefined,
    free_events: price.free_transactions ?? undefined,
    free_amount: price.free_units ?? undefined,
    minimum_per_event: price.per_transaction_min ?? undefined,
    maximum_per_event: price.per_transaction_max ?? undefined,
  });
}

/** Bounds of billing units are in single units; ours are in what the quantity is transformed to. */
function tiersOf(price: Tiered) {
  const divisor = price.billing_units ?? new Decimal(1);
  return price.tiers.map((each) =>
    withoutUnset({
      up_to: each.up_to === null ? null : formatDecimal(new Decimal(each.up_to).div(divisor)),
      unit_amount: each.unit_amount,
      flat_amount: each.flat_amount,
      rate: each.percent,
    }),
  );
}

/** Widths in blocks become bounds in units; the last tier takes all that is left. */
function blockTiersOf(blocks: readonly z.infer<typeof blockTier>[]) {
  let upTo = new Decimal(0);
  return blocks.map((block, index) => {
    const isLast = index === blocks.length - 1 || block.max_blocks === null;
    upTo = upTo.plus(block.block_size.times(block.max_blocks ?? 0));
    return {
      up_to: isLast ? null : formatDecimal(upTo),
      unit_amount: block.block_amount,
      package_size: formatDecimal(block.block_size),
    };
  });
}

function optionsOf(price: VectorPrice): Readonly<Record<string, unknown>> {
  if (price.model === "percentage") return {};
  const included = price.included_units ?? price.free_units ?? undefined;
  const divideBy =
    price.billing_units === undefined ? price.convert_divide_by : formatDecimal(price.billing_units);
  const zero = "zero_usage" in price ? price.zero_usage : undefined;
  return {
    included_units: included === "0" ? undefined : included,
    included_mode: price.included_mode === "free_tier_shifts_bounds" ? "free_tier" : undefined,
    transform_quantity:
      divideBy === undefined
        ? undefined
        : {
            divide_by: divideBy,
            round: price.billing_units === undefined ? (price.convert_rounding ?? "none") : "up",
          },
    negative_quantity:
      price.allow_negative === undefined ? undefined : price.allow_negative ? "mirror" : "zero",
    zero_usage: zero === undefined ? undefined : zero === "zero" ? "nothing" : "first_tier",
  };
}

function withoutUnset(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
