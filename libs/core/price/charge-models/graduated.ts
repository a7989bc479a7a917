import type { ChargeModelDefinition } from "./charge-model.ts";
import { flatAmounts, rateEachTier, validateTiers } from "./tier-bands.ts";

/** Each tier `(previous upTo, upTo]` prices the units that fall into it, and adds its flat amount once it is entered. */
export const graduated: ChargeModelDefinition<"graduated"> = {
  model: "graduated",
  tiering: "split",
  looksAt: "quantity",
  validate: (spec, path) => validateTiers(spec.tiers, `${path}.tiers`),
  moneyTerms: ({ tiers }) => flatAmounts(tiers),
  rate: (spec, usage) => rateEachTier(spec.tiers, usage),
};
