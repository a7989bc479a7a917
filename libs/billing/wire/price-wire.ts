import { z } from "zod";
import { defined } from "#libs/core/defined.ts";
import type { ErrorPlace } from "#libs/core/errors.ts";
import type { ChargeModel, Price, Tier } from "#libs/core/price/price.ts";
import type { PriceOverride } from "#libs/core/price/price-override.ts";
import { codeText, decimalText, interval, moneyText, text } from "./wire-values.ts";

const tier = z.strictObject({
  up_to: decimalText.nullable().meta({ description: "null: the last tier" }),
  unit_amount: decimalText.nullable().optional(),
  flat_amount: decimalText.nullable().optional(),
  package_size: decimalText.nullable().optional(),
});
const tiers = z.strictObject({ tiers: z.array(tier).max(100) });

/** The terms of each charge model, under its own name. */
const modelTerms = {
  flat: z.strictObject({ amount: moneyText }).optional(),
  per_unit: z.strictObject({ unit_amount: decimalText }).optional(),
  package: z
    .strictObject({ size: decimalText, amount: moneyText, rounding: z.enum(["up", "down"]).optional() })
    .optional(),
  graduated: tiers.optional(),
  volume: tiers.optional(),
};
const chargeModelName = z.enum(["flat", "per_unit", "package", "graduated", "volume"]);
const optionalTerms = {
  quantity: decimalText.optional().meta({ description: "Seats, when the subscription names none" }),
  included_units: decimalText.optional(),
  minimum_amount: moneyText.optional(),
  maximum_amount: moneyText.optional(),
  zero_usage: z.enum(["first_tier", "nothing"]).optional(),
  tax_behavior: z.enum(["exclusive", "inclusive"]).optional(),
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
  proration: priceFields.proration.optional().meta({ description: "Default: second; none for usage" }),
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

type ModelFields = Pick<z.infer<typeof priceOverrideWire>, "charge_model" | keyof typeof modelTerms>;
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
    proration: body.proration ?? (kind === "usage" ? "none" : "second"),
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
    minimumAmount: body.minimum_amount,
    maximumAmount: body.maximum_amount,
    zeroUsage: body.zero_usage,
    taxBehavior: body.tax_behavior,
  };
}

/** Exactly the terms of the named model must be there, and no other model's. */
function parseChargeModel(body: ModelFields, path: string, places: ErrorPlace[]): ChargeModel | undefined {
  const name = body.charge_model;
  for (const other of chargeModelName.options) {
    if (other === name || body[other] === undefined) continue;
    const message =
      name === undefined
        ? `needs charge_model ${JSON.stringify(other)} beside it`
        : `does not go with charge_model ${JSON.stringify(name)}`;
    places.push({ path: `${path}.${other}`, code: "charge_model_mismatch", message });
  }
  if (name === undefined) return undefined;
  const model = chargeModelOfTerms(name, body);
  if (model === undefined) {
    const message = `charge_model ${JSON.stringify(name)} needs its terms under ${JSON.stringify(name)}`;
    places.push({ path: `${path}.${name}`, code: "field_required", message });
  }
  return model;
}

function chargeModelOfTerms(name: ChargeModel["model"], body: ModelFields): ChargeModel | undefined {
  switch (name) {
    case "flat":
      return body.flat && { model: name, amount: body.flat.amount };
    case "per_unit":
      return body.per_unit && { model: name, unitAmount: body.per_unit.unit_amount };
    case "package":
      return body.package && { model: name, ...defined(body.package) };
    case "graduated":
    case "volume":
      return body[name] && { model: name, tiers: body[name].tiers.map(parseTier) };
  }
}

function parseTier(body: z.infer<typeof tier>): Tier {
  return defined({
    upTo: body.up_to,
    unitAmount: body.unit_amount ?? undefined,
    flatAmount: body.flat_amount ?? undefined,
    packageSize: body.package_size ?? undefined,
  });
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
    minimum_amount: price.minimumAmount,
    maximum_amount: price.maximumAmount,
    zero_usage: price.zeroUsage,
    tax_behavior: price.taxBehavior,
  });
}

function chargeModelToWire(chargeModel: ChargeModel) {
  switch (chargeModel.model) {
    case "flat":
      return { charge_model: chargeModel.model, flat: { amount: chargeModel.amount } };
    case "per_unit":
      return { charge_model: chargeModel.model, per_unit: { unit_amount: chargeModel.unitAmount } };
    case "package": {
      const { model, ...terms } = chargeModel;
      return { charge_model: model, package: terms };
    }
    case "graduated":
      return { charge_model: chargeModel.model, graduated: { tiers: chargeModel.tiers.map(tierToWire) } };
    case "volume":
      return { charge_model: chargeModel.model, volume: { tiers: chargeModel.tiers.map(tierToWire) } };
  }
}

function tierToWire(band: Tier): z.infer<typeof tier> {
  return defined({
    up_to: band.upTo,
    unit_amount: band.unitAmount,
    flat_amount: band.flatAmount,
    package_size: band.packageSize,
  });
}
