import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { Decimal } from "../money/decimal.ts";
import { formatMoney } from "../money/money.ts";
import type { Price } from "../price/price.ts";
import type { DuePeriod } from "./due-periods.ts";
import { type BilledBefore, lateLines } from "./late-lines.ts";
import { printedMinor } from "./printed-amount.ts";
import { type RatedLine, rateDuePeriod } from "./rate-due-period.ts";
import type { GroupQuantity } from "./rate-usage.ts";

const seed = Math.floor(Math.random() * 2 ** 31);
console.info(`late lines: seed ${seed}`);

const money = { currency: "USD", mode: "half_up" } as const;
const name = { claimId: "claim", settlementNo: 1 };

function dueOf(terms: Partial<Price>): DuePeriod {
  const start = Temporal.Instant.from("2026-04-01T00:00:00Z");
  return {
    item: {
      ...{ itemId: "item", priceId: "price", unit: null, quantity: null, scheduleNo: 0, endsAt: null },
      schedule: {
        ...{ anchorAt: "2026-04-01T00:00:00", interval: { unit: "month", count: 1 }, timezone: "UTC" },
        startsAt: "2026-04-01T00:00:00Z",
      },
      price: {
        ...{ code: "calls", name: "Calls", kind: "usage", meter: "calls", billing: "in_arrears" },
        ...{ proration: "none", chargeModel: { model: "per_unit", unitAmount: "1" } },
        ...terms,
      },
      meter: {
        ...{ id: "meter", code: "calls", name: "Calls", eventType: "calls", aggregation: "sum" },
        ...{ carryOver: false, negative: "keep", filters: [], groupBy: ["g"] },
      },
    },
    ...{ index: 0, start, end: start.add({ hours: 720 }), ratio: { numerator: 1n, denominator: 1n } },
  };
}

const usageOf = (quantities: Readonly<Record<string, string>>): GroupQuantity[] =>
  Object.entries(quantities).map(([group, quantity]) => {
    return { group, quantity: new Decimal(quantity), eventCount: 1n };
  });
const minorOf = (line: RatedLine) => printedMinor(line, money.currency, money.mode);

/** What stands on invoices once the lines are added to what stood there. */
function billedWith(before: readonly BilledBefore[], lines: readonly RatedLine[]): BilledBefore[] {
  const groups = [...new Set([...before.map(({ group }) => group), ...lines.map(({ group }) => group)])];
  return groups.map((group) => {
    const [old, own] = [
      before.find((each) => each.group === group),
      lines.filter((each) => each.group === group),
    ];
    return {
      group,
      amountMinor: own.reduce((sum, line) => sum + minorOf(line), old?.amountMinor ?? 0n),
      quantity: own.reduce((sum, line) => sum.plus(line.quantity), old?.quantity ?? new Decimal(0)),
      events: own.reduce((sum, line) => sum + line.eventCount, old?.events ?? 0n),
    };
  });
}

/** A period billed with `before`, then settled with `after`: the late lines as `group amount of events`. */
function settled(
  price: Partial<Price>,
  before: Record<string, string>,
  after: Record<string, string>,
): string[] {
  const due = dueOf(price);
  const billed = billedWith([], rateDuePeriod(due, usageOf(before), money));
  return lateLines({ due, usage: usageOf(after), billed, name, money }).map(
    (line) => `${line.group} ${formatMoney({ minor: minorOf(line), currency: "USD" })} of ${line.eventCount}`,
  );
}

test("a minimum that was billed without usage moves to the groups that come late", () => {
  expect(settled({ minimumAmount: "5.00" }, {}, { "g=a": "3" })).toEqual(["g=a 5.00 of 1", " -5.00 of 0"]);
  expect(settled({ minimumAmount: "5.00" }, {}, { "g=a": "3", "g=b": "9" })).toEqual([
    "g=a 3.00 of 1",
    "g=b 9.00 of 1",
    " -5.00 of 0",
  ]);
});

test("a group that is gone is given back, and a minimum is raised on what is left", () => {
  expect(settled({}, { "g=a": "3", "g=b": "9" }, { "g=b": "9" })).toEqual(["g=a -3.00 of -1"]);
  expect(settled({ minimumAmount: "5.00" }, { "g=a": "3", "g=b": "9" }, { "g=a": "3" })).toEqual([
    "g=a 2.00 of 0",
    "g=b -9.00 of -1",
  ]);
  expect(settled({}, { "g=a": "3", "g=b": "9" }, {})).toEqual(["g=a -3.00 of -1", "g=b -9.00 of -1"]);
});

test("what did not change has no line", () => {
  expect(settled({ minimumAmount: "5.00" }, { "g=a": "3" }, { "g=a": "3" })).toEqual([]);
  expect(settled({ minimumAmount: "5.00" }, {}, {})).toEqual([]);
});

test("all lines of a period add up to the whole, whatever groups come, change and go", () => {
  const groups = fc.dictionary(
    fc.constantFrom("g=a", "g=b", "g=c", "g=d"),
    fc.integer({ min: -300, max: 3_000 }).map((thousandths) => (thousandths / 1_000).toString()),
  );
  const terms: fc.Arbitrary<Partial<Price>> = fc.constantFrom(
    {},
    { minimumAmount: "5.01" },
    { maximumAmount: "2.00" },
    { chargeModel: { model: "flat", amount: "1.00" } },
    { chargeModel: { model: "package", size: "2", amount: "0.99" }, includedUnits: "1" },
  );
  fc.assert(
    fc.property(terms, fc.array(groups, { minLength: 1, maxLength: 4 }), (price, rounds) => {
      const due = dueOf(price);
      let billed: BilledBefore[] = [];
      for (const usage of rounds.map(usageOf)) {
        const lines = lateLines({ due, usage, billed, name, money });
        for (const { steps } of lines) {
          const at = steps.findIndex((step) => step.name === "already_billed");
          if (at > 0) expect(steps[at]?.before).toBe(steps[at - 1]?.after);
        }
        billed = billedWith(billed, lines);
        const whole = rateDuePeriod(due, usage, money).reduce((sum, line) => sum + minorOf(line), 0n);
        expect(billed.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)).toBe(whole);
        expect(lateLines({ due, usage, billed, name, money })).toEqual([]);
      }
    }),
    { seed, numRuns: 300 },
  );
});
