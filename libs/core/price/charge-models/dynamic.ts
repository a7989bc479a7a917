import { zero } from "../../money/decimal.ts";
import type { ChargeModelDefinition } from "./charge-model.ts";

const longestProperty = 100;

/** The sum of the amounts that the events carry themselves, whatever the quantity. */
export const dynamic: ChargeModelDefinition<"dynamic"> = {
  model: "dynamic",
  tiering: "none",
  looksAt: "events",
  validate: (spec, path) => {
    const { length } = spec.amountProperty.trim();
    if (length > 0 && spec.amountProperty.length <= longestProperty) return [];
    const message = `must name the property that holds an event's amount, in 1 to ${longestProperty} characters`;
    return [{ path: `${path}.amount_property`, code: "text_empty", message }];
  },
  moneyTerms: () => ({}),
  rate: (_spec, { events }) => {
    const amount = events.reduce((sum, event) => sum.plus(event.amount ?? zero), zero);
    return { amount, unitAmount: null, tiers: [] };
  },
};
