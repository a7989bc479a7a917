import { createHash } from "node:crypto";
import { Decimal } from "decimal.js";
import type { DueSubscription } from "../subscriptions.ts";
import { naiveAmount } from "./naive-amount.ts";
import { naivePeriodContaining } from "./naive-period.ts";

/** A line as somebody keeps it first: what it is for, what it costs, and the hash of what made it. */
type NaiveLine = {
  readonly code: string;
  readonly amount: string;
  readonly tax: string;
  readonly inputHash: string;
};

export type NaiveInvoice = {
  readonly lines: readonly NaiveLine[];
  readonly total: string;
  readonly next: string;
};

/** What somebody writes first: periods by Temporal, amounts by decimal.js as it comes, each line and its tax rounded to cents. */
export function naiveInvoice({ standing, usage }: DueSubscription): NaiveInvoice {
  const { position, items, taxRates } = standing;
  let total = new Decimal(0);
  let next = "";
  const lines = items.map(({ itemId, price, schedule }): NaiveLine => {
    const after = naivePeriodContaining(schedule, position.at);
    const before = naivePeriodContaining(schedule, position.at.subtract({ nanoseconds: 1 }));
    const period = price.billing === "in_advance" ? after : before;
    next = after.end.toString();
    const quantity = usage.get(itemId)?.[0]?.quantity.toFixed() ?? "1";
    const exact = naiveAmount(price.chargeModel, { quantity });
    const amount = exact.toDecimalPlaces(2, Decimal.ROUND_HALF_UP);
    const percent = taxRates.reduce((sum, rate) => sum.plus(rate.percentage), new Decimal(0));
    const tax = amount.times(percent).div(100).toDecimalPlaces(2, Decimal.ROUND_HALF_UP);
    total = total.plus(amount).plus(tax);
    const inputs = { price, quantity, start: period.start.toString(), end: period.end.toString() };
    const inputHash = createHash("sha256").update(JSON.stringify(inputs)).digest("hex");
    return { code: price.code, amount: amount.toFixed(2), tax: tax.toFixed(2), inputHash };
  });
  return { lines, total: total.toFixed(2), next };
}
