import type { ChargeModelDefinition, ChargeModelName } from "./charge-models/charge-model.ts";
import { flat } from "./charge-models/flat.ts";
import { graduated } from "./charge-models/graduated.ts";
import { packageModel } from "./charge-models/package.ts";
import { perUnit } from "./charge-models/per-unit.ts";
import { volume } from "./charge-models/volume.ts";

/** Every charge model there is. */
export const chargeModelCatalog: { readonly [M in ChargeModelName]: ChargeModelDefinition<M> } = {
  flat,
  per_unit: perUnit,
  package: packageModel,
  graduated,
  volume,
};

/** The definition of a model: `chargeModelOf(spec.model).rate(spec, quantity, "first_tier")`. */
export function chargeModelOf<M extends ChargeModelName>(name: M): ChargeModelDefinition<M> {
  return chargeModelCatalog[name];
}
