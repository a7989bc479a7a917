import { domainError, type ErrorPlace } from "../../errors.ts";
import { type Decimal, parseDecimal, zero } from "../../money/decimal.ts";
import type { Tier } from "../price.ts";
import { compareDecimalTexts, validateDecimal } from "../validate-decimal.ts";
import { packageCount } from "./charge-model.ts";

/** A tier with its lower bound: it holds quantities in `(from, upTo]`. */
export type TierBand = {
  readonly from: Decimal;
  readonly upTo: Decimal | null;
  readonly unitAmount: Decimal;
  readonly flatAmount: Decimal;
  readonly packageSize: Decimal | null;
};

/** The tiers as numbers, each with the bound of the one before. */
export function tierBands(tiers: readonly Tier[]): TierBand[] {
  let from = zero;
  return tiers.map((tier, index) => {
    const upTo = tier.upTo === null ? null : parseDecimal(tier.upTo, `up_to of tier ${index + 1}`);
    const band: TierBand = {
      from,
      upTo,
      unitAmount: parseDecimal(tier.unitAmount ?? "0", `unit_amount of tier ${index + 1}`),
      flatAmount: parseDecimal(tier.flatAmount ?? "0", `flat_amount of tier ${index + 1}`),
      packageSize:
        tier.packageSize === undefined
          ? null
          : parseDecimal(tier.packageSize, `package_size of tier ${index + 1}`),
    };
    from = upTo ?? from;
    return band;
  });
}

/** What `quantity` units within the band cost, without its flat amount: per unit, or per started package. */
export function bandAmount(band: TierBand, quantity: Decimal): Decimal {
  const units = band.packageSize === null ? quantity : packageCount(quantity, band.packageSize, "up");
  return units.times(band.unitAmount);
}

/** @throws DomainError price_tiers_invalid always: the last tier ends below the quantity, or there is none */
export function quantityBeyondTiers(quantity: Decimal): never {
  throw domainError(
    "price_tiers_invalid",
    `no tier holds the quantity ${quantity.toFixed()}; the last must have up_to null`,
  );
}

/** Tiers must ascend, all but the last must end, and each must say what it costs; the message names the tier. */
export function validateTiers(tiers: readonly Tier[], path: string): ErrorPlace[] {
  if (tiers.length === 0)
    return [{ path, code: "price_tiers_empty", message: "at least one tier is needed" }];
  return tiers.flatMap((tier, index) => validateTier(tiers, tier, index, `${path}.${index}`));
}

function validateTier(tiers: readonly Tier[], tier: Tier, index: number, path: string): ErrorPlace[] {
  const name = `tier ${index + 1} of ${tiers.length}`;
  const places = [
    ...(tier.unitAmount === undefined ? [] : validateDecimal(tier.unitAmount, `${path}.unit_amount`)),
    ...(tier.flatAmount === undefined ? [] : validateDecimal(tier.flatAmount, `${path}.flat_amount`)),
    ...(tier.packageSize === undefined
      ? []
      : validateDecimal(tier.packageSize, `${path}.package_size`, { positive: true })),
    ...validateUpperBound(tiers, tier, index, `${path}.up_to`),
  ];
  if (tier.unitAmount === undefined && tier.flatAmount === undefined) {
    places.push({
      path,
      code: "price_tier_empty",
      message: `${name} needs unit_amount, flat_amount or both`,
    });
  }
  if (tier.packageSize !== undefined && tier.unitAmount === undefined) {
    const message = `${name} has package_size, so it needs unit_amount (the amount per started package)`;
    places.push({ path: `${path}.unit_amount`, code: "price_tier_empty", message });
  }
  return places;
}

function validateUpperBound(tiers: readonly Tier[], tier: Tier, index: number, path: string): ErrorPlace[] {
  const name = `tier ${index + 1} of ${tiers.length}`;
  const isLast = index === tiers.length - 1;
  if (tier.upTo === null) {
    if (isLast) return [];
    return [
      {
        path,
        code: "price_tiers_unbounded",
        message: `${name} has up_to null, which only the last may have`,
      },
    ];
  }
  if (isLast) {
    const message = `${name} is the last, so its up_to must be null, got ${tier.upTo}`;
    return [{ path, code: "price_tiers_bounded", message }];
  }
  const places = validateDecimal(tier.upTo, path, { positive: true });
  const before = tiers[index - 1]?.upTo;
  if (places.length > 0 || before === undefined || before === null) return places;
  const order = compareDecimalTexts(before, tier.upTo);
  if (order === null || order < 0) return [];
  const message = `${name} must end above ${before}, where the tier before it ends, got ${tier.upTo}`;
  return [{ path, code: "price_tiers_not_ascending", message }];
}
