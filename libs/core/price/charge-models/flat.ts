import { parseDecimal, zero } from "../../money/decimal.ts";
import { validateDecimal } from "../validate-decimal.ts";
import { type ChargeModelDefinition, mirrorNegative } from "./charge-model.ts";

/** The same amount for any quantity; a quantity of 0 is free only when zero usage costs nothing. */
export const flat: ChargeModelDefinition<"flat"> = {
  model: "flat",
  validate: (spec, path) => validateDecimal(spec.amount, `${path}.amount`),
  rate: (spec, quantity, zeroUsage) =>
    mirrorNegative(quantity, (units) => {
      if (units.isZero() && zeroUsage === "nothing") return { amount: zero, unitAmount: null, tiers: [] };
      const amount = parseDecimal(spec.amount, "amount");
      return { amount, unitAmount: units.eq(1) ? amount : null, tiers: [] };
    }),
};
