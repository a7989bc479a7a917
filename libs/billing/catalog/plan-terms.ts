import { assertNoPlaces, placesOf } from "#libs/core/assert-places.ts";
import { assertAlignedIntervals } from "#libs/core/calendar/aligned-schedules.ts";
import { domainError, type ErrorPlace } from "#libs/core/errors.ts";
import { assertCurrencyForNew } from "#libs/core/money/currencies.ts";
import { parseMoney } from "#libs/core/money/money.ts";
import { parseRef, refText } from "#libs/core/object-ref.ts";
import type { Plan } from "#libs/core/price/plan.ts";
import type { Price } from "#libs/core/price/price.ts";
import { validatePlan } from "#libs/core/price/validate-price.ts";
import { validatePriceMeter } from "#libs/core/price/validate-price-meter.ts";
import { assertExternalId } from "#libs/core/public-id.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { findMeters } from "#libs/data/meters.ts";
import type { PlanTerms } from "#libs/data/plans.ts";

/**
 * The terms of a plan version as they are stored: checked as a whole, meters resolved (a meter's id is taken for its code).
 * Throws `fields_invalid` with every fault, `price_interval_mismatch`, `meter_not_found`.
 */
export async function planTerms(tx: TenantTx, plan: Plan): Promise<PlanTerms> {
  assertNoPlaces([...placesOf("code", () => assertExternalId(plan.code)), ...validatePlan(plan, "")]);
  assertNoPlaces(placesOf("currency", () => assertCurrencyForNew(plan.currency)));
  assertAlignedIntervals(plan.prices.map((price) => price.interval ?? plan.interval));
  const minor = (amount: string | undefined) =>
    amount === undefined ? null : parseMoney(amount, plan.currency).minor;
  return {
    currency: plan.currency,
    interval: plan.interval,
    trialDays: plan.trialDays ?? 0,
    minimumCommitmentMinor: minor(plan.minimumCommitment),
    maximumAmountMinor: minor(plan.maximumAmount),
    prices: await resolveMeters(tx, plan.prices),
  };
}

async function resolveMeters(tx: TenantTx, prices: readonly Price[]): Promise<PlanTerms["prices"]> {
  const refs = prices.flatMap((price) => (price.meter === undefined ? [] : [parseRef("meter", price.meter)]));
  const meters = refs.length === 0 ? [] : await findMeters(tx, refs);
  const places: ErrorPlace[] = [];
  const resolved = prices.map((price, index) => {
    if (price.meter === undefined) return { price, meterId: null };
    const ref = parseRef("meter", price.meter);
    const meter = meters.find((row) => ("id" in ref ? row.id === ref.id : row.code === ref.code));
    if (meter === undefined) {
      const message = `there is no meter ${refText(ref)}; create it first`;
      throw domainError("meter_not_found", message, {
        errors: [{ path: `prices.${index}.meter`, code: "meter_not_found", message }],
      });
    }
    places.push(...validatePriceMeter(price, meter.definition, `prices.${index}`));
    return { price: { ...price, meter: meter.code }, meterId: meter.id };
  });
  assertNoPlaces(places);
  return resolved;
}
