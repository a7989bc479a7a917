import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import type { Schedule } from "../calendar/schedule.ts";
import { Decimal, formatDecimal } from "../money/decimal.ts";
import { moneyToDecimal } from "../money/money.ts";
import { roundToMinor } from "../money/rounding.ts";
import type { ChargeModel, Price } from "../price/price.ts";
import type { Aggregation } from "../usage/meter.ts";
import type { BillableItem } from "./billable-item.ts";
import { duePeriods } from "./due-periods.ts";
import { rateDuePeriod } from "./rate-due-period.ts";
import type { GroupQuantity } from "./rate-usage.ts";

const rounding = { currency: "USD", mode: "half_up" } as const;
const at = (text: string) => Temporal.Instant.from(text);
const month: Schedule = {
  ...{ anchorAt: "2026-04-01T00:00:00", interval: { unit: "month", count: 1 }, timezone: "UTC" },
  startsAt: "2026-04-01T00:00:00Z",
};

function itemOf(
  chargeModel: ChargeModel,
  terms: Partial<Price> = {},
  meter: { readonly aggregation?: Aggregation; readonly carryOver?: boolean } = {},
): BillableItem {
  return {
    ...{ itemId: "item", priceId: "price", unit: null, quantity: null, scheduleNo: 0, schedule: month },
    endsAt: null,
    price: {
      ...{ code: "calls", name: "Calls", kind: "usage", meter: "calls" },
      ...{ billing: "in_arrears", proration: "second", chargeModel },
      ...terms,
    },
    meter: {
      ...{ id: "meter", code: "calls", name: "Calls", eventType: "calls", aggregation: "sum" },
      ...{ carryOver: false, negative: "keep", filters: [], groupBy: ["g"] },
      ...meter,
    },
  };
}

/** The amounts of April, or of the part of it that ends or begins on the 16th, by group. */
function billed(item: BillableItem, usage: readonly GroupQuantity[], part?: "first" | "second"): string[] {
  const middle = "2026-04-16T00:00:00Z";
  const cut = {
    ...item,
    ...(part === "second" ? { schedule: { ...month, startsAt: middle } } : {}),
    endsAt: part === "first" ? at(middle) : null,
  };
  const [due] = duePeriods([cut], at(part === "first" ? middle : "2026-05-01T00:00:00Z"));
  if (due === undefined) throw new Error("nothing falls due");
  return rateDuePeriod(due, usage, rounding).map(({ exactAmount, amountMinor: minor }) =>
    formatDecimal(minor === undefined ? exactAmount : moneyToDecimal({ minor, currency: rounding.currency })),
  );
}

const inGroups = (quantities: readonly string[]): GroupQuantity[] =>
  quantities.map((quantity, n) => ({ group: `g=${n}`, quantity: new Decimal(quantity), eventCount: 1n }));
const sumOf = (amounts: readonly string[]) =>
  amounts.reduce((sum, amount) => sum.plus(amount), new Decimal(0)).toFixed(2);

