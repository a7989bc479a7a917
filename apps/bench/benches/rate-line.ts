import { createHash } from "node:crypto";
import { Temporal } from "temporal-polyfill";
import { periodAt, resolveSchedule } from "#libs/core/calendar/schedule.ts";
import { Decimal } from "#libs/core/money/decimal.ts";
import type { ChargeModel, Price } from "#libs/core/price/price.ts";
import type { BillableItem } from "#libs/core/rating/billable-item.ts";
import type { DuePeriod } from "#libs/core/rating/due-periods.ts";
import { rateDuePeriod } from "#libs/core/rating/rate-due-period.ts";
import type { GroupQuantity } from "#libs/core/rating/rate-usage.ts";
import type { Bench, BenchCase } from "../bench.ts";
import { naiveAmount, type NaiveUsage } from "../naive/naive-amount.ts";
import { FIVE_TIERS } from "../subscriptions.ts";
import { timeOperations } from "../time-operations.ts";

const LINES_PER_RUN = 50;
const TARGET_US = 20;
const QUANTITY = "45678.25";

const models: readonly {
  readonly name: string;
  readonly chargeModel: ChargeModel;
  readonly events?: number;
}[] = [
  { name: "flat", chargeModel: { model: "flat", amount: "49.00" } },
  { name: "per_unit", chargeModel: { model: "per_unit", unitAmount: "0.0125" } },
  { name: "package", chargeModel: { model: "package", size: "1000", amount: "3.5" } },
  { name: "graduated, 5 tiers", chargeModel: { model: "graduated", tiers: FIVE_TIERS } },
  { name: "volume, 5 tiers", chargeModel: { model: "volume", tiers: FIVE_TIERS } },
  {
    name: "stairstep, 5 tiers",
    chargeModel: {
      model: "stairstep",
      tiers: FIVE_TIERS.map(({ upTo }, index) => ({ upTo, flatAmount: `${(index + 1) * 25}` })),
    },
  },
  { name: "percentage", chargeModel: { model: "percentage", rate: "1.3" } },
  {
    name: "graduated_percentage, 5 tiers",
    chargeModel: {
      model: "graduated_percentage",
      tiers: FIVE_TIERS.map(({ upTo }, index) => ({ upTo, rate: `${5 - index}` })),
    },
  },
  { name: "dynamic, 4 events", chargeModel: { model: "dynamic", amountProperty: "amount" }, events: 4 },
];

/** A line of usage of a whole month: amount, tiers, steps, and the hash of all that made it. */
export const rateLine: Bench = {
  name: "rate-line",
  about:
    "one line of usage of each charge model: amount, steps, tiers and input hash; naive: amount and hash",
  open: () => ({ cases: models.map(caseOf) }),
};

function caseOf({ name, chargeModel, events = 0 }: (typeof models)[number]): BenchCase {
  const due = dueOf(chargeModel);
  const usage = usageOf(events);
  const naive: NaiveUsage = {
    quantity: QUANTITY,
    eventAmounts: Array.from({ length: events }, (_, index) => `${index}.05`),
  };
  const repeat = (run: () => unknown) => () => {
    for (let i = 0; i < LINES_PER_RUN; i++) run();
  };
  return {
    name,
    unit: "us/line",
    better: "lower",
    target: TARGET_US,
    ours: {
      name: "rateDuePeriod",
      sample: () =>
        timeOperations(
          LINES_PER_RUN,
          repeat(() => rateDuePeriod(due, usage, { currency: "USD", mode: "half_up" })),
        ),
    },
    peer: {
      name: "naive decimal.js",
      sample: () =>
        timeOperations(
          LINES_PER_RUN,
          repeat(() => naiveLine(due, naive)),
        ),
    },
    verify: () => {
      const ours = rateDuePeriod(due, usage, { currency: "USD", mode: "half_up" })[0]?.exactAmount.toFixed();
      const peer = naiveLine(due, naive).amount;
      if (ours !== peer) throw new Error(`ours is ${ours}, the peer's ${peer}`);
    },
  };
}

/** What somebody writes first: read the terms, multiply, hash the inputs. */
function naiveLine(due: DuePeriod, usage: NaiveUsage): { amount: string; inputHash: string } {
  const { price } = due.item;
  const amount = naiveAmount(price.chargeModel, usage).toFixed();
  const inputs = { price, usage, start: due.start.toString(), end: due.end.toString() };
  return { amount, inputHash: createHash("sha256").update(JSON.stringify(inputs)).digest("hex") };
}

function dueOf(chargeModel: ChargeModel): DuePeriod {
  const schedule = resolveSchedule({
    anchor: "calendar",
    interval: { unit: "month", count: 1 },
    timezone: "America/New_York",
    startsAt: Temporal.Instant.from("2024-01-01T05:00:00Z"),
  });
  const price: Price = {
    ...{ code: "calls", name: "API calls", kind: "usage", meter: "calls" },
    ...{ billing: "in_arrears", proration: "second", chargeModel },
  };
  const meter: BillableItem["meter"] = {
    ...{ id: "meter", code: "calls", name: "API calls", eventType: "call", aggregation: "sum" },
    ...{ carryOver: false, negative: "keep", filters: [], groupBy: [] },
  };
  const item = {
    ...{ itemId: "item", priceId: "price", unit: "call", price, meter, quantity: null },
    ...{ scheduleNo: 0, schedule, endsAt: null },
  };
  return { item, ...periodAt(schedule, 3), ratio: { numerator: 1n, denominator: 1n } };
}

function usageOf(events: number): GroupQuantity[] {
  const at = Temporal.Instant.from("2024-04-10T12:00:00Z");
  const values = Array.from({ length: events }, (_, index) => ({
    ...{ id: `event-${index}`, at, value: new Decimal(1), amount: new Decimal(`${index}.05`) },
  }));
  const usage = { group: "", quantity: new Decimal(QUANTITY), eventCount: 1_000n };
  return [events === 0 ? usage : { ...usage, events: values }];
}
