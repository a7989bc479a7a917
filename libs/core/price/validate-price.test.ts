import { chargeModelCatalog, chargeModelOf } from "./charge-model-catalog.ts";
import type { Plan } from "./plan.ts";
import type { ChargeModel, Price, Tier } from "./price.ts";
import { validatePlan, validatePrice } from "./validate-price.ts";

const seats: Price = {
  code: "seats",
  name: "Seats",
  kind: "recurring",
  billing: "in_advance",
  proration: "second",
  chargeModel: { model: "per_unit", unitAmount: "0.000000000001" },
  quantity: "5",
};
const calls: Price = {
  code: "calls",
  name: "Calls",
  kind: "usage",
  meter: "calls",
  billing: "in_arrears",
  proration: "none",
  chargeModel: {
    model: "graduated",
    tiers: [
      { upTo: "10", unitAmount: "1" },
      { upTo: null, flatAmount: "2" },
    ],
  },
  includedUnits: "3",
  minimumAmount: "1",
  maximumAmount: "1",
};
const setup: Price = {
  code: "setup",
  name: "Setup",
  kind: "one_time",
  billing: "in_advance",
  proration: "none",
  chargeModel: { model: "flat", amount: "99.99" },
};
const plan: Plan = {
  code: "pro",
  name: "Pro",
  currency: "USD",
  interval: { unit: "month", count: 1 },
  trialDays: 14,
  minimumCommitment: "100.00",
  prices: [seats, calls, setup],
};

function withTiers(tiers: readonly Tier[]): Price {
  return { ...calls, chargeModel: { model: "volume", tiers } };
}

test("a good plan has nothing wrong", () => expect(validatePlan(plan, "")).toEqual([]));

test("every charge model is in the catalogue under its own name", () => {
  for (const [name, definition] of Object.entries(chargeModelCatalog)) expect(definition.model).toBe(name);
  expect(chargeModelOf("package").model).toBe("package");
});

test.each<[string, Price, string, string]>([
  ["usage without meter", { ...withoutMeter(calls) }, "p.meter", "price_meter_missing"],
  ["usage in advance", { ...calls, billing: "in_advance" }, "p.billing", "price_usage_in_advance"],
  ["recurring with meter", { ...seats, meter: "calls" }, "p.meter", "price_meter_unexpected"],
  [
    "one_time with interval",
    { ...setup, interval: { unit: "day", count: 1 } },
    "p.interval",
    "price_interval_unexpected",
  ],
  [
    "interval of 0",
    { ...seats, interval: { unit: "day", count: 0 } },
    "p.interval.count",
    "invalid_interval_count",
  ],
  [
    "interval of 1.5",
    { ...seats, interval: { unit: "day", count: 1.5 } },
    "p.interval.count",
    "invalid_interval_count",
  ],
  ["no code", { ...seats, code: " " }, "p.code", "text_empty"],
  ["13 decimals", perUnit("0.0000000000001"), "p.per_unit.unit_amount", "decimal_precision"],
  ["16 digits", perUnit("1000000000000000"), "p.per_unit.unit_amount", "decimal_out_of_range"],
  ["a negative amount", perUnit("-1"), "p.per_unit.unit_amount", "decimal_negative"],
  ["an exponent", perUnit("1e3"), "p.per_unit.unit_amount", "decimal_syntax"],
  [
    "a package of 0",
    model({ model: "package", size: "0", amount: "1" }),
    "p.package.size",
    "decimal_not_positive",
  ],
  ["quantity of usage", { ...calls, quantity: "1" }, "p.quantity", "price_quantity_unexpected"],
  ["quantity of flat", { ...setup, quantity: "1" }, "p.quantity", "price_quantity_unexpected"],
  [
    "included units of flat",
    { ...setup, includedUnits: "1" },
    "p.included_units",
    "price_included_units_unexpected",
  ],
  [
    "maximum below minimum",
    { ...calls, minimumAmount: "2" },
    "p.maximum_amount",
    "price_maximum_below_minimum",
  ],
  [
    "a percentage that is no usage",
    model({ model: "percentage", rate: "1" }),
    "p.charge_model",
    "price_model_needs_usage",
  ],
  ["a negative percent", usage({ model: "percentage", rate: "-1" }), "p.percentage.rate", "decimal_negative"],
  [
    "half a free event",
    usage({ model: "percentage", rate: "1", freeEvents: 0.5 }),
    "p.percentage.free_events",
    "price_free_events_invalid",
  ],
  [
    "a maximum per event below the minimum",
    usage({ model: "percentage", rate: "1", minimumPerEvent: "2", maximumPerEvent: "1" }),
    "p.percentage.maximum_per_event",
    "price_maximum_below_minimum",
  ],
  [
    "no amount property",
    usage({ model: "dynamic", amountProperty: " " }),
    "p.dynamic.amount_property",
    "text_empty",
  ],
  [
    "a bounded last step",
    usage({ model: "stairstep", tiers: [{ upTo: "5", flatAmount: "1" }] }),
    "p.stairstep.tiers.0.up_to",
    "price_tiers_bounded",
  ],
  [
    "a bad percent in the second tier",
    usage({
      model: "graduated_percentage",
      tiers: [
        { upTo: "5", rate: "1" },
        { upTo: null, rate: "x" },
      ],
    }),
    "p.graduated_percentage.tiers.1.rate",
    "decimal_syntax",
  ],
  [
    "an included mode without units",
    { ...withoutIncluded(calls), includedMode: "free_tier" },
    "p.included_mode",
    "price_included_units_missing",
  ],
  [
    "included units of a percentage",
    usage({ model: "percentage", rate: "1" }, { includedUnits: "1" }),
    "p.included_units",
    "price_included_units_unexpected",
  ],
  [
    "a division by 0",
    { ...calls, transformQuantity: { divideBy: "0", round: "up" } },
    "p.transform_quantity.divide_by",
    "decimal_not_positive",
  ],
  [
    "a transform of a flat amount",
    { ...setup, transformQuantity: { divideBy: "10", round: "up" } },
    "p.transform_quantity",
    "price_transform_unexpected",
  ],
  [
    "windows of seats",
    { ...seats, ratePer: { window: "day", groupBy: [] } },
    "p.rate_per",
    "price_rate_per_unexpected",
  ],
  [
    "windows of single events",
    usage({ model: "dynamic", amountProperty: "fee" }, { ratePer: { window: "day", groupBy: [] } }),
    "p.rate_per",
    "price_rate_per_unexpected",
  ],
  [
    "rate_per that says nothing",
    { ...calls, ratePer: { window: null, groupBy: [] } },
    "p.rate_per",
    "price_rate_per_unexpected",
  ],
  [
    "a group twice",
    { ...calls, ratePer: { window: null, groupBy: ["region", "region"] } },
    "p.rate_per.group_by.1",
    "price_group_by_invalid",
  ],
])("a price with %s is refused", (_what, price, path, code) => {
  expect(validatePrice(price, "p")).toEqual([expect.objectContaining({ path, code })]);
});

