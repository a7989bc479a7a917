/** A decimal number as a string: `"0.000000000001"`, `"-12.5"`. Up to 12 decimals on the wire. */
export type DecimalString = string;

export type IntervalUnit = "day" | "week" | "month" | "quarter" | "half_year" | "year";
export type Interval = { readonly unit: IntervalUnit; readonly count: number };

/** A band `(previous upTo, upTo]`; `upTo: null` is the last one. Amounts in major units. */
export type Tier = {
  readonly upTo: DecimalString | null;
  readonly unitAmount?: DecimalString;
  readonly flatAmount?: DecimalString;
  readonly packageSize?: DecimalString;
};

/** A band that costs one amount as a whole. */
export type StairstepTier = { readonly upTo: DecimalString | null; readonly flatAmount: DecimalString };

/** A band whose amount is a share of what falls into it; `rate` is a percent: "1.3" is 1.3 %. */
export type PercentageTier = {
  readonly upTo: DecimalString | null;
  readonly rate: DecimalString;
  readonly flatAmount?: DecimalString;
};

/** How a quantity becomes money; amounts in major units of the plan's currency, rates in percent. */
export type ChargeModel =
  | { readonly model: "flat"; readonly amount: DecimalString }
  | { readonly model: "per_unit"; readonly unitAmount: DecimalString }
  | {
      readonly model: "package";
      readonly size: DecimalString;
      readonly amount: DecimalString;
      readonly rounding?: "up" | "down";
    }
  | { readonly model: "graduated"; readonly tiers: readonly Tier[] }
  | { readonly model: "volume"; readonly tiers: readonly Tier[] }
  | { readonly model: "stairstep"; readonly tiers: readonly StairstepTier[] }
  | {
      readonly model: "percentage";
      readonly rate: DecimalString;
      /** Of each event that is not free. */
      readonly fixedAmount?: DecimalString;
      /** Whichever of the two is used up first ends both; unset or 0: no such limit. */
      readonly freeEvents?: number;
      readonly freeAmount?: DecimalString;
      /** Bounds of what one event costs, its fixed amount included. */
      readonly minimumPerEvent?: DecimalString;
      readonly maximumPerEvent?: DecimalString;
    }
  | { readonly model: "graduated_percentage"; readonly tiers: readonly PercentageTier[] }
  /** Each event carries its own amount, in this property. */
  | { readonly model: "dynamic"; readonly amountProperty: string };

/** Metered units become priced units: divided, then rounded to whole ones (away from 0, towards 0, not at all). */
export type QuantityTransform = {
  readonly divideBy: DecimalString;
  readonly round: "up" | "down" | "none";
};

/** Usage is cut into windows (`null`: one for all) and groups; each is rated alone, then they are summed. */
export type RatePer = {
  /** UTC hours, or days in the subscription's zone. */
  readonly window: "hour" | "day" | null;
  /** Properties that the meter groups by. */
  readonly groupBy: readonly string[];
};

/** Terms of one product within a plan version. Immutable once the version exists. */
export type Price = {
  readonly code: string;
  readonly name: string;
  readonly kind: "recurring" | "usage" | "one_time";
  /** Code of the meter; usage prices only. */
  readonly meter?: string;
  /** Unset: the plan's interval. */
  readonly interval?: Interval;
  readonly billing: "in_advance" | "in_arrears";
  readonly proration: "second" | "day" | "none";
  readonly chargeModel: ChargeModel;
  /** Seats of a recurring per_unit price when the subscription names none. */
  readonly quantity?: DecimalString;
  /** In metered units, before any transform. */
  readonly includedUnits?: DecimalString;
  /** `deduct` (default): they leave the quantity. `free_tier`: they are a tier of their own, and move the others up. */
  readonly includedMode?: "deduct" | "free_tier";
  readonly transformQuantity?: QuantityTransform;
  /** What less than nothing costs: the negative of its mirror image (default), or nothing. */
  readonly negativeQuantity?: "mirror" | "zero";
  /** Usage prices only. */
  readonly ratePer?: RatePer;
  /** Included units, free events and amounts, tier bounds and the maximum shrink with the period. Default: false. */
  readonly prorateAllowances?: boolean;
  readonly minimumAmount?: DecimalString;
  readonly maximumAmount?: DecimalString;
  readonly zeroUsage?: "first_tier" | "nothing";
  /** Whether amounts contain their taxes, whatever the tax rates say; unset: as each rate says. */
  readonly taxBehavior?: "exclusive" | "inclusive";
};
