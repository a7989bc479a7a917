import { Decimal, formatDecimal } from "../money/decimal.ts";
import { roundToMinor } from "../money/rounding.ts";
import type { PricedEvent } from "../price/charge-models/charge-model.ts";
import type { ChargeModel, Price, Tier } from "../price/price.ts";
import { validatePrice } from "../price/validate-price.ts";
import { rateDelta } from "./rate-delta.ts";
import { type RatedAmount, type RatePriceInput, type Ratio, ratePrice } from "./rate-price.ts";

const whole: Ratio = { numerator: 1n, denominator: 1n };
const zero = new Decimal(0);

function usagePrice(chargeModel: ChargeModel, terms: Partial<Price> = {}): Price {
  return {
    ...{ code: "calls", name: "Calls", kind: "usage", meter: "calls" },
    ...{ billing: "in_arrears", proration: "none", chargeModel },
    ...terms,
  };
}

function rate(price: Price, quantity: string, more: Partial<RatePriceInput> = {}): RatedAmount {
  expect(validatePrice(price, "price")).toEqual([]);
  return ratePrice({ price, quantity: new Decimal(quantity), ratio: whole, ...more });
}

function amountOf(price: Price, quantity: string, more: Partial<RatePriceInput> = {}): string {
  return formatDecimal(rate(price, quantity, more).exactAmount);
}

function eventsOf(values: readonly string[]): PricedEvent[] {
  return values.map((value) => ({ value: new Decimal(value), amount: null }));
}

const steps: ChargeModel = {
  model: "stairstep",
  tiers: [
    { upTo: "10", flatAmount: "5" },
    { upTo: "20", flatAmount: "8" },
    { upTo: null, flatAmount: "9" },
  ],
};
const tiers: Tier[] = [
  { upTo: "10", unitAmount: "1", flatAmount: "2" },
  { upTo: null, unitAmount: "0.5" },
];

describe("charge models", () => {
  test.each([
    ["0", "5"],
    ["10", "5"],
    ["10.000000000001", "8"],
    ["20", "8"],
    ["1000000", "9"],
    ["-15", "-8"],
  ])("a stairstep at %s costs %s, bounds belonging to the tier below", (quantity, amount) => {
    expect(amountOf(usagePrice(steps), quantity)).toBe(amount);
  });

  test("a stairstep of nothing is free when zero usage costs nothing", () => {
    expect(amountOf(usagePrice(steps, { zeroUsage: "nothing" }), "0")).toBe("0");
  });

  test("a percentage without per-event terms needs the sum alone, and is exact at 12 decimals", () => {
    expect(amountOf(usagePrice({ model: "percentage", rate: "1.3" }), "550")).toBe("7.15");
    const price = usagePrice({ model: "percentage", rate: "0.000000000001" });
    expect(amountOf(price, "0.000000000001")).toBe("0.00000000000000000000000001");
  });

  test("a percentage names its parts, and they add up", () => {
    const price = usagePrice({
      model: "percentage",
      rate: "2.99",
      fixedAmount: "0.10",
      freeEvents: 1,
      minimumPerEvent: "1.75",
      maximumPerEvent: "12",
    });
    const rated = rate(price, "10170", { events: eventsOf(["80", "10", "80", "10000"]) });
    expect(rated.steps.at(-1)?.parts).toEqual([
      { name: "rate", amount: "301.691", detail: "2.99 % of 10090, 1 events free" },
      { name: "fixed_amount", amount: "0.3", detail: "0.1 for each of 3 events" },
      { name: "minimum_per_event", amount: "1.351", detail: "no event below 1.75" },
      { name: "maximum_per_event", amount: "-287.1", detail: "no event above 12" },
    ]);
    expect(formatDecimal(rated.exactAmount)).toBe("16.242");
  });

  test("a negative event is charged as its mirror image, or not at all", () => {
    const model: ChargeModel = { model: "percentage", rate: "10", fixedAmount: "1" };
    const events = eventsOf(["100", "-50"]);
    expect(amountOf(usagePrice(model), "50", { events })).toBe("5");
    expect(amountOf(usagePrice(model, { negativeQuantity: "zero" }), "50", { events })).toBe("11");
  });

  test("an allowance of 0 is none, so that the other one counts", () => {
    const price = usagePrice({
      model: "percentage",
      rate: "10",
      fixedAmount: "1",
      freeEvents: 0,
      freeAmount: "100",
    });
    expect(amountOf(price, "150", { events: eventsOf(["100", "50"]) })).toBe("6");
  });

  test("dynamic sums what the events carry", () => {
    const events = ["0.1", "12.000000000001", "-2"].map((amount) => ({
      value: new Decimal(1),
      amount: new Decimal(amount),
    }));
    const price = usagePrice({ model: "dynamic", amountProperty: "fee" });
    expect(amountOf(price, "3", { events })).toBe("10.100000000001");
    expect(amountOf({ ...price, negativeQuantity: "zero" }, "3", { events })).toBe("12.100000000001");
    expect(() => rate(price, "3")).toThrow(RangeError);
  });
});

