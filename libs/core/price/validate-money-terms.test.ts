import type { ChargeModel, Price } from "./price.ts";
import { validateMoneyTerms } from "./validate-money-terms.ts";
import { validatePlan } from "./validate-price.ts";

const steps = (flatAmount: string) => [
  { upTo: "5", flatAmount: "1" },
  { upTo: null, flatAmount },
];

/** Terms with one amount too fine for the currency, and where it stands. */
const tooFine: [ChargeModel, string, string][] = [
  [{ model: "flat", amount: "49.005" }, "JPY", "flat.amount"],
  [{ model: "flat", amount: "49.0" }, "JPY", "flat.amount"],
  [{ model: "flat", amount: "49.0005" }, "KWD", "flat.amount"],
  [{ model: "package", size: "0.5", amount: "1.005" }, "USD", "package.amount"],
  [{ model: "graduated", tiers: steps("0.001") }, "USD", "graduated.tiers.1.flat_amount"],
  [{ model: "volume", tiers: steps("0.001") }, "USD", "volume.tiers.1.flat_amount"],
  [{ model: "stairstep", tiers: steps("0.001") }, "USD", "stairstep.tiers.1.flat_amount"],
  [
    { model: "graduated_percentage", tiers: [{ upTo: null, rate: "0.123456789012", flatAmount: "0.5" }] },
    "JPY",
    "graduated_percentage.tiers.0.flat_amount",
  ],
  [{ model: "percentage", rate: "1.3", fixedAmount: "0.001" }, "EUR", "percentage.fixed_amount"],
  [{ model: "percentage", rate: "1.3", freeAmount: "0.001" }, "EUR", "percentage.free_amount"],
  [{ model: "percentage", rate: "1.3", minimumPerEvent: "0.001" }, "EUR", "percentage.minimum_per_event"],
  [{ model: "percentage", rate: "1.3", maximumPerEvent: "0.001" }, "EUR", "percentage.maximum_per_event"],
];

test.each(tooFine)(
  "money that its currency cannot express is refused: %j in %s",
  (chargeModel, currency, at) => {
    expect(validateMoneyTerms({ chargeModel }, currency, "prices.0")).toEqual([
      {
        path: `prices.0.${at}`,
        code: "amount_precision",
        message: expect.stringMatching(/^(JPY allows no|\w{3} allows at most \d) decimals, got \d in "/),
      },
    ]);
  },
);

test("the minimum and maximum of a price are money", () => {
  expect(validateMoneyTerms({ minimumAmount: "0.5", maximumAmount: "1.5" }, "JPY", "p")).toMatchObject([
    { path: "p.minimum_amount", message: 'JPY allows no decimals, got 1 in "0.5"' },
    { path: "p.maximum_amount" },
  ]);
});

test.each<ChargeModel>([
  { model: "per_unit", unitAmount: "0.000000000001" },
  { model: "graduated", tiers: [{ upTo: null, unitAmount: "0.000000000001", packageSize: "0.5" }] },
  { model: "percentage", rate: "0.000000000001" },
  { model: "dynamic", amountProperty: "fee" },
  { model: "flat", amount: "49" },
])("rates keep their decimals, and money that fits passes: %j", (chargeModel) => {
  expect(validateMoneyTerms({ chargeModel }, "JPY", "p")).toEqual([]);
});

test("a plan is refused for it where the amount stands, and an amount that is no decimal is told once", () => {
  const price: Price = {
    ...{ code: "base", name: "Base", kind: "recurring", billing: "in_advance", proration: "second" },
    chargeModel: { model: "flat", amount: "49.005" },
  };
  const plan = { code: "p", name: "P", currency: "JPY", interval: { unit: "month", count: 1 } } as const;
  expect(validatePlan({ ...plan, prices: [price] }, "")).toMatchObject([
    { path: "prices.0.flat.amount", code: "amount_precision" },
  ]);
  const wrong: Price = { ...price, chargeModel: { model: "flat", amount: "x" } };
  expect(validatePlan({ ...plan, prices: [wrong] }, "")).toHaveLength(1);
});
