import { Decimal } from "../money/decimal.ts";
import type { Interval } from "../price/price.ts";

const daysAMonth = new Decimal("30.4375"); // a twelfth of 365.25 days
const monthsOf = { month: 1, quarter: 3, half_year: 6, year: 12 } as const;

/**
 * What an amount of a period comes to in a month, exact: 120.00 a year is 10 a month; 7.00 a week is 30.4375, as a month has
 * a twelfth of 365.25 days.
 */
export function monthlyAmount(amount: Decimal, interval: Interval): Decimal {
  const { unit, count } = interval;
  if (unit === "day") return amount.times(daysAMonth).div(count);
  if (unit === "week") return amount.times(daysAMonth).div(count * 7);
  return amount.div(count * monthsOf[unit]);
}
