import { parseDecimal } from "../../money/decimal.ts";
import { validateDecimal } from "../validate-decimal.ts";
import type { ChargeModelDefinition } from "./charge-model.ts";

/** Every unit costs the same; fractions of a unit cost their fraction. */
export const perUnit: ChargeModelDefinition<"per_unit"> = {
  model: "per_unit",
  tiering: "none",
  looksAt: "quantity",
  validate: (spec, path) => validateDecimal(spec.unitAmount, `${path}.unit_amount`),
  moneyTerms: () => ({}),
  rate: (spec, { quantity }) => {
    const unitAmount = parseDecimal(spec.unitAmount, "unit_amount");
    return { amount: quantity.times(unitAmount), unitAmount, tiers: [] };
  },
};
