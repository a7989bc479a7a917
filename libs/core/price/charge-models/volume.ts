import type { ChargeModelDefinition } from "./charge-model.ts";
import { flatAmounts, rateReachedTier, validateTiers } from "./tier-bands.ts";

/** The tier `(previous upTo, upTo]` that the whole quantity reaches prices all of it, and adds its flat amount. */
export const volume: ChargeModelDefinition<"volume"> = {
  model: "volume",
  tiering: "reached",
  looksAt: "quantity",
  validate: (spec, path) => validateTiers(spec.tiers, `${path}.tiers`),
  moneyTerms: ({ tiers }) => flatAmounts(tiers),
  rate: (spec, usage) => rateReachedTier(spec.tiers, usage),
};
