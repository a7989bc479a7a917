import fc from "fast-check";
import { Decimal, formatDecimal } from "../money/decimal.ts";
import type { ChargeModel, Price, Tier } from "../price/price.ts";
import { validatePrice } from "../price/validate-price.ts";
import { rateDelta } from "./rate-delta.ts";
import { type RatedAmount, type RatePriceInput, ratePrice } from "./rate-price.ts";

const seed = Math.floor(Math.random() * 2 ** 31);
const runs = { seed, numRuns: 2_000 };
console.info(`rating properties: seed ${seed}, ${runs.numRuns} cases each`);

const tiny = new Decimal("1e-12");
const whole = { numerator: 1n, denominator: 1n };
const amount = fc.bigInt(0n, 10n ** 15n).map((scaled) => formatDecimal(new Decimal(`${scaled}e-12`)));
const units = fc.oneof(
  fc.bigInt(0n, 20_000n).map(String),
  fc.bigInt(0n, 20_000n * 10n ** 12n).map((scaled) => formatDecimal(new Decimal(`${scaled}e-12`))),
  fc.bigInt(0n, 10n ** 27n - 1n).map((scaled) => formatDecimal(new Decimal(`${scaled}e-12`))),
);
const bounds = fc
  .uniqueArray(fc.integer({ min: 1, max: 10_000 }), { minLength: 0, maxLength: 6 })
  .map((list) => [...list.sort((a, b) => a - b).map(String), null]);
const unitTiers = bounds.chain((upTos) =>
  fc.tuple(
    ...upTos.map((upTo) =>
      fc.tuple(amount, amount).map(([unitAmount, flatAmount]): Tier => ({ upTo, unitAmount, flatAmount })),
    ),
  ),
);
const packageTiers = fc
  .tuple(unitTiers, fc.integer({ min: 1, max: 50 }))
  .map(([tiers, size]) => tiers.map((tier) => ({ ...tier, packageSize: String(size) })));
const percentTiers = unitTiers.map((tiers) =>
  tiers.map(({ upTo, unitAmount: rate = "0", flatAmount = "0" }) => ({ upTo, rate, flatAmount })),
);
const steps = unitTiers.map((tiers) => tiers.map(({ upTo, flatAmount = "0" }) => ({ upTo, flatAmount })));
const tiered: fc.Arbitrary<ChargeModel> = fc.oneof(
  fc.oneof(unitTiers, packageTiers).map((tiers): ChargeModel => ({ model: "graduated", tiers })),
  fc.oneof(unitTiers, packageTiers).map((tiers): ChargeModel => ({ model: "volume", tiers })),
  percentTiers.map((tiers): ChargeModel => ({ model: "graduated_percentage", tiers })),
  steps.map((tiers): ChargeModel => ({ model: "stairstep", tiers })),
);

function usagePrice(chargeModel: ChargeModel, terms: Partial<Price> = {}): Price {
  const price: Price = {
    ...{ code: "calls", name: "Calls", kind: "usage", meter: "calls" },
    ...{ billing: "in_arrears", proration: "none", chargeModel },
    ...terms,
  };
  expect(validatePrice(price, "price")).toEqual([]);
  return price;
}

function rate(price: Price, quantity: Decimal, more: Partial<RatePriceInput> = {}): RatedAmount {
  return ratePrice({ price, quantity, ratio: whole, ...more });
}

const sum = (list: readonly (Decimal | string)[]) =>
  list.reduce<Decimal>((total, each) => total.plus(each), new Decimal(0));

test("at a bound a graduated amount jumps by exactly the next flat amount, and by nothing else", () => {
  fc.assert(
    fc.property(unitTiers, fc.nat(6), (tiers, pick) => {
      const index = pick % tiers.length;
      const bound = tiers[index]?.upTo ?? null;
      const next = tiers[index + 1];
      if (bound === null || next === undefined) return;
      const price = usagePrice({ model: "graduated", tiers });
      const at = rate(price, new Decimal(bound)).exactAmount;
      const above = rate(price, new Decimal(bound).plus(tiny)).exactAmount;
      const jump = above.minus(at).minus(tiny.times(next.unitAmount ?? "0"));
      expect(jump.eq(next.flatAmount ?? "0")).toBe(true);
    }),
    runs,
  );
});

