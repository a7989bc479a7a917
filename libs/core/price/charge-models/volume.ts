import { zero } from "../../money/decimal.ts";
import { type ChargeModelDefinition, documentTier, mirrorNegative } from "./charge-model.ts";
import { bandAmount, quantityBeyondTiers, tierBands, validateTiers } from "./tier-bands.ts";

/**
 * The tier that the whole quantity reaches prices all of it, and adds its flat amount. Tiers are
 * `(previous upTo, upTo]`; a quantity of 0 is in the first tier unless zero usage costs nothing.
 */
export const volume: ChargeModelDefinition<"volume"> = {
  model: "volume",
  validate: (spec, path) => validateTiers(spec.tiers, `${path}.tiers`),
  rate: (spec, quantity, zeroUsage) =>
    mirrorNegative(quantity, (units) => {
      if (units.isZero() && zeroUsage === "nothing") return { amount: zero, unitAmount: null, tiers: [] };
      const reached = tierBands(spec.tiers).find((band) => band.upTo === null || units.lte(band.upTo));
      if (reached === undefined) quantityBeyondTiers(units);
      const amount = bandAmount(reached, units).plus(reached.flatAmount);
      return { amount, unitAmount: null, tiers: [documentTier({ ...reached, quantity: units, amount })] };
    }),
};
