import type { DecimalString, Interval, Price } from "./price.ts";

/** One version of a plan: what a subscription is agreed on. Amounts in major units of `currency`. */
export type Plan = {
  readonly code: string;
  readonly name: string;
  /** ISO 4217. */
  readonly currency: string;
  readonly interval: Interval;
  readonly trialDays?: number;
  readonly minimumCommitment?: DecimalString;
  readonly maximumAmount?: DecimalString;
  readonly prices: readonly Price[];
};
