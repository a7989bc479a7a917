import type { ErrorPlace } from "../../errors.ts";
import type { DocumentTier } from "../../invoice/invoice-document.ts";
import { type Decimal, formatDecimal, zero } from "../../money/decimal.ts";
import type { ChargeModel, DecimalString } from "../price.ts";

export type ChargeModelName = ChargeModel["model"];
export type ChargeModelSpec<M extends ChargeModelName> = Extract<ChargeModel, { readonly model: M }>;

/** What a quantity of 0 costs: the first tier's flat amount (the default), or nothing. */
export type ZeroUsage = "first_tier" | "nothing";

/** One event as a price sees it that looks at single events. */
export type PricedEvent = {
  /** What the meter reads of it. */
  readonly value: Decimal;
  /** Its own amount in major units (charge model `dynamic`); null elsewhere. */
  readonly amount: Decimal | null;
};

/** What is to be priced. */
export type ModelUsage = {
  /** 0 or more. */
  readonly quantity: Decimal;
  /** 0 or more; chooses the tiers in place of `quantity`. Usually the same. */
  readonly tierQuantity: Decimal;
  readonly zeroUsage: ZeroUsage;
  /** In (time, id) order; for models with `looksAt: "events"`. */
  readonly events: readonly PricedEvent[];
};

/** One part of an amount, for `explain`: parts of an amount add up to it. */
export type AmountPart = {
  readonly name: string;
  readonly amount: DecimalString;
  readonly detail: string;
};

/** Exact amounts in major units; `unitAmount` is null where no single unit price exists. */
export type ModelAmount = {
  readonly amount: Decimal;
  readonly unitAmount: Decimal | null;
  readonly tiers: readonly DocumentTier[];
  readonly parts?: readonly AmountPart[];
};

export type MoneyTerms = Readonly<Record<string, DecimalString | undefined>>;

/** One way of turning a quantity into money. To add one, write its file and name it in `charge-model-catalog.ts`. */
export type ChargeModelDefinition<M extends ChargeModelName> = {
  readonly model: M;
  /** `split`: each tier prices what falls into it; `reached`: the tier reached prices everything; `none`: no tiers. */
  readonly tiering: "none" | "split" | "reached";
  readonly looksAt: "quantity" | "events";
  /** Everything wrong with the terms; `path` is where they stand in the sender's words. */
  readonly validate: (spec: ChargeModelSpec<M>, path: string) => ErrorPlace[];
  /** The terms that are money, by their place within the terms: `{"tiers.0.flat_amount": "5.00"}`. The others are rates. */
  readonly moneyTerms: (spec: ChargeModelSpec<M>) => MoneyTerms;
  /** Exact, unrounded, in major units. */
  readonly rate: (spec: ChargeModelSpec<M>, usage: ModelUsage) => ModelAmount;
};

/** The amount of nothing. */
export const nothingAmount: ModelAmount = { amount: zero, unitAmount: null, tiers: [] };

/** The negative of an amount: what the mirror image of a quantity costs. */
export function mirrorAmount(mirrored: ModelAmount): ModelAmount {
  return {
    amount: mirrored.amount.isZero() ? zero : mirrored.amount.neg(),
    unitAmount: mirrored.unitAmount,
    tiers: mirrored.tiers.map((tier) => ({
      ...tier,
      quantity: negateText(tier.quantity),
      flatAmount: negateText(tier.flatAmount),
      amount: negateText(tier.amount),
    })),
  };
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
