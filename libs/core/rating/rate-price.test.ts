import fc from "fast-check";
import { Decimal, formatDecimal } from "../money/decimal.ts";
import type { ChargeModel, Price, Tier } from "../price/price.ts";
import { type RatedAmount, type Ratio, ratePrice } from "./rate-price.ts";

const whole: Ratio = { numerator: 1n, denominator: 1n };

function usagePrice(chargeModel: ChargeModel, terms: Partial<Price> = {}): Price {
  return {
    code: "calls",
    name: "Calls",
    kind: "usage",
    meter: "calls",
    billing: "in_arrears",
    proration: "none",
    chargeModel,
    ...terms,
  };
}

function recurringPrice(chargeModel: ChargeModel, terms: Partial<Price> = {}): Price {
  return {
    code: "fee",
    name: "Fee",
    kind: "recurring",
    billing: "in_advance",
    proration: "second",
    chargeModel,
    ...terms,
  };
}

function rate(price: Price, quantity: string, ratio: Ratio = whole): RatedAmount {
  return ratePrice({ price, quantity: new Decimal(quantity), ratio });
}

describe("tiers", () => {
  const tiers: Tier[] = [
    { upTo: "10", unitAmount: "1", flatAmount: "2" },
    { upTo: "20", unitAmount: "0.5" },
    { upTo: null, unitAmount: "0.25", flatAmount: "3" },
  ];

  test("a graduated line shows each tier that was entered, and they add up", () => {
    const { tiers: shown, exactAmount } = rate(usagePrice({ model: "graduated", tiers }), "20.5");
    expect(shown).toEqual([
      { from: "0", upTo: "10", quantity: "10", unitAmount: "1", flatAmount: "2", amount: "12" },
      { from: "10", upTo: "20", quantity: "10", unitAmount: "0.5", flatAmount: "0", amount: "5" },
      { from: "20", upTo: null, quantity: "0.5", unitAmount: "0.25", flatAmount: "3", amount: "3.125" },
    ]);
    expect(exactAmount.toFixed()).toBe("20.125");
  });

  test("a quantity on a bound does not enter the next tier; the smallest fraction above does", () => {
    const price = usagePrice({ model: "graduated", tiers });
    expect(rate(price, "20").tiers).toHaveLength(2);
    expect(rate(price, "20.000000000001").exactAmount.toFixed()).toBe("20.00000000000025");
    const volume = usagePrice({ model: "volume", tiers });
    expect(rate(volume, "20").exactAmount.toFixed()).toBe("10");
    expect(rate(volume, "20.000000000001").exactAmount.toFixed()).toBe("8.00000000000025");
  });

  test("a volume line shows the one tier that prices it", () => {
    expect(rate(usagePrice({ model: "volume", tiers }), "30").tiers).toEqual([
      { from: "20", upTo: null, quantity: "30", unitAmount: "0.25", flatAmount: "3", amount: "10.5" },
    ]);
  });

  test("zero usage enters the first tier unless it costs nothing", () => {
    for (const model of ["graduated", "volume"] as const) {
      const first = rate(usagePrice({ model, tiers }), "0");
      expect(first.exactAmount.toFixed()).toBe("2");
      expect(first.tiers).toMatchObject([{ quantity: "0", flatAmount: "2", amount: "2" }]);
      const nothing = rate(usagePrice({ model, tiers }, { zeroUsage: "nothing" }), "0");
      expect(nothing.exactAmount.toFixed()).toBe("0");
      expect(nothing.tiers).toEqual([]);
    }
  });

  test("tiers that end below the quantity are refused, never guessed", () => {
    const bounded = usagePrice({ model: "volume", tiers: [{ upTo: "10", unitAmount: "1" }] });
    expect(() => rate(bounded, "11")).toThrow(expect.objectContaining({ code: "price_tiers_invalid" }));
  });

  test("without flat amounts and packages, a graduated price never jumps", () => {
    fc.assert(
      fc.property(anyTiers, fc.integer({ min: 0, max: 9 }), (unitTiers, pick) => {
        const price = usagePrice({ model: "graduated", tiers: unitTiers });
        const bound = unitTiers[pick % unitTiers.length]?.upTo ?? "1";
        const at = rate(price, bound).exactAmount;
        const above = rate(price, new Decimal(bound).plus("1e-12").toFixed()).exactAmount;
        const steepest = Decimal.max(...unitTiers.map((tier) => tier.unitAmount ?? "0"));
        expect(above.gte(at)).toBe(true);
        expect(above.minus(at).lte(steepest.times("1e-12"))).toBe(true);
      }),
    );
  });

  test("any model mirrors a negative quantity, and tiers add up to the amount", () => {
    fc.assert(
      fc.property(anyChargeModel, fc.bigInt(0n, 10n ** 18n), (model, scaled) => {
        const price = usagePrice(model);
        const quantity = new Decimal(`${scaled}e-9`);
        const { exactAmount, tiers: shown } = ratePrice({ price, quantity, ratio: whole });
        if (shown.length > 0) {
          expect(shown.reduce((sum, tier) => sum.plus(tier.amount), new Decimal(0)).eq(exactAmount)).toBe(
            true,
          );
        }
        if (quantity.isZero()) return;
        const mirrored = ratePrice({ price, quantity: quantity.neg(), ratio: whole });
        expect(mirrored.exactAmount.eq(exactAmount.neg())).toBe(true);
        expect(mirrored.tiers.map((tier) => tier.amount)).toEqual(
          shown.map((tier) => formatDecimal(new Decimal(tier.amount).neg())),
        );
      }),
    );
  });
});

