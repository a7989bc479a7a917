import type { Area } from "./read-vectors.ts";
import { coreRespondent, runVectors } from "./run-vectors.ts";

/** Forms that the format names and few or no stored cases have; `differ` proves that the value is looked at. */
const forms: readonly (readonly [area: Area, input: object, expected: object, verdict: string])[] = [
  ["periods", arrears({ at: "2026-03-20T00:00:00Z" }), { billed_until: "2026-03-15T00:00:00Z" }, "agree"],
  ["periods", arrears({ at: "2026-03-15T00:00:00Z" }), { next_boundary: "2026-04-15T00:00:00Z" }, "agree"],
  [
    "periods",
    arrears({ at: "2026-03-20T00:00:00Z", service_end: "2026-03-18T00:00:00Z" }),
    { billed_until: "2026-03-18T00:00:00Z" },
    "agree",
  ],
  [
    "periods",
    {
      op: "boundary_sequence",
      service_start: "2026-01-10T00:00:00Z",
      billing_day: 31,
      interval: "month",
      alignment: "billing_day",
      count: 2,
    },
    { boundaries: ["2026-01-31T00:00:00Z", "2026-02-28T00:00:00Z"] },
    "agree",
  ],
  [
    "periods",
    { op: "add_interval", from: "2026-01-31", interval: "month", interval_count: 0 },
    { error: "invalid_interval_count" },
    "agree",
  ],
  [
    "periods",
    { op: "floor", unit: "quarter", timezone: "Europe/Berlin", at: "2026-05-05T00:00:00Z" },
    { result: "2026-04-01T00:00:00" },
    "agree",
  ],
  [
    "proration",
    {
      op: "plan_change_seconds",
      period_start: "2026-01-01T00:00:00Z",
      period_end: "2026-02-01T00:00:00Z",
      change_at: "2026-01-16T12:00:00Z",
      old: { amount: "31" },
      new: { unit_amount: "62", quantity: "1" },
      rounding: { mode: "half_up", scale: 2 },
    },
    { credit: "-15.50", charge: "31.00", net: "15.50" },
    "agree",
  ],
  [
    "proration",
    {
      op: "one_time_on_change",
      method: "day_based_half_open",
      period_start: "2026-01-01",
      period_end: "2026-02-01",
      change_on: "2026-01-16",
      new: { amount: "99" },
    },
    { charge: "99.00" },
    "agree",
  ],
  [
    "proration",
    { op: "share", method: "by_moon", amount: "1", fraction: "1/2" },
    { amount: "0.5" },
    "differ",
  ],
  ["proration", { op: "remaining_share", method: "fixed_30_day_months" }, { amount: "0.5" }, "n/a"],
  [
    "invoices",
    { op: "round", amount: "1.225", rounding: { mode: "half_even", scale: 2 } },
    { amount: "1.22" },
    "agree",
  ],
  [
    "invoices",
    { op: "round", amount: "1.225", rounding: { mode: "half_down", scale: 2 } },
    { amount: "1.22" },
    "differ",
  ],
  [
    "proration",
    {
      op: "share_of_period",
      method: "day_based_half_open",
      amount: "31",
      billed_from: "2026-02-05",
      billed_to: "2026-02-01",
      period_start: "2026-01-01",
      period_end: "2026-02-01",
    },
    { fraction: "0/31", amount: "0" },
    "agree",
  ],
  ["invoices", { op: "currency_exponent", currency: "jpy" }, { scale: 0 }, "agree"],
  [
    "charge_models",
    {
      model: "per_unit",
      quantity: "15",
      unit_amount: "1",
      convert_divide_by: "10",
      convert_rounding: "half_up",
    },
    { amount: "2" },
    "n/a",
  ],
  [
    "charge_models",
    {
      model: "volume",
      quantity: "10",
      tier_selection_quantity: "150",
      tiers: [
        { up_to: "100", unit_amount: "1" },
        { up_to: null, unit_amount: "0.5" },
      ],
    },
    { amount: "5" },
    "agree",
  ],
  ["charge_models", { model: "percentage", quantity: "200", percent: "1.5" }, { amount: "3" }, "agree"],
  [
    "charge_models",
    { model: "minimum_true_up", minimum: "10", used: "7.004", rounding: { mode: "half_up", scale: 2 } },
    { amount: "3.00" },
    "agree",
  ],
  ["invoices", sum("round_then_sum"), { amount: "20.66" }, "agree"],
  ["invoices", sum("sum_then_round"), { amount: "20.67" }, "by decision"],
  ["invoices", sum("sum_then_round"), { amount: "20.68" }, "differ"],
  ["invoices", { op: "currency_exponent", currency: "KWD" }, { scale: 3 }, "agree"],
  ["invoices", { op: "currency_exponent", currency: "ZZZ" }, { scale: 2 }, "by decision"],
  ["invoices", { op: "provider_minor_units", currency: "UGX", amount: "5" }, { minor_units: "500" }, "agree"],
  [
    "invoices",
    { op: "provider_minor_units", currency: "KWD", amount: "5.12" },
    { minor_units: "5120" },
    "agree",
  ],
  [
    "invoices",
    { op: "provider_minor_units", currency: "KWD", amount: "5.124" },
    { minor_units: "5120" },
    "by decision",
  ],
  ["aggregation", usage({ aggregation: "min" }), { value: "1" }, "agree"],
  ["aggregation", usage({ aggregation: "percentile", percentile: 50 }), { value: "2" }, "agree"],
  [
    "aggregation",
    usage({ aggregation: "latest", from: "2026-01-04T00:00:00Z", recurring: true }),
    { value: "4" },
    "agree",
  ],
  [
    "aggregation",
    usage({ aggregation: "weighted_sum", from: "2026-01-03T00:00:00Z", initial_value: "5" }),
    { value: "9" },
    "agree",
  ],
  ["aggregation", usage({ bounds: "closed_[from,to]" }), { value: "3" }, "agree"],
  ["aggregation", usage({ to: "2026-01-03T00:00:00Z" }), { value: "2" }, "agree"],
  [
    "aggregation",
    usage({ to: "2026-01-03T00:00:00Z", bounds: "closed_[from,to]" }),
    { value: "3" },
    "by decision",
  ],
  ["aggregation", usage({ window: "day", aggregation: "sum" }), { windows: ["1", "2", "4"] }, "agree"],
  [
    "aggregation",
    usage({ window: "day", aggregation: "sum" }),
    { windows: { "2026-01-01T00:00:00Z": "1", "2026-01-02T00:00:00Z": "2", "2026-01-03T00:00:00Z": "4" } },
    "agree",
  ],
  ["aggregation", usage({ window: "day", aggregation: "sum" }), { windows: ["1", "2", "5"] }, "differ"],
  [
    "webhooks_stripe",
    { op: "verify_signature", payload: "{}", secret: "whsec_x", header: null, received_at: 1 },
    { valid: false },
    "agree",
  ],
];

function arrears(more: object) {
  return {
    op: "arrears_due",
    service_start: "2026-01-20T00:00:00Z",
    billing_day: 15,
    interval: "month",
    alignment: "billing_day",
    ...more,
  };
}

function sum(order: string) {
  return {
    op: "sum_rounding",
    amounts: ["10.333", "10.333"],
    rounding: { mode: "half_up", scale: 2 },
    order,
  };
}

function usage(more: object) {
  const events = ["1", "2", "4"].map((value, index) => ({
    id: value,
    time: `2026-01-0${index + 1}T00:00:00Z`,
    value,
  }));
  return {
    op: "aggregate",
    aggregation: "count",
    from: "2026-01-01T00:00:00Z",
    to: "2026-01-05T00:00:00Z",
    events,
    ...more,
  };
}

test.each(forms)("%s: %j expects %j: %s", async (area, input, expected, verdict) => {
  const each = { area, id: "made", input: { ...input }, expected: { ...expected } };
  const [judged] = await runVectors([each], coreRespondent, { mutate: false });
  expect(judged?.verdict.verdict).toBe(verdict);
});
