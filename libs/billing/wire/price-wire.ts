import { z } from "zod";
import { defined } from "#libs/core/defined.ts";
import type { ErrorPlace } from "#libs/core/errors.ts";
import type { Price } from "#libs/core/price/price.ts";
import type { PriceOverride } from "#libs/core/price/price-override.ts";
import { chargeModelName, chargeModelToWire, modelTerms, parseChargeModel } from "./charge-model-wire.ts";
import { codeText, decimalText, interval, moneyText, text } from "./wire-values.ts";

const optionalTerms = {
  quantity: decimalText.optional().meta({ description: "Seats, when the subscription names none" }),
  included_units: decimalText.optional().meta({ description: "In metered units, before transform_quantity" }),
  included_mode: z.enum(["deduct", "free_tier"]).optional().meta({
    description: "deduct (default): they leave the quantity; free_tier: a free tier that moves the others up",
  }),
  transform_quantity: z
    .strictObject({ divide_by: decimalText, round: z.enum(["up", "down", "none"]) })
    .optional()
    .meta({
      description: "Priced units = metered units divided, then rounded; tiers count priced units",
      examples: [{ divide_by: "1000", round: "up" }],
    }),
  negative_quantity: z.enum(["mirror", "zero"]).optional().meta({
    description: "mirror (default): less than nothing costs the negative of its mirror image; zero: nothing",
  }),
  rate_per: z
    .strictObject({
      window: z.enum(["hour", "day"]).nullable().optional(),
      group_by: z.array(text(100)).max(20).optional(),
    })
    .optional()
    .meta({
      description:
        "Each window (UTC hour, day in the subscription's zone) and group is rated alone, then summed",
      examples: [{ window: "day", group_by: ["region"] }],
    }),
  prorate_allowances: z.boolean().optional().meta({
    description: "Allowances, tiers and the maximum shrink with a part of a period; default: false",
  }),
  minimum_amount: moneyText.optional(),
  maximum_amount: moneyText.optional(),
  zero_usage: z.enum(["first_tier", "nothing"]).optional(),
  tax_behavior: z.enum(["exclusive", "inclusive"]).optional().meta({
    description:
      "inclusive: its amounts contain the customer's taxes; exclusive: they are added. It beats what the tax rates say; unset: as each rate says",
  }),
};
const priceFields = {
  code: codeText,
  name: text(200),
  kind: z.enum(["recurring", "usage", "one_time"]),
  meter: text(100).optional().meta({ description: "Code or id of the meter; usage prices only" }),
  interval: interval.optional().meta({ description: "Default: the plan's" }),
  billing: z.enum(["in_advance", "in_arrears"]),
  proration: z.enum(["second", "day", "none"]),
  charge_model: chargeModelName,
  ...modelTerms,
  ...optionalTerms,
};

/** A price as it is sent, within a plan. */
export const priceBody = z.strictObject({
  ...priceFields,
  billing: priceFields.billing.optional().meta({ description: "Default: in_arrears" }),
  proration: priceFields.proration
    .optional()
    .meta({ description: "How a part of a period is shared. Default: second" }),
});
export const priceWire = z.strictObject({ id: z.string(), ...priceFields });
/** What one subscription pays instead; `price` is the code of a price of its plan. */
export const priceOverrideWire = z.strictObject({
  price: text(100),
  name: text(200).optional(),
  charge_model: chargeModelName.optional(),
  ...modelTerms,
  ...optionalTerms,
});

type TermFields = Pick<z.infer<typeof priceOverrideWire>, keyof typeof optionalTerms>;

/** A price of core; what is wrong with its charge model goes into `places`, and then there is none. */
export function parsePrice(
  body: z.infer<typeof priceBody>,
  path: string,
  places: ErrorPlace[],
): Price | undefined {
  const chargeModel = parseChargeModel(body, path, places);
  if (chargeModel === undefined) return undefined;
  const { code, name, kind, meter } = body;
  return defined({
    ...{ code, name, kind, meter, interval: body.interval, chargeModel },
    billing: body.billing ?? "in_arrears",
    proration: body.proration ?? "second",
    ...parseTerms(body),
  });
}

export function parsePriceOverride(
  body: z.infer<typeof priceOverrideWire>,
  path: string,
  places: ErrorPlace[],
): PriceOverride {
  const chargeModel = parseChargeModel(body, path, places);
  return defined({ price: body.price, name: body.name, chargeModel, ...parseTerms(body) });
}

function parseTerms(body: TermFields) {
  return {
    quantity: body.quantity,
    includedUnits: body.included_units,
    includedMode: body.included_mode,
    transformQuantity: body.transform_quantity && {
      divideBy: body.transform_quantity.divide_by,
      round: body.transform_quantity.round,
    },
    negativeQuantity: body.negative_quantity,
    ratePer: body.rate_per && { window: body.rate_per.window ?? null, groupBy: body.rate_per.group_by ?? [] },
    prorateAllowances: body.prorate_allowances,
    minimumAmount: body.minimum_amount,
    maximumAmount: body.maximum_amount,
    zeroUsage: body.zero_usage,
    taxBehavior: body.tax_behavior,
  };
}

export function priceToWire(id: string, price: Price): z.infer<typeof priceWire> {
  const { code, name, kind, meter, billing, proration } = price;
  return defined({
    ...{ id, code, name, kind, meter, interval: price.interval, billing, proration },
    ...chargeModelToWire(price.chargeModel),
    ...termsToWire(price),
  });
}

export function priceOverrideToWire(override: PriceOverride): z.infer<typeof priceOverrideWire> {
  return defined({
    price: override.price,
    name: override.name,
    ...(override.chargeModel === undefined ? {} : chargeModelToWire(override.chargeModel)),
    ...termsToWire(override),
  });
}

function termsToWire(price: Omit<PriceOverride, "price">): TermFields {
  return defined({
    quantity: price.quantity,
    included_units: price.includedUnits,
    included_mode: price.includedMode,
    transform_quantity: price.transformQuantity && {
      divide_by: price.transformQuantity.divideBy,
      round: price.transformQuantity.round,
    },
    negative_quantity: price.negativeQuantity,
    rate_per: price.ratePer && { window: price.ratePer.window, group_by: [...price.ratePer.groupBy] },
    prorate_allowances: price.prorateAllowances,
    minimum_amount: price.minimumAmount,
    maximum_amount: price.maximumAmount,
    zero_usage: price.zeroUsage,
    tax_behavior: price.taxBehavior,
  });
}