describe("the order of steps", () => {
  test("included units, charge model, proration, minimum, maximum: all visible", () => {
    const price = recurringPrice(
      { model: "per_unit", unitAmount: "10" },
      { includedUnits: "2", minimumAmount: "31", maximumAmount: "12" },
    );
    const rated = rate(price, "5", { numerator: 1n, denominator: 2n });
    expect(rated.steps.map(({ name, before, after }) => [name, before, after])).toEqual([
      ["included_units", "5", "3"],
      ["charge_model", "3", "30"],
      ["proration", "30", "15"],
      ["minimum_amount", "15", "15.5"],
      ["maximum_amount", "15.5", "12"],
    ]);
    expect(rated.exactAmount.toFixed()).toBe("12");
    expect(rated.unitAmount?.toFixed()).toBe("10");
  });

  test("usage is never prorated, but its minimum is", () => {
    const price = usagePrice({ model: "per_unit", unitAmount: "1" }, { minimumAmount: "31" });
    const ratio = { numerator: 10n, denominator: 31n };
    expect(rate(price, "50", ratio).exactAmount.toFixed()).toBe("50");
    expect(rate(price, "0", ratio).exactAmount.toFixed()).toBe("10");
  });

  test("a whole period and terms that are not there leave no step", () => {
    const rated = rate(recurringPrice({ model: "flat", amount: "99.99" }), "1");
    expect(rated.steps).toEqual([
      { name: "charge_model", before: "1", after: "99.99", detail: "flat: 1 x 99.99 = 99.99" },
    ]);
  });

  test("flat costs the same for any usage, and nothing for none when zero usage costs nothing", () => {
    const price = usagePrice({ model: "flat", amount: "5" });
    expect(rate(price, "1000").exactAmount.toFixed()).toBe("5");
    expect(rate(price, "0").exactAmount.toFixed()).toBe("5");
    expect(rate({ ...price, zeroUsage: "nothing" }, "0").exactAmount.toFixed()).toBe("0");
  });

  test("a 12-decimal price of a 12-decimal quantity stays exact", () => {
    const price = usagePrice({ model: "per_unit", unitAmount: "0.123456789012" });
    const { exactAmount } = rate(price, "999999999999999.123456789012");
    const scaled = 999999999999999123456789012n * 123456789012n;
    expect(exactAmount.times("1e24").toFixed()).toBe(scaled.toString());
  });

  test("the parts of a period cost the whole of it together, to 40 decimals", () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 31n * 86_400n), fc.bigInt(0n, 10n ** 9n), (denominator, cut) => {
        const price = recurringPrice({ model: "flat", amount: "99.99" });
        const numerator = cut % (denominator + 1n);
        const first = rate(price, "1", { numerator, denominator }).exactAmount;
        const rest = rate(price, "1", { numerator: denominator - numerator, denominator }).exactAmount;
        expect(first.plus(rest).minus("99.99").abs().lte("1e-39")).toBe(true);
      }),
    );
  });

  test("a share that is none is a mistake of the caller", () => {
    const price = recurringPrice({ model: "flat", amount: "1" });
    expect(() => rate(price, "1", { numerator: 1n, denominator: 0n })).toThrow(RangeError);
    expect(() => rate(price, "1", { numerator: -1n, denominator: 2n })).toThrow(RangeError);
  });
});

const anyAmount = fc.bigInt(0n, 10n ** 9n).map((scaled) => formatDecimal(new Decimal(`${scaled}e-6`)));
const anyBounds = fc.uniqueArray(fc.integer({ min: 1, max: 10_000 }), { minLength: 0, maxLength: 6 });
const anyTiers = anyBounds.chain((bounds) => {
  const upTos = [...bounds.sort((a, b) => a - b).map(String), null];
  return fc
    .array(anyAmount, { minLength: upTos.length, maxLength: upTos.length })
    .map((amounts) => upTos.map((upTo, index): Tier => ({ upTo, unitAmount: amounts[index] ?? "0" })));
});
const anyChargeModel: fc.Arbitrary<ChargeModel> = fc.oneof(
  anyAmount.map((amount): ChargeModel => ({ model: "flat", amount })),
  anyAmount.map((unitAmount): ChargeModel => ({ model: "per_unit", unitAmount })),
  fc
    .tuple(anyAmount, fc.integer({ min: 1, max: 1000 }), fc.constantFrom<"up" | "down">("up", "down"))
    .map(
      ([amount, size, rounding]): ChargeModel => ({ model: "package", amount, size: String(size), rounding }),
    ),
  fc
    .tuple(anyTiers, anyAmount, fc.constantFrom<"graduated" | "volume">("graduated", "volume"))
    .map(([tiers, flatAmount, model]) => ({ model, tiers: tiers.map((tier) => ({ ...tier, flatAmount })) })),
);
