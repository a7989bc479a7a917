import { formatDecimal, parseDecimal } from "../../money/decimal.ts";
import { oncePerObject } from "../../once-per-object.ts";
import type { PercentageTier, Tier } from "../price.ts";
import { validateDecimal } from "../validate-decimal.ts";
import type { ChargeModelDefinition } from "./charge-model.ts";
import { flatAmounts, rateEachTier, validateBounds } from "./tier-bands.ts";

/**
 * As `graduated`, on a quantity that is itself an amount: each tier takes its percent of what falls into it. The tiers
 * of the answer show the percent as an amount per unit: 1.3 % is 0.013.
 */
export const graduatedPercentage: ChargeModelDefinition<"graduated_percentage"> = {
  model: "graduated_percentage",
  tiering: "split",
  looksAt: "quantity",
  validate: (spec, path) =>
    validateBounds(spec.tiers, `${path}.tiers`, (tier, at) => [
      ...validateDecimal(tier.rate, `${at}.rate`),
      ...(tier.flatAmount === undefined ? [] : validateDecimal(tier.flatAmount, `${at}.flat_amount`)),
    ]),
  moneyTerms: ({ tiers }) => flatAmounts(tiers),
  rate: (spec, usage) => rateEachTier(tiersPerUnit(spec.tiers), usage),
};

const tiersPerUnit = oncePerObject((tiers: readonly PercentageTier[]): Tier[] =>
  tiers.map(({ rate, ...tier }, index) => {
    const percent = parseDecimal(rate, `rate of tier ${index + 1}`);
    return { ...tier, unitAmount: formatDecimal(percent.div(100)) };
  }),
);
