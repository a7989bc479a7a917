import { parseDecimal } from "../../money/decimal.ts";
import { validateDecimal } from "../validate-decimal.ts";
import { type ChargeModelDefinition, nothingAmount } from "./charge-model.ts";

/** The same amount for any quantity; a quantity of 0 is free only when zero usage costs nothing. */
export const flat: ChargeModelDefinition<"flat"> = {
  model: "flat",
  tiering: "none",
  looksAt: "quantity",
  validate: (spec, path) => validateDecimal(spec.amount, `${path}.amount`),
  moneyTerms: ({ amount }) => ({ amount }),
  rate: (spec, { quantity, zeroUsage }) => {
    if (quantity.isZero() && zeroUsage === "nothing") return nothingAmount;
    const amount = parseDecimal(spec.amount, "amount");
    return { amount, unitAmount: quantity.eq(1) ? amount : null, tiers: [] };
  },
};