test.each<[string, Tier[], string, string, string]>([
  ["no tier", [], "p.volume.tiers", "price_tiers_empty", "at least one"],
  [
    "the last bounded",
    [{ upTo: "5", unitAmount: "1" }],
    "p.volume.tiers.0.up_to",
    "price_tiers_bounded",
    "tier 1 of 1",
  ],
  [
    "two unbounded",
    [
      { upTo: null, unitAmount: "1" },
      { upTo: null, unitAmount: "1" },
    ],
    "p.volume.tiers.0.up_to",
    "price_tiers_unbounded",
    "tier 1 of 2",
  ],
  [
    "equal bounds",
    [
      { upTo: "5", unitAmount: "1" },
      { upTo: "5.0", unitAmount: "1" },
      { upTo: null, unitAmount: "1" },
    ],
    "p.volume.tiers.1.up_to",
    "price_tiers_not_ascending",
    "tier 2 of 3 must end above 5",
  ],
  [
    "a bound of 0",
    [
      { upTo: "0", unitAmount: "1" },
      { upTo: null, unitAmount: "1" },
    ],
    "p.volume.tiers.0.up_to",
    "decimal_not_positive",
    "more than 0",
  ],
  ["a tier without terms", [{ upTo: null }], "p.volume.tiers.0", "price_tier_empty", "tier 1 of 1"],
  [
    "packages without price",
    [{ upTo: null, flatAmount: "1", packageSize: "5" }],
    "p.volume.tiers.0.unit_amount",
    "price_tier_empty",
    "package_size",
  ],
])("tiers with %s are refused, naming the tier", (_what, tiers, path, code, message) => {
  const places = validatePrice(withTiers(tiers), "p");
  expect(places).toEqual([
    expect.objectContaining({ path, code, message: expect.stringContaining(message) }),
  ]);
  if (tiers.length > 0) expect(places[0]?.message).toMatch(/^tier \d of \d/);
});

test.each<[string, Partial<Plan>, string, string]>([
  ["an unknown currency", { currency: "usd" }, "currency", "currency_unknown"],
  ["no price", { prices: [] }, "prices", "plan_prices_empty"],
  ["two prices of one code", { prices: [seats, seats] }, "prices.1.code", "price_code_duplicate"],
  ["a bad price", { prices: [{ ...seats, name: "" }] }, "prices.0.name", "text_empty"],
  ["half a trial day", { trialDays: 0.5 }, "trial_days", "plan_trial_days_invalid"],
  ["a commitment of half a cent", { minimumCommitment: "0.005" }, "minimum_commitment", "amount_precision"],
  ["a negative maximum", { maximumAmount: "-1" }, "maximum_amount", "decimal_negative"],
  ["a maximum below the minimum", { maximumAmount: "99.99" }, "maximum_amount", "plan_maximum_below_minimum"],
])("a plan with %s is refused", (_what, terms, path, code) => {
  expect(validatePlan({ ...plan, ...terms }, "")).toContainEqual(expect.objectContaining({ path, code }));
});

function withoutMeter({ meter: _meter, ...price }: Price): Price {
  return price;
}

function withoutIncluded({ includedUnits: _included, ...price }: Price): Price {
  return price;
}

function usage(chargeModel: ChargeModel, terms: Partial<Price> = {}): Price {
  return { ...withoutIncluded(calls), chargeModel, ...terms };
}

function model(chargeModel: ChargeModel): Price {
  return { ...setup, chargeModel };
}

function perUnit(unitAmount: string): Price {
  return model({ model: "per_unit", unitAmount });
}
