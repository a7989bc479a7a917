import type { ChargeModelDefinition, ChargeModelName } from "./charge-models/charge-model.ts";
import { dynamic } from "./charge-models/dynamic.ts";
import { flat } from "./charge-models/flat.ts";
import { graduated } from "./charge-models/graduated.ts";
import { graduatedPercentage } from "./charge-models/graduated-percentage.ts";
import { packageModel } from "./charge-models/package.ts";
import { perUnit } from "./charge-models/per-unit.ts";
import { percentage } from "./charge-models/percentage.ts";
import { stairstep } from "./charge-models/stairstep.ts";
import { volume } from "./charge-models/volume.ts";

/** Every charge model there is. */
export const chargeModelCatalog: { readonly [M in ChargeModelName]: ChargeModelDefinition<M> } = {
  flat,
  per_unit: perUnit,
  package: packageModel,
  graduated,
  volume,
  stairstep,
  percentage,
  graduated_percentage: graduatedPercentage,
  dynamic,
};

/** The definition of a model: `chargeModelOf(spec.model).rate(spec, usage)`. */
export function chargeModelOf<M extends ChargeModelName>(name: M): ChargeModelDefinition<M> {
  return chargeModelCatalog[name];
}
