import { z } from "zod";
import { defined } from "#libs/core/defined.ts";
import type { ErrorPlace } from "#libs/core/errors.ts";
import type { ChargeModel } from "#libs/core/price/price.ts";
import { decimalText, moneyText, text } from "./wire-values.ts";

const mostTiers = 100;
const upTo = decimalText.nullable().meta({
  description: "The tier holds (previous up_to, up_to]; null: the last tier",
  examples: ["1000", null],
});
const percent = decimalText.meta({ description: "Percent: 1.3 is 1.3 %", examples: ["1.3"] });
const optionalDecimal = decimalText.nullable().optional();
const optionalMoney = moneyText.nullable().optional();
const unitTier = z.strictObject({
  up_to: upTo,
  unit_amount: optionalDecimal,
  flat_amount: optionalMoney.meta({ description: "Added once the tier is entered (volume: reached)" }),
  package_size: optionalDecimal.meta({
    description: "unit_amount is then for each started package of this size",
  }),
});
const tiersOf = <T extends z.ZodType>(tier: T) => z.strictObject({ tiers: z.array(tier).max(mostTiers) });

/** The terms of each charge model, under its own name. */
export const modelTerms = {
  flat: z.strictObject({ amount: moneyText }).optional(),
  per_unit: z.strictObject({ unit_amount: decimalText }).optional(),
  package: z
    .strictObject({ size: decimalText, amount: moneyText, rounding: z.enum(["up", "down"]).optional() })
    .optional()
    .meta({ description: "An amount for each started package, or each full one when rounding is down" }),
  graduated: tiersOf(unitTier)
    .optional()
    .meta({ description: "Each tier prices the units that fall into it" }),
  volume: tiersOf(unitTier).optional().meta({ description: "The tier reached prices every unit" }),
  stairstep: tiersOf(z.strictObject({ up_to: upTo, flat_amount: moneyText }))
    .optional()
    .meta({ description: "The tier reached costs its flat amount, and nothing else" }),
  percentage: z
    .strictObject({
      rate: percent,
      fixed_amount: optionalMoney.meta({ description: "Of each event that is not free" }),
      free_events: z
        .union([z.int().min(0).max(999_999_999), z.string().regex(/^\d{1,9}$/)])
        .nullable()
        .optional()
        .meta({ description: "Whichever of free_events and free_amount is used up first ends both" }),
      free_amount: optionalMoney,
      minimum_per_event: optionalMoney,
      maximum_per_event: optionalMoney,
    })
    .optional()
    .meta({ description: "A percent of each event's value, in order of (time, id)" }),
  graduated_percentage: tiersOf(z.strictObject({ up_to: upTo, rate: percent, flat_amount: optionalMoney }))
    .optional()
    .meta({ description: "Each tier takes its percent of what falls into it" }),
  dynamic: z
    .strictObject({ amount_property: text(100) })
    .optional()
    .meta({ description: "Each event carries its own amount, in major units, in this property" }),
};
export const chargeModelName = z.enum([
  ...(["flat", "per_unit", "package", "graduated", "volume", "stairstep"] as const),
  ...(["percentage", "graduated_percentage", "dynamic"] as const),
]);

const modelFields = z.object({ charge_model: chargeModelName.optional(), ...modelTerms });
type ModelFields = z.infer<typeof modelFields>;
type NamedTerms = Omit<ModelFields, "charge_model"> & { charge_model: ChargeModel["model"] };

/** Exactly the terms of the named model must be there, and no other model's; what is wrong goes into `places`. */
export function parseChargeModel(
  body: ModelFields,
  path: string,
  places: ErrorPlace[],
): ChargeModel | undefined {
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
      return body[name] && { model: name, tiers: body[name].tiers.map(parseUnitTier) };
    case "stairstep":
      return (
        body.stairstep && {
          model: name,
          tiers: body.stairstep.tiers.map((tier) => ({ upTo: tier.up_to, flatAmount: tier.flat_amount })),
        }
      );
    case "percentage":
      return body.percentage && parsePercentage(body.percentage);
    case "graduated_percentage":
      return (
        body.graduated_percentage && {
          model: name,
          tiers: body.graduated_percentage.tiers.map((tier) =>
            defined({ upTo: tier.up_to, rate: tier.rate, flatAmount: tier.flat_amount ?? undefined }),
          ),
        }
      );
    case "dynamic":
      return body.dynamic && { model: name, amountProperty: body.dynamic.amount_property };
  }
}

function parseUnitTier(tier: z.infer<typeof unitTier>) {
  return defined({
    upTo: tier.up_to,
    unitAmount: tier.unit_amount ?? undefined,
    flatAmount: tier.flat_amount ?? undefined,
    packageSize: tier.package_size ?? undefined,
  });
}

function parsePercentage(terms: NonNullable<ModelFields["percentage"]>): ChargeModel {
  return defined({
    model: "percentage" as const,
    rate: terms.rate,
    fixedAmount: terms.fixed_amount ?? undefined,
    freeEvents: terms.free_events == null ? undefined : Number(terms.free_events),
    freeAmount: terms.free_amount ?? undefined,
    minimumPerEvent: terms.minimum_per_event ?? undefined,
    maximumPerEvent: terms.maximum_per_event ?? undefined,
  });
}

/** The model's name, and its terms under it. */
export function chargeModelToWire(spec: ChargeModel): NamedTerms {
  switch (spec.model) {
    case "flat":
      return { charge_model: spec.model, flat: { amount: spec.amount } };
    case "per_unit":
      return { charge_model: spec.model, per_unit: { unit_amount: spec.unitAmount } };
    case "package": {
      const { model, ...terms } = spec;
      return { charge_model: model, package: terms };
    }
    case "graduated":
    case "volume":
      return { charge_model: spec.model, [spec.model]: { tiers: spec.tiers.map(unitTierToWire) } };
    case "stairstep": {
      const tiers = spec.tiers.map((tier) => ({ up_to: tier.upTo, flat_amount: tier.flatAmount }));
      return { charge_model: spec.model, stairstep: { tiers } };
    }
    case "percentage":
      return { charge_model: spec.model, percentage: percentageToWire(spec) };
    case "graduated_percentage": {
      const tiers = spec.tiers.map((tier) =>
        defined({ up_to: tier.upTo, rate: tier.rate, flat_amount: tier.flatAmount }),
      );
      return { charge_model: spec.model, graduated_percentage: { tiers } };
    }
    case "dynamic":
      return { charge_model: spec.model, dynamic: { amount_property: spec.amountProperty } };
  }
}

function unitTierToWire(tier: ReturnType<typeof parseUnitTier>): z.infer<typeof unitTier> {
  return defined({
    up_to: tier.upTo,
    unit_amount: tier.unitAmount,
    flat_amount: tier.flatAmount,
    package_size: tier.packageSize,
  });
}

function percentageToWire(spec: Extract<ChargeModel, { readonly model: "percentage" }>) {
  return defined({
    rate: spec.rate,
    fixed_amount: spec.fixedAmount,
    free_events: spec.freeEvents,
    free_amount: spec.freeAmount,
    minimum_per_event: spec.minimumPerEvent,
    maximum_per_event: spec.maximumPerEvent,
  });
}
