import { validateDecimal } from "../validate-decimal.ts";
import type { ChargeModelDefinition } from "./charge-model.ts";
import { flatAmounts, rateReachedTier, validateBounds } from "./tier-bands.ts";

/** The tier `(previous upTo, upTo]` that the quantity reaches costs its flat amount, and nothing else is charged. */
export const stairstep: ChargeModelDefinition<"stairstep"> = {
  model: "stairstep",
  tiering: "reached",
  looksAt: "quantity",
  validate: (spec, path) =>
    validateBounds(spec.tiers, `${path}.tiers`, (tier, at) =>
      validateDecimal(tier.flatAmount, `${at}.flat_amount`),
    ),
  moneyTerms: ({ tiers }) => flatAmounts(tiers),
  rate: (spec, usage) => rateReachedTier(spec.tiers, usage),
};
