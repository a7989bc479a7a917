import { Temporal } from "temporal-polyfill";
import type { Standing } from "#libs/billing/run/draft-boundary.ts";
import { periodAt, resolveSchedule, type Schedule } from "#libs/core/calendar/schedule.ts";
import type { TaxRate } from "#libs/core/invoice/tax-lines.ts";
import { Decimal } from "#libs/core/money/decimal.ts";
import type { ChargeModel, Price } from "#libs/core/price/price.ts";
import type { BillableItem } from "#libs/core/rating/billable-item.ts";
import type { GroupQuantity } from "#libs/core/rating/rate-usage.ts";

/** A subscription at the boundary that falls due, and its usage by item, as they come from the database. */
export type DueSubscription = {
  readonly standing: Standing;
  readonly usage: ReadonlyMap<string, readonly GroupQuantity[]>;
};

export const FIVE_TIERS = [
  { upTo: "1000", unitAmount: "0.01", flatAmount: "5" },
  { upTo: "5000", unitAmount: "0.008" },
  { upTo: "20000", unitAmount: "0.0075" },
  { upTo: "100000", unitAmount: "0.006" },
  { upTo: null, unitAmount: "0.005" },
];

const interval = { unit: "month", count: 1 } as const;
const zones = [
  "America/New_York",
  "Europe/London",
  "Asia/Kolkata",
  "America/Sao_Paulo",
  "Africa/Cairo",
  "UTC",
];
const taxRates: readonly TaxRate[] = [{ id: "vat", name: "VAT", percentage: "19", inclusive: false }];
const prices = [
  recurring({ model: "flat", amount: "49.00" }),
  usagePrice("calls", { model: "per_unit", unitAmount: "0.0125" }),
  usagePrice("bytes", { model: "graduated", tiers: FIVE_TIERS }),
  usagePrice("seconds", { model: "volume", tiers: FIVE_TIERS }),
];

/**
 * Subscriptions `from` to `from + count` of a plan of four prices: flat, per unit, graduated and volume over five tiers. Each has
 * a schedule of its own, in one of six zones and on any day of the month, and its third month falls due.
 */
export function dueSubscriptions(from: number, count: number): DueSubscription[] {
  return Array.from({ length: count }, (_, index) => dueSubscription(from + index));
}

function dueSubscription(number: number): DueSubscription {
  const schedule = { ...scheduleOf(number) };
  const items = prices.map((price, index): BillableItem => {
    return {
      ...{ itemId: `item-${number}-${index}`, priceId: price.code, unit: null, price, quantity: null },
      ...{ meter: price.kind === "usage" ? meterOf(price) : null, scheduleNo: 0, schedule, endsAt: null },
    };
  });
  const usage = items.flatMap(({ itemId, price }, index): [string, GroupQuantity[]][] => {
    if (price.kind !== "usage") return [];
    const quantity = new Decimal(`${(number * 7_919 * (index + 1)) % 150_000}.25`);
    return [[itemId, [{ group: "", quantity, eventCount: BigInt(number % 1_000) }]]];
  });
  const standing: Standing = {
    ...{ subscriptionId: `subscription-${number}`, customerId: `customer-${number}`, planId: "plan" },
    customer: customerOf(number),
    ...{ currency: "USD", taxStatus: "taxable", taxRates, coupons: [], items, endsAt: null, scheduleNo: 0 },
    ...{ billingSequence: 3, anchor: "anniversary", timezone: schedule.timezone, changes: [] },
    position: { index: 3, at: periodAt(schedule, 3).start, last: false },
  };
  return { standing, usage: new Map(usage) };
}

function customerOf(number: number): Standing["customer"] {
  return {
    ...{ id: `customer-${number}`, externalId: null, name: "Customer", email: null, status: "active" },
    ...{ currency: null, timezone: null, locale: null, address: {}, taxIds: [], taxStatus: "taxable" },
    ...{ invoiceNumberPrefix: null, paymentTermsDays: null },
  };
}

const schedules = new Map<string, Schedule>();

/** One of 186 schedules, worked out once. */
function scheduleOf(number: number): Schedule {
  const [day, timezone] = [(number % 31) + 1, zones[number % zones.length] ?? "UTC"];
  const key = `${day} ${timezone}`;
  const startsAt = Temporal.Instant.from("2025-01-01T12:00:00Z").add({ hours: 24 * (day - 1) });
  const schedule =
    schedules.get(key) ?? resolveSchedule({ anchor: "anniversary", interval, timezone, startsAt });
  schedules.set(key, schedule);
  return schedule;
}

function meterOf(price: Price): BillableItem["meter"] {
  return {
    ...{ id: price.code, code: price.code, name: price.name, eventType: price.code, aggregation: "sum" },
    ...{ carryOver: false, negative: "keep", filters: [], groupBy: [] },
  };
}

function recurring(chargeModel: ChargeModel): Price {
  return {
    ...{ code: "base", name: "Base fee", kind: "recurring", billing: "in_advance", proration: "second" },
    chargeModel,
  };
}

function usagePrice(code: string, chargeModel: ChargeModel): Price {
  return {
    ...{ code, name: code, kind: "usage", meter: code, billing: "in_arrears", proration: "second" },
    chargeModel,
  };
}
