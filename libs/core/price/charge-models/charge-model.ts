import type { ErrorPlace } from "../../errors.ts";
import type { DocumentTier } from "../../invoice/invoice-document.ts";
import { type Decimal, formatDecimal, zero } from "../../money/decimal.ts";
import type { ChargeModel } from "../price.ts";

export type ChargeModelName = ChargeModel["model"];
export type ChargeModelSpec<M extends ChargeModelName> = Extract<ChargeModel, { readonly model: M }>;

/** What a quantity of 0 costs: the first tier's flat amount (the default), or nothing. */
export type ZeroUsage = "first_tier" | "nothing";

/** Exact amounts in major units; `unitAmount` is null where no single unit price exists. */
export type ModelAmount = {
  readonly amount: Decimal;
  readonly unitAmount: Decimal | null;
  readonly tiers: readonly DocumentTier[];
};

/** One way of turning a quantity into money. To add one, write its file and name it in `charge-model-catalog.ts`. */
export type ChargeModelDefinition<M extends ChargeModelName> = {
  readonly model: M;
  /** Everything wrong with the terms; `path` is where they stand in the sender's words. */
  readonly validate: (spec: ChargeModelSpec<M>, path: string) => ErrorPlace[];
  /** Exact, unrounded, in major units. A negative quantity costs the negative of its mirror image. */
  readonly rate: (spec: ChargeModelSpec<M>, quantity: Decimal, zeroUsage: ZeroUsage) => ModelAmount;
};

/** Rates a negative quantity as the negative of the positive one. */
export function mirrorNegative(
  quantity: Decimal,
  rateAbsolute: (quantity: Decimal) => ModelAmount,
): ModelAmount {
  if (!quantity.lt(0)) return rateAbsolute(quantity);
  const mirrored = rateAbsolute(quantity.abs());
  return {
    amount: negate(mirrored.amount),
    unitAmount: mirrored.unitAmount,
    tiers: mirrored.tiers.map((tier) => ({
      ...tier,
      quantity: negateText(tier.quantity),
      flatAmount: negateText(tier.flatAmount),
      amount: negateText(tier.amount),
    })),
  };
}

function negate(value: Decimal): Decimal {
  return value.isZero() ? zero : value.neg();
}

function negateText(value: string): string {
  if (value === "0") return value;
  return value.startsWith("-") ? value.slice(1) : `-${value}`;
}

/** How many packages of `size` the quantity starts (`up`) or fills (`down`). */
export function packageCount(quantity: Decimal, size: Decimal, rounding: "up" | "down"): Decimal {
  const filled = quantity.divToInt(size);
  return rounding === "up" && !filled.times(size).eq(quantity) ? filled.plus(1) : filled;
}

/** One tier of the answer, as the invoice document prints it. */
export function documentTier(tier: {
  readonly from: Decimal;
  readonly upTo: Decimal | null;
  readonly quantity: Decimal;
  readonly unitAmount: Decimal;
  readonly flatAmount: Decimal;
  readonly amount: Decimal;
}): DocumentTier {
  return {
    from: formatDecimal(tier.from),
    upTo: tier.upTo === null ? null : formatDecimal(tier.upTo),
    quantity: formatDecimal(tier.quantity),
    unitAmount: formatDecimal(tier.unitAmount),
    flatAmount: formatDecimal(tier.flatAmount),
    amount: formatDecimal(tier.amount),
  };
}
