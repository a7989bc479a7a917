import { domainError, type ErrorPlace } from "../../errors.ts";
import type { DocumentTier } from "../../invoice/invoice-document.ts";
import { type Decimal, formatDecimal, parseDecimal, zero } from "../../money/decimal.ts";
import { oncePerObject } from "../../once-per-object.ts";
import type { Tier } from "../price.ts";
import { compareDecimalTexts, validateDecimal } from "../validate-decimal.ts";
import {
  documentTier,
  type ModelAmount,
  type ModelUsage,
  type MoneyTerms,
  nothingAmount,
  packageCount,
} from "./charge-model.ts";

/** A tier with its lower bound, read: it holds quantities in `(from, upTo]`. `shown` is what of it is printed in every case. */
type TierBand = {
  readonly from: Decimal;
  readonly upTo: Decimal | null;
  readonly unitAmount: Decimal;
  readonly flatAmount: Decimal;
  readonly packageSize: Decimal | null;
  readonly shown: Pick<DocumentTier, "from" | "upTo" | "unitAmount" | "flatAmount">;
  /** What it costs, and how it is printed, when it is filled to its end; null for one without an end. */
  readonly whole: BandAmount | null;
};

/** A band's part of an amount. */
type BandAmount = { readonly amount: Decimal; readonly tier: DocumentTier };

/**
 * Each tier prices the units that fall into it, and adds its flat amount once it is entered; fractions count. A quantity
 * of 0 enters the first tier unless zero usage costs nothing. Where another quantity chooses the tiers, it fills them, and
 * each tier prices its share of the units.
 */
export function rateEachTier(tiers: readonly Tier[], usage: ModelUsage): ModelAmount {
  const { quantity, tierQuantity: filling, zeroUsage } = usage;
  if (filling.isZero() && quantity.isZero() && zeroUsage === "nothing") return nothingAmount;
  const bands = tierBands(tiers);
  const last = bands.at(-1);
  if (last === undefined || (last.upTo !== null && filling.gt(last.upTo))) quantityBeyondTiers(filling);
  const isOwnFilling = filling.eq(quantity);
  const parts = bands
    .filter((band, index) => index === 0 || filling.gt(band.from))
    .map((band) => {
      const isFull = band.upTo !== null && filling.gt(band.upTo);
      if (isFull && isOwnFilling && band.whole !== null) return band.whole;
      const filled = (isFull ? band.upTo : filling).minus(band.from);
      return amountOf(band, isOwnFilling ? filled : shareOfUnits(filled, quantity, filling));
    });
  return {
    amount: parts.reduce((sum, part) => sum.plus(part.amount), zero),
    unitAmount: null,
    tiers: parts.map((part) => part.tier),
  };
}

/**
 * The tier that the whole quantity reaches prices all of it, and adds its flat amount. A quantity of 0 is in the first
 * tier unless zero usage costs nothing.
 */
export function rateReachedTier(tiers: readonly Tier[], usage: ModelUsage): ModelAmount {
  const { quantity, tierQuantity, zeroUsage } = usage;
  if (quantity.isZero() && tierQuantity.isZero() && zeroUsage === "nothing") return nothingAmount;
  const reached = tierBands(tiers).find((band) => band.upTo === null || tierQuantity.lte(band.upTo));
  if (reached === undefined) quantityBeyondTiers(tierQuantity);
  const { amount, tier } = amountOf(reached, quantity);
  return { amount, unitAmount: null, tiers: [tier] };
}

function shareOfUnits(filled: Decimal, quantity: Decimal, filling: Decimal): Decimal {
  return filling.isZero() ? quantity : filled.times(quantity).div(filling);
}

/** The tiers as numbers, each with the bound of the one before. */
const tierBands = oncePerObject((tiers: readonly Tier[]): TierBand[] => {
  let from = zero;
  return tiers.map((tier, index) => {
    const at = (field: string) => `${field} of tier ${index + 1}`;
    const upTo = tier.upTo === null ? null : parseDecimal(tier.upTo, at("up_to"));
    const unitAmount = parseDecimal(tier.unitAmount ?? "0", at("unit_amount"));
    const flatAmount = parseDecimal(tier.flatAmount ?? "0", at("flat_amount"));
    const {
      quantity: _,
      amount: __,
      ...shown
    } = documentTier({
      ...{ from, upTo, unitAmount, flatAmount, quantity: zero, amount: zero },
    });
    const packageSize =
      tier.packageSize === undefined ? null : parseDecimal(tier.packageSize, at("package_size"));
    const band = { from, upTo, unitAmount, flatAmount, packageSize, shown };
    const whole = upTo === null ? null : amountOf(band, upTo.minus(from));
    from = upTo ?? from;
    return { ...band, whole };
  });
});