test("more units never cost less where each tier prices its own, nor on rising steps", () => {
  fc.assert(
    fc.property(fc.oneof(unitTiers, packageTiers), units, units, (tiers, one, other) => {
      const [less, more] = [new Decimal(one), new Decimal(other)].sort((a, b) => a.comparedTo(b));
      if (less === undefined || more === undefined) return;
      const rising = [...tiers].map((tier) => tier.flatAmount ?? "0");
      rising.sort((a, b) => new Decimal(a).comparedTo(b));
      const stairs = tiers.map(({ upTo }, index) => ({ upTo, flatAmount: rising[index] ?? "0" }));
      const models: ChargeModel[] = [
        { model: "graduated", tiers },
        { model: "stairstep", tiers: stairs },
        {
          model: "graduated_percentage",
          tiers: tiers.map(({ upTo, unitAmount = "0" }) => ({ upTo, rate: unitAmount })),
        },
      ];
      for (const model of models) {
        const price = usagePrice(model);
        expect(rate(price, more).exactAmount.gte(rate(price, less).exactAmount)).toBe(true);
      }
    }),
    runs,
  );
});

test("the parts of the tiers add up to the amount, in units and money, included units and a free tier or not", () => {
  const included: fc.Arbitrary<Partial<Price>> = fc.record({
    includedUnits: units,
    includedMode: fc.constantFrom<"deduct" | "free_tier">("deduct", "free_tier"),
  });
  fc.assert(
    fc.property(
      tiered,
      units,
      fc.oneof(fc.constant<Partial<Price>>({}), included),
      (model, quantity, terms) => {
        const rated = rate(usagePrice(model, terms), new Decimal(quantity));
        expect(sum(rated.tiers.map((tier) => tier.amount)).eq(rated.exactAmount)).toBe(true);
        const priced =
          terms.includedMode === "deduct"
            ? Decimal.max(new Decimal(quantity).minus(terms.includedUnits ?? 0), 0)
            : quantity;
        expect(sum(rated.tiers.map((tier) => tier.quantity)).eq(priced)).toBe(true);
      },
    ),
    runs,
  );
});

test("any tiered price mirrors a negative quantity, and floors it when asked", () => {
  fc.assert(
    fc.property(tiered, units, (model, quantity) => {
      const price = usagePrice(model);
      const plus = rate(price, new Decimal(quantity));
      const zero = rate(price, new Decimal(0)).exactAmount;
      if (new Decimal(quantity).isZero()) return;
      expect(rate(price, new Decimal(quantity).neg()).exactAmount.eq(plus.exactAmount.neg())).toBe(true);
      const floored = rate({ ...price, negativeQuantity: "zero" }, new Decimal(quantity).neg());
      expect(floored.exactAmount.eq(zero)).toBe(true);
    }),
    runs,
  );
});

test("packages cover the quantity with less than one to spare, or leave less than one over", () => {
  fc.assert(
    fc.property(units, fc.bigInt(1n, 10n ** 15n), (quantity, scaled) => {
      const size = new Decimal(`${scaled}e-12`);
      const model = { model: "package", size: formatDecimal(size), amount: "1" } as const;
      const up = rate(usagePrice({ ...model, rounding: "up" }), new Decimal(quantity)).exactAmount;
      const down = rate(usagePrice({ ...model, rounding: "down" }), new Decimal(quantity)).exactAmount;
      expect(up.times(size).gte(quantity) && up.minus(1).times(size).lt(quantity)).toBe(true);
      expect(down.times(size).lte(quantity) && down.plus(1).times(size).gt(quantity)).toBe(true);
    }),
    runs,
  );
});

