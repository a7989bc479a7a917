import { Decimal } from "decimal.js";
import type { ChargeModel } from "#libs/core/price/price.ts";

/** A quantity, and the amounts of its events, as they come from the database. */
export type NaiveUsage = { readonly quantity: string; readonly eventAmounts?: readonly string[] };

/** What a quantity costs, as the price list says it, on decimal.js as it comes: no steps, no tiers, no odd cases. */
export function naiveAmount(spec: ChargeModel, { quantity, eventAmounts = [] }: NaiveUsage): Decimal {
  const units = new Decimal(quantity);
  switch (spec.model) {
    case "flat":
      return new Decimal(spec.amount);
    case "per_unit":
      return units.times(spec.unitAmount);
    case "package":
      return units.div(spec.size).ceil().times(spec.amount);
    case "graduated":
      return sumTiers(spec.tiers, units, (inTier, tier) =>
        inTier.times(tier.unitAmount ?? 0).plus(tier.flatAmount ?? 0),
      );
    case "graduated_percentage":
      return sumTiers(spec.tiers, units, (inTier, tier) =>
        inTier
          .times(tier.rate)
          .div(100)
          .plus(tier.flatAmount ?? 0),
      );
    case "volume": {
      const tier = spec.tiers.find(({ upTo }) => upTo === null || units.lte(upTo));
      return units.times(tier?.unitAmount ?? 0).plus(tier?.flatAmount ?? 0);
    }
    case "stairstep":
      return new Decimal(spec.tiers.find(({ upTo }) => upTo === null || units.lte(upTo))?.flatAmount ?? 0);
    case "percentage":
      return units.times(spec.rate).div(100);
    case "dynamic":
      return eventAmounts.reduce((sum, amount) => sum.plus(amount), new Decimal(0));
  }
}

function sumTiers<T extends { readonly upTo: string | null }>(
  tiers: readonly T[],
  units: Decimal,
  amountOf: (inTier: Decimal, tier: T) => Decimal,
): Decimal {
  let [from, sum] = [new Decimal(0), new Decimal(0)];
  for (const tier of tiers) {
    if (units.lte(from)) break;
    const upTo = tier.upTo === null ? units : Decimal.min(units, tier.upTo);
    sum = sum.plus(amountOf(upTo.minus(from), tier));
    from = upTo;
  }
  return sum;
}
