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

/** How a quantity becomes money; amounts and rates in major units of the plan's currency. */
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
  | { readonly model: "volume"; readonly tiers: readonly Tier[] };

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
  readonly includedUnits?: DecimalString;
  readonly minimumAmount?: DecimalString;
  readonly maximumAmount?: DecimalString;
  readonly zeroUsage?: "first_tier" | "nothing";
  readonly taxBehavior?: "exclusive" | "inclusive";
};