describe("options between quantity and amount", () => {
  test("a free tier of a graduated price is shown, and moves the bounds", () => {
    const price = usagePrice(
      { model: "graduated", tiers },
      { includedUnits: "5", includedMode: "free_tier" },
    );
    expect(rate(price, "16").tiers).toEqual([
      { from: "0", upTo: "5", quantity: "5", unitAmount: "0", flatAmount: "0", amount: "0" },
      { from: "5", upTo: "15", quantity: "10", unitAmount: "1", flatAmount: "2", amount: "12" },
      { from: "15", upTo: null, quantity: "1", unitAmount: "0.5", flatAmount: "0", amount: "0.5" },
    ]);
    expect(amountOf(price, "5")).toBe("0");
    expect(amountOf({ ...price, includedMode: "deduct" }, "5")).toBe("2");
  });

  test.each([
    ["up", "1500", "0"],
    ["up", "1501", "1"],
    ["up", "2500", "1"],
    ["up", "-1500", "0"],
    ["up", "-1501", "-1"],
    ["down", "2499", "0"],
    ["down", "2500", "1"],
    ["none", "2250", "0.75"],
  ] as const)("1500 free units, the rest by 1000 rounded %s: %s cost %s", (round, quantity, amount) => {
    const price = usagePrice(
      { model: "per_unit", unitAmount: "1" },
      { includedUnits: "1500", includedMode: "free_tier", transformQuantity: { divideBy: "1000", round } },
    );
    expect(amountOf(price, quantity)).toBe(amount);
  });

  test("where the tier reached prices everything, the whole is rounded and what is above the free units chooses the tier", () => {
    const volume: ChargeModel = {
      model: "volume",
      tiers: [
        { upTo: "1", unitAmount: "5" },
        { upTo: null, unitAmount: "3" },
      ],
    };
    const price = usagePrice(volume, {
      ...{ includedUnits: "1500", includedMode: "free_tier" },
      transformQuantity: { divideBy: "1000", round: "up" },
    });
    expect(amountOf(price, "1500")).toBe("0");
    expect(amountOf(price, "1600")).toBe("10");
    expect(rate(price, "2500").tiers).toMatchObject([
      { from: "2.5", upTo: null, quantity: "3", amount: "9" },
    ]);
  });

  test("the step of a free tier says what lies above it", () => {
    const price = usagePrice(
      { model: "per_unit", unitAmount: "2" },
      { includedUnits: "5", includedMode: "free_tier" },
    );
    expect(rate(price, "7").steps.at(-1)?.detail).toBe("per_unit: 2 above 5 free x 2 = 4");
    const volume = { ...price, chargeModel: { model: "volume" as const, tiers } };
    expect(rate(volume, "7").steps.at(-1)?.detail).toMatch(/^volume: 7 = /);
  });

  test.each([
    ["up", "1001", "2"],
    ["up", "1000", "1"],
    ["up", "-1001", "-2"],
    ["down", "1999", "1"],
    ["down", "-1999", "-1"],
    ["down", "999", "0"],
    ["none", "1500", "1.5"],
  ] as const)("units divided by 1000 and rounded %s: %s cost %s", (round, quantity, amount) => {
    const transformQuantity = { divideBy: "1000", round };
    expect(
      amountOf(usagePrice({ model: "per_unit", unitAmount: "1" }, { transformQuantity }), quantity),
    ).toBe(amount);
  });

  test("included units leave in metered units, before the transform", () => {
    const price = usagePrice(
      { model: "per_unit", unitAmount: "1" },
      { includedUnits: "500", transformQuantity: { divideBy: "1000", round: "up" } },
    );
    expect(rate(price, "1501").steps.map(({ name, after }) => [name, after])).toEqual([
      ["included_units", "1001"],
      ["transform_quantity", "2"],
      ["charge_model", "2"],
    ]);
  });

  test("tiers may be chosen by another quantity than the priced one", () => {
    const volume = usagePrice({ model: "volume", tiers });
    expect(amountOf(volume, "4", { tierQuantity: new Decimal(20) })).toBe("2");
    const graduated = usagePrice({ model: "graduated", tiers });
    expect(rate(graduated, "10", { tierQuantity: new Decimal(20) }).tiers).toMatchObject([
      { quantity: "5", amount: "7" },
      { quantity: "5", amount: "2.5" },
    ]);
  });

  test("buckets show what each costs, their tiers put together, and the minimum holds for their sum", () => {
    const price = usagePrice(
      { model: "graduated", tiers },
      { ratePer: { window: "day", groupBy: [] }, minimumAmount: "30" },
    );
    const rated = rate(price, "0", {
      buckets: ["12", "4"].map((quantity, n) => ({ key: `day ${n}`, quantity: new Decimal(quantity) })),
    });
    expect(rated.tiers.map(({ quantity, flatAmount, amount }) => [quantity, flatAmount, amount])).toEqual([
      ["14", "4", "18"],
      ["2", "0", "1"],
    ]);
    expect(rated.steps[0]?.parts?.map(({ name, amount }) => [name, amount])).toEqual([
      ["day 0", "13"],
      ["day 1", "6"],
    ]);
    expect(rated.bucketAmounts.map((amount) => amount.toFixed())).toEqual(["13", "6"]);
    expect(rated.exactAmount.toFixed()).toBe("30");
  });

  test("allowances, tiers and the maximum stay whole in a part of a period unless asked to shrink", () => {
    const half: Ratio = { numerator: 1n, denominator: 2n };
    const price = usagePrice({ model: "graduated", tiers }, { includedUnits: "4", maximumAmount: "11" });
    expect(amountOf(price, "20", { ratio: half })).toBe("11");
    expect(amountOf({ ...price, maximumAmount: "100" }, "20", { ratio: half })).toBe("15");
    const shrunk: Price = { ...price, prorateAllowances: true };
    expect(amountOf(shrunk, "20", { ratio: half })).toBe("5.5");
    expect(rate({ ...shrunk, maximumAmount: "100" }, "20", { ratio: half }).tiers).toMatchObject([
      { upTo: "5", quantity: "5" },
      { upTo: null, quantity: "13" },
    ]);
    const free = usagePrice(
      { model: "percentage", rate: "10", freeEvents: 3, freeAmount: "1000" },
      {
        prorateAllowances: true,
      },
    );
    expect(amountOf(free, "0", { ratio: half, events: eventsOf(["100", "100"]) })).toBe("10");
  });
});

