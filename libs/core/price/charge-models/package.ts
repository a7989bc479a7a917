import { parseDecimal } from "../../money/decimal.ts";
import { validateDecimal } from "../validate-decimal.ts";
import { type ChargeModelDefinition, packageCount } from "./charge-model.ts";

/** An amount for each started package (`rounding: up`, the default) or each full one (`down`). */
export const packageModel: ChargeModelDefinition<"package"> = {
  model: "package",
  tiering: "none",
  looksAt: "quantity",
  validate: (spec, path) => [
    ...validateDecimal(spec.size, `${path}.size`, { positive: true }),
    ...validateDecimal(spec.amount, `${path}.amount`),
  ],
  moneyTerms: ({ amount }) => ({ amount }),
  rate: (spec, { quantity }) => {
    const packages = packageCount(quantity, parseDecimal(spec.size, "size"), spec.rounding ?? "up");
    return { amount: packages.times(parseDecimal(spec.amount, "amount")), unitAmount: null, tiers: [] };
  },
};
