import { Decimal, zero } from "../../money/decimal.ts";
import {
  type ChargeModelDefinition,
  documentTier,
  type ModelAmount,
  mirrorNegative,
} from "./charge-model.ts";
import { bandAmount, quantityBeyondTiers, type TierBand, tierBands, validateTiers } from "./tier-bands.ts";

/**
 * Each tier prices the units that fall into it, and adds its flat amount once it is entered. Tiers are
 * `(previous upTo, upTo]`; fractions count. At a quantity of 0 the first tier counts as entered unless zero usage costs nothing.
 */
export const graduated: ChargeModelDefinition<"graduated"> = {
  model: "graduated",
  validate: (spec, path) => validateTiers(spec.tiers, `${path}.tiers`),
  rate: (spec, quantity, zeroUsage) =>
    mirrorNegative(quantity, (units) => {
      if (units.isZero() && zeroUsage === "nothing") return { amount: zero, unitAmount: null, tiers: [] };
      return rateEnteredBands(tierBands(spec.tiers), units);
    }),
};

function rateEnteredBands(bands: readonly TierBand[], units: Decimal): ModelAmount {
  const last = bands.at(-1);
  if (last === undefined || (last.upTo !== null && units.gt(last.upTo))) quantityBeyondTiers(units);
  const entered = bands.filter((band, index) => index === 0 || units.gt(band.from));
  let amount = zero;
  const tiers = entered.map((band) => {
    const quantity = (band.upTo === null ? units : Decimal.min(units, band.upTo)).minus(band.from);
    const tierAmount = bandAmount(band, quantity).plus(band.flatAmount);
    amount = amount.plus(tierAmount);
    return documentTier({ ...band, quantity, amount: tierAmount });
  });
  return { amount, unitAmount: null, tiers };
}