test("a stairstep costs the flat amount of one of its tiers: the first that ends at or above the quantity", () => {
  fc.assert(
    fc.property(steps, units, (tiers, quantity) => {
      const reached = tiers.find(({ upTo }) => upTo === null || new Decimal(upTo).gte(quantity));
      const { exactAmount } = rate(usagePrice({ model: "stairstep", tiers }), new Decimal(quantity));
      expect(formatDecimal(exactAmount)).toBe(reached?.flatAmount);
    }),
    runs,
  );
});

const percentageModel = fc
  .record({
    rate: amount,
    fixedAmount: fc.option(amount, { nil: undefined }),
    freeEvents: fc.option(fc.nat(6), { nil: undefined }),
    freeAmount: fc.option(fc.nat(500).map(String), { nil: undefined }),
    perEvent: fc.option(fc.tuple(amount, amount), { nil: undefined }),
  })
  .map(({ perEvent, ...terms }): Extract<ChargeModel, { model: "percentage" }> => {
    const [low, high] = [...(perEvent ?? [])].sort((a, b) => new Decimal(a).comparedTo(b));
    const given = Object.fromEntries(Object.entries(terms).filter(([, value]) => value !== undefined));
    const eachBound =
      low === undefined || high === undefined ? {} : { minimumPerEvent: low, maximumPerEvent: high };
    return { model: "percentage", rate: terms.rate, ...given, ...eachBound };
  });
const eventValues = fc.array(fc.integer({ min: -300, max: 300 }), { maxLength: 12 });

test("the parts of a percentage add up, and each event costs what an independent reckoning says", () => {
  fc.assert(
    fc.property(percentageModel, eventValues, (model, values) => {
      const events = values.map((value) => ({ value: new Decimal(value), amount: null }));
      const rated = rate(usagePrice(model), sum(values.map(String)), { events });
      const parts = rated.steps.at(-1)?.parts ?? [];
      expect(sum(parts.map((part) => part.amount)).eq(rated.exactAmount)).toBe(true);
      expect(rated.exactAmount.eq(reckonPercentage(model, values))).toBe(true);
    }),
    runs,
  );
});

/** The rule told from the running totals, event by event. */
function reckonPercentage(
  model: Extract<ChargeModel, { model: "percentage" }>,
  values: readonly number[],
): Decimal {
  const mostEvents = model.freeEvents === undefined || model.freeEvents === 0 ? Infinity : model.freeEvents;
  const mostAmount = Number(model.freeAmount ?? "0") === 0 ? Infinity : Number(model.freeAmount);
  const hasAllowance = mostEvents !== Infinity || mostAmount !== Infinity;
  return values.reduce((total, value, index) => {
    const before = values.slice(0, index).reduce((used, each) => used + Math.abs(each), 0);
    const isOpen = hasAllowance && index < mostEvents && before < mostAmount;
    const free = isOpen ? Math.min(Math.abs(value), mostAmount - before) : 0;
    const charged = Math.abs(value) - free;
    if (isOpen && charged === 0) return total;
    let fee = new Decimal(model.rate)
      .times(charged)
      .div(100)
      .plus(model.fixedAmount ?? "0");
    if (model.minimumPerEvent !== undefined) fee = Decimal.max(fee, model.minimumPerEvent);
    if (model.maximumPerEvent !== undefined) fee = Decimal.min(fee, model.maximumPerEvent);
    return value < 0 ? total.minus(fee) : total.plus(fee);
  }, new Decimal(0));
}

test("progressive lines of any tiered price add up to the line of everything", () => {
  fc.assert(
    fc.property(tiered, fc.array(units, { minLength: 1, maxLength: 5 }), (model, parts) => {
      const price = usagePrice(model);
      let prior = new Decimal(0);
      let billed = new Decimal(0);
      for (const part of parts) {
        const quantity = new Decimal(part);
        const delta = rateDelta({
          price,
          ratio: whole,
          quantity,
          priorQuantity: prior,
          billedAmount: billed,
        });
        billed = billed.plus(delta.amount);
        prior = prior.plus(quantity);
      }
      expect(billed.eq(rate(price, prior).exactAmount)).toBe(true);
    }),
    runs,
  );
});
