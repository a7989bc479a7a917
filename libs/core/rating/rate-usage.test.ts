import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { Decimal, formatDecimal } from "../money/decimal.ts";
import type { ChargeModel, Price } from "../price/price.ts";
import { type GroupQuantity, type RatedGroup, rateUsage } from "./rate-usage.ts";

const whole = { numerator: 1n, denominator: 1n };
const tiers = [
  { upTo: "10", unitAmount: "1", flatAmount: "3" },
  { upTo: null, unitAmount: "0.5" },
];

function usagePrice(chargeModel: ChargeModel, terms: Partial<Price> = {}): Price {
  return {
    ...{ code: "calls", name: "Calls", kind: "usage", meter: "calls" },
    ...{ billing: "in_arrears", proration: "none", chargeModel },
    ...terms,
  };
}

const entry = (group: string, quantity: string, more: Partial<GroupQuantity> = {}): GroupQuantity => ({
  ...{ group, quantity: new Decimal(quantity), eventCount: 1n },
  ...more,
});
const amounts = (rated: readonly RatedGroup[]) =>
  rated.map(({ group, exactAmount }) => [group, formatDecimal(exactAmount)]);
const rate = (price: Price, usage: readonly GroupQuantity[]) =>
  rateUsage(price, whole, usage, { hasGroups: true });

test("tiers run over the sum of the groups, and each group's line is its part by quantity", () => {
  const rated = rate(usagePrice({ model: "graduated", tiers }), [entry("r=a", "5"), entry("r=b", "15")]);
  expect(amounts(rated)).toEqual([
    ["r=a", "4.5"],
    ["r=b", "13.5"],
  ]);
  expect(rated[0]?.tiers.map(({ quantity, amount }) => [quantity, amount])).toEqual([
    ["2.5", "3.25"],
    ["2.5", "1.25"],
  ]);
  expect(rated[1]?.steps.map(({ name, before, after }) => [name, before, after])).toEqual([
    ["charge_model", "20", "18"],
    ["group_share", "18", "13.5"],
  ]);
});

test("groups told apart by rate_per have tiers of their own, and a minimum holds for all of them together", () => {
  const price = usagePrice(
    { model: "graduated", tiers },
    { ratePer: { window: null, groupBy: ["r"] }, minimumAmount: "46" },
  );
  const usage = [entry("r=a,s=x", "4"), entry("r=a,s=y", "12"), entry("r=b,s=x", "4")];
  expect(amounts(rate({ ...price, minimumAmount: "1" }, usage))).toEqual([
    ["r=a,s=x", "4"],
    ["r=a,s=y", "12"],
    ["r=b,s=x", "7"],
  ]);
  expect(amounts(rate(price, usage))).toEqual([
    ["r=a,s=x", "8"],
    ["r=a,s=y", "24"],
    ["r=b,s=x", "14"],
  ]);
});

test("a price per unit rates each group by itself", () => {
  const rated = rate(usagePrice({ model: "per_unit", unitAmount: "0.3" }), [
    entry("r=a", "5"),
    entry("r=b", "-1"),
  ]);
  expect(amounts(rated)).toEqual([
    ["r=a", "1.5"],
    ["r=b", "-0.3"],
  ]);
  expect(rated[0]?.steps.map((step) => step.name)).toEqual(["charge_model"]);
});

test("windows of one group are summed into one line", () => {
  const price = usagePrice({ model: "graduated", tiers }, { ratePer: { window: "day", groupBy: [] } });
  const [line, ...others] = rateUsage(
    price,
    whole,
    [entry("", "4", { window: "d1" }), entry("", "20", { window: "d2" })],
    { hasGroups: false },
  );
  expect(others).toEqual([]);
  expect([line?.quantity.toFixed(), line?.eventCount, line?.exactAmount.toFixed()]).toEqual(["24", 2n, "25"]);
});

test("free events of several groups are the first ones in time, whatever their group", () => {
  const price = usagePrice({ model: "percentage", rate: "10", freeEvents: 1 });
  const event = (id: string, second: number, value: string) => ({
    ...{ id, value: new Decimal(value) },
    at: Temporal.Instant.fromEpochMilliseconds(second * 1000),
  });
  const rated = rate(price, [
    entry("r=a", "10", { events: [event("2", 2, "10")] }),
    entry("r=b", "30", { events: [event("1", 1, "30")] }),
  ]);
  expect(amounts(rated)).toEqual([
    ["r=a", "0.25"],
    ["r=b", "0.75"],
  ]);
});

test("without usage a meter with groups has a line only when nothing costs something", () => {
  expect(rate(usagePrice({ model: "per_unit", unitAmount: "1" }), [])).toEqual([]);
  expect(
    amounts(rate(usagePrice({ model: "per_unit", unitAmount: "1" }, { minimumAmount: "5" }), [])),
  ).toEqual([["", "5"]]);
  expect(
    rateUsage(usagePrice({ model: "per_unit", unitAmount: "1" }), whole, [], { hasGroups: false }),
  ).toHaveLength(1);
});

test("an event of a dynamic price that holds no amount is named", () => {
  const price = usagePrice({ model: "dynamic", amountProperty: "fee" });
  const at = Temporal.Instant.fromEpochMilliseconds(0);
  const bare = entry("", "1", { events: [{ id: "e1", at, value: new Decimal(1), amount: null }] });
  expect(() => rate(price, [bare])).toThrow(
    expect.objectContaining({
      code: "usage_value_invalid",
      message: expect.stringContaining('event "e1" holds no amount in properties.fee'),
    }),
  );
});

test("the lines of the groups add up exactly to what all usage costs, with or without windows and bounds", () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.info(`groups of usage: seed ${seed}, 2000 cases`);
  const usage = fc.array(
    fc.record({
      group: fc.constantFrom("r=a", "r=b", "r=c"),
      window: fc.constantFrom("d1", "d2"),
      scaled: fc.bigInt(-(10n ** 14n), 10n ** 15n),
    }),
    { minLength: 1, maxLength: 8 },
  );
  const terms = fc.constantFrom<Partial<Price>>(
    {},
    { minimumAmount: "100" },
    { maximumAmount: "7" },
    { ratePer: { window: "day", groupBy: [] } },
    { ratePer: { window: "day", groupBy: ["r"] }, minimumAmount: "50" },
    { includedUnits: "7", includedMode: "free_tier" },
  );
  const model = fc.constantFrom<"graduated" | "volume">("graduated", "volume");
  fc.assert(
    fc.property(usage, terms, model, (list, options, name) => {
      const price = usagePrice({ model: name, tiers }, options);
      const entries = list.map(({ group, window, scaled }) => {
        const quantity = formatDecimal(new Decimal(`${scaled}e-12`));
        return entry(group, quantity, price.ratePer === undefined ? {} : { window });
      });
      const rated = rate(price, entries);
      const separate = price.ratePer?.groupBy.length ?? 0;
      const together =
        separate > 0
          ? null
          : rate(
              price,
              entries.map((each) => ({ ...each, group: "" })),
            );
      const sum = rated.reduce((total, { exactAmount }) => total.plus(exactAmount), new Decimal(0));
      if (together !== null)
        expect(formatDecimal(sum)).toBe(formatDecimal(together[0]?.exactAmount ?? sum.plus(1)));
      if (price.minimumAmount !== undefined) expect(sum.gte(price.minimumAmount)).toBe(true);
    }),
    { seed, numRuns: 2_000 },
  );
});