/** What `quantity` units within the band cost: per unit, or per started package, and its flat amount. */
function amountOf(band: Omit<TierBand, "whole">, quantity: Decimal): BandAmount {
  const units = band.packageSize === null ? quantity : packageCount(quantity, band.packageSize, "up");
  const amount = units.times(band.unitAmount).plus(band.flatAmount);
  const tier = { ...band.shown, quantity: formatDecimal(quantity), amount: formatDecimal(amount) };
  return { amount, tier };
}

/** The last tier ends below the quantity, or there is none: a price that was never validated. */
function quantityBeyondTiers(quantity: Decimal): never {
  throw domainError(
    "price_tiers_invalid",
    `no tier holds the quantity ${quantity.toFixed()}; the last must have up_to null`,
  );
}

/** The flat amounts of tiers, by their place. */
export function flatAmounts(tiers: readonly { readonly flatAmount?: string }[]): MoneyTerms {
  return Object.fromEntries(tiers.map((tier, index) => [`tiers.${index}.flat_amount`, tier.flatAmount]));
}

/** Tiers per unit: `validateBounds`, and each must say what it costs; the message names the tier. */
export function validateTiers(tiers: readonly Tier[], path: string): ErrorPlace[] {
  return validateBounds(tiers, path, (tier, at, name) => {
    const places = [
      ...(tier.unitAmount === undefined ? [] : validateDecimal(tier.unitAmount, `${at}.unit_amount`)),
      ...(tier.flatAmount === undefined ? [] : validateDecimal(tier.flatAmount, `${at}.flat_amount`)),
      ...(tier.packageSize === undefined
        ? []
        : validateDecimal(tier.packageSize, `${at}.package_size`, { positive: true })),
    ];
    if (tier.unitAmount === undefined && tier.flatAmount === undefined) {
      const message = `${name} needs unit_amount, flat_amount or both`;
      places.push({ path: at, code: "price_tier_empty", message });
    }
    if (tier.packageSize !== undefined && tier.unitAmount === undefined) {
      const message = `${name} has package_size, so it needs unit_amount (the amount per started package)`;
      places.push({ path: `${at}.unit_amount`, code: "price_tier_empty", message });
    }
    return places;
  });
}

/**
 * Tiers must ascend, and all but the last must end; messages name the tier.
 * @param validateTerms what else is wrong with one tier, at its path, under its name ("tier 1 of 3")
 */
export function validateBounds<T extends { readonly upTo: string | null }>(
  tiers: readonly T[],
  path: string,
  validateTerms: (tier: T, path: string, name: string) => ErrorPlace[],
): ErrorPlace[] {
  if (tiers.length === 0)
    return [{ path, code: "price_tiers_empty", message: "at least one tier is needed" }];
  return tiers.flatMap((tier, index) => {
    const name = `tier ${index + 1} of ${tiers.length}`;
    return [
      ...validateTerms(tier, `${path}.${index}`, name),
      ...validateUpperBound(tiers, tier.upTo, index, `${path}.${index}.up_to`),
    ].map((place) => {
      const isNamed = place.message.startsWith(name);
      return isNamed ? place : { ...place, message: `${name}: ${place.message}` };
    });
  });
}

function validateUpperBound(
  tiers: readonly { readonly upTo: string | null }[],
  upTo: string | null,
  index: number,
  path: string,
): ErrorPlace[] {
  const name = `tier ${index + 1} of ${tiers.length}`;
  const isLast = index === tiers.length - 1;
  if (upTo === null) {
    if (isLast) return [];
    const message = `${name} has up_to null, which only the last may have`;
    return [{ path, code: "price_tiers_unbounded", message }];
  }
  if (isLast) {
    const message = `${name} is the last, so its up_to must be null, got ${upTo}`;
    return [{ path, code: "price_tiers_bounded", message }];
  }
  const places = validateDecimal(upTo, path, { positive: true });
  const before = tiers[index - 1]?.upTo;
  if (places.length > 0 || before === undefined || before === null) return places;
  const order = compareDecimalTexts(before, upTo);
  if (order === null || order < 0) return [];
  const message = `${name} must end above ${before}, where the tier before it ends, got ${upTo}`;
  return [{ path, code: "price_tiers_not_ascending", message }];
}