describe("the lines of groups", () => {
  test("of a flat amount add up to it, however many share it", () => {
    const amounts = billed(
      itemOf({ model: "flat", amount: "1.00" }),
      inGroups(Array.from({ length: 300 }, () => "1")),
    );
    expect(sumOf(amounts)).toBe("1.00");
    expect(amounts.filter((amount) => amount === "0.01")).toHaveLength(100);
  });

  test("keep their own amounts beside it, which their tiers add up to", () => {
    const tiers = [
      { upTo: "10", unitAmount: "0.0333" },
      { upTo: null, unitAmount: "0.0111" },
    ];
    const [due] = duePeriods([itemOf({ model: "graduated", tiers })], at("2026-05-01T00:00:00Z"));
    if (due === undefined) throw new Error("nothing falls due");
    const lines = rateDuePeriod(due, inGroups(["9", "5"]), rounding);
    // 10 x 0.0333 + 4 x 0.0111 = 0.3774, of which 9/14 are 0.24261...
    expect(lines.map(({ amountMinor }) => amountMinor)).toEqual([24n, 14n]);
    expect(lines.map(({ exactAmount }) => exactAmount.toFixed(5))).toEqual(["0.24261", "0.13479"]);
    for (const { exactAmount, tiers: shown } of lines) {
      const sum = shown.reduce((all, tier) => all.plus(tier.amount), new Decimal(0));
      expect(sum.minus(exactAmount).abs().lt("0.000000000002")).toBe(true);
    }
  });

  test.each([
    [3, "2.00"],
    [150, "100.00"],
  ])("%i in number keep a maximum of %s", (count, maximumAmount) => {
    const item = itemOf({ model: "per_unit", unitAmount: "5" }, { maximumAmount });
    expect(sumOf(billed(item, inGroups(Array.from({ length: count }, () => "1"))))).toBe(maximumAmount);
  });

  test("that cost less than half a cent each are not given away", () => {
    const item = itemOf({ model: "per_unit", unitAmount: "0.004" });
    expect(sumOf(billed(item, inGroups(Array.from({ length: 300 }, () => "1"))))).toBe("1.20");
  });

  test("under a percentage cost together what their sum costs when less than nothing costs nothing", () => {
    const item = itemOf({ model: "percentage", rate: "1" }, { negativeQuantity: "zero" });
    expect(sumOf(billed(item, inGroups(["100", "-50"])))).toBe("0.50");
  });

  test("add up to the rounded whole, each within a cent of its own amount", () => {
    const amounts = fc.array(fc.bigInt(-(10n ** 6n), 10n ** 7n), { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(amounts, (scaled) => {
        const quantities = scaled.map((each) => new Decimal(each.toString()).div(10_000));
        const item = itemOf({ model: "per_unit", unitAmount: "1" });
        const lines = billed(item, inGroups(quantities.map((each) => each.toFixed())));
        const whole = quantities.reduce((sum, each) => sum.plus(each), new Decimal(0));
        expect(roundToMinor(new Decimal(sumOf(lines)), "USD", "half_up")).toBe(
          roundToMinor(whole, "USD", "half_up"),
        );
        lines.forEach((line, n) => {
          expect(
            new Decimal(line)
              .minus(quantities[n] ?? 0)
              .abs()
              .lt("0.01"),
          ).toBe(true);
        });
      }),
    );
  });
});

describe("a level in a part of a period", () => {
  const one = (quantity: string): GroupQuantity[] => [
    { group: "", quantity: new Decimal(quantity), eventCount: 0n },
  ];
  const perUnit: ChargeModel = { model: "per_unit", unitAmount: "1.00" };

  test.each<[Aggregation, boolean]>([
    ["weighted_sum", true],
    ["latest", true],
    ["latest", false],
    ["unique_count", true],
    ["max", false],
    ["min", false],
    ["percentile", false],
  ])(
    "that %s (carried over: %s) measures costs its share, so that the parts add up to the whole",
    (aggregation, carryOver) => {
      const item = itemOf(perUnit, {}, { aggregation, carryOver });
      expect([
        billed(item, one("100")),
        billed(item, one("100"), "first"),
        billed(item, one("100"), "second"),
      ]).toEqual([["100"], ["50"], ["50"]]);
    },
  );

  test("is put into its tiers whole, and its amount is prorated", () => {
    const tiers = [
      { upTo: "50", unitAmount: "0" },
      { upTo: null, unitAmount: "1" },
    ];
    const item = itemOf(
      { model: "graduated", tiers },
      { prorateAllowances: true },
      { aggregation: "weighted_sum", carryOver: true },
    );
    expect(billed(item, one("100"), "first")).toEqual(["25"]);
  });

  test("is billed whole where the price is not prorated, or is rated window by window", () => {
    const peak = { aggregation: "max" } as const;
    expect(billed(itemOf(perUnit, { proration: "none" }, peak), one("100"), "first")).toEqual(["100"]);
    const daily = itemOf(perUnit, { ratePer: { window: "day", groupBy: [] } }, peak);
    expect(
      billed(
        daily,
        one("100").map((each) => ({ ...each, window: "d1" })),
        "first",
      ),
    ).toEqual(["100"]);
  });

  test.each<Aggregation>(["sum", "count", "unique_count"])(
    "does not exist for %s: what adds up is short by itself",
    (aggregation) => {
      expect(billed(itemOf(perUnit, {}, { aggregation }), one("100"), "first")).toEqual(["100"]);
    },
  );
});