test("free events of which a part of a period leaves none end the free amount too", () => {
  const free = usagePrice(
    { model: "percentage", rate: "10", freeEvents: 1, freeAmount: "1000" },
    { prorateAllowances: true },
  );
  const events = eventsOf(["100", "100"]);
  expect(amountOf(free, "0", { ratio: { numerator: 1n, denominator: 2n }, events })).toBe("20");
  expect(amountOf(free, "0", { events })).toBe("10");
});

describe("amounts at the edges", () => {
  test("the largest quantity at 12 decimals is exact in every model that multiplies", () => {
    const quantity = "999999999999999.123456789012";
    const unitAmount = "0.123456789012";
    const scaled = (999999999999999123456789012n * 123456789012n).toString();
    const models: ChargeModel[] = [
      { model: "per_unit", unitAmount },
      { model: "graduated", tiers: [{ upTo: null, unitAmount }] },
      {
        model: "graduated",
        tiers: [
          { upTo: "0.000000000001", unitAmount },
          { upTo: null, unitAmount },
        ],
      },
      { model: "volume", tiers: [{ upTo: null, unitAmount }] },
      { model: "percentage", rate: "12.3456789012" },
      { model: "graduated_percentage", tiers: [{ upTo: null, rate: "12.3456789012" }] },
    ];
    for (const model of models) {
      expect(rate(usagePrice(model), quantity).exactAmount.times("1e24").toFixed()).toBe(scaled);
      expect(rate(usagePrice(model), `-${quantity}`).exactAmount.times("-1e24").toFixed()).toBe(scaled);
    }
  });

  test("a minor amount beyond 10^18 is refused and never wrapped", () => {
    const price = usagePrice({ model: "per_unit", unitAmount: "100000000000000" });
    const inRange = rate(price, "100").exactAmount;
    expect(roundToMinor(inRange, "USD", "half_up")).toBe(10n ** 18n);
    const beyond = rate(price, "100.000000000001").exactAmount;
    expect(() => roundToMinor(beyond, "USD", "half_up")).toThrow(
      expect.objectContaining({ code: "amount_out_of_range" }),
    );
    expect(() => roundToMinor(beyond.neg(), "USD", "half_up")).toThrow(
      expect.objectContaining({ code: "amount_out_of_range" }),
    );
  });

  test("a delta of more usage shows the whole and what was billed, and nothing is owed for the same usage", () => {
    const price = usagePrice({ model: "graduated", tiers });
    const delta = rateDelta({ price, ratio: whole, quantity: new Decimal(4), priorQuantity: new Decimal(8) });
    expect(delta.billedAmount.toFixed()).toBe("10");
    expect(delta.whole.exactAmount.toFixed()).toBe("13");
    expect(delta.steps.at(-1)).toEqual({
      ...{ name: "already_billed", before: "13", after: "3", detail: "10 was billed before" },
    });
    expect(rateDelta({ price, ratio: whole, quantity: zero, priorQuantity: zero }).amount.toFixed()).toBe(
      "2",
    );
    const events = eventsOf(["50"]);
    const percentage = usagePrice({ model: "percentage", rate: "10", fixedAmount: "1", freeEvents: 1 });
    const more = { price: percentage, ratio: whole, quantity: new Decimal(50), events };
    expect(
      rateDelta({
        ...more,
        priorQuantity: new Decimal(100),
        priorEvents: eventsOf(["100"]),
      }).amount.toFixed(),
    ).toBe("6");
  });
});
