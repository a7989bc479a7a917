import type { Area, VectorCase } from "./read-vectors.ts";

export type NotApplicableRow = {
  readonly area: Area;
  /** The op or the model; unset: all of the area. */
  readonly op?: string;
  /** A key that the input has; unset: whatever it has. */
  readonly key?: string;
  /** The value of that key; unset: any but null. */
  readonly value?: unknown;
  readonly reason: string;
};

/** What Billwright has no word for: the one place that says so. */
const rows: readonly NotApplicableRow[] = [
  {
    area: "charge_models",
    op: "windowed_commitment",
    reason: "no price commits an amount per window with a factor for what is above it",
  },
  ...["half_up", "half_even", "nearest"].map(
    (value): NotApplicableRow => ({
      area: "charge_models",
      key: "convert_rounding",
      value,
      reason: "a transform rounds up, down or not at all: what is started counts or does not",
    }),
  ),
  {
    area: "aggregation",
    key: "window",
    value: "minute",
    reason: "usage is cut into hours, days and months",
  },
  {
    area: "proration",
    key: "method",
    value: "fixed_30_day_months",
    reason: "shares are of seconds or of real days (0011)",
  },
  {
    area: "webhooks_stripe",
    op: "shape",
    reason: "a fixture's field types ask nothing that can be computed; the webhook tests send whole objects",
  },
];

const lateUsage = "what was billed before is the engine's own to know: late usage is rated by it";
const noQuestion = "no request asks for it";

/** What a request cannot express, beside those. */
export const apiRows: readonly NotApplicableRow[] = [
  { area: "charge_models", key: "prior_quantity", reason: lateUsage },
  { area: "charge_models", key: "prior_amount", reason: lateUsage },
  { area: "charge_models", key: "already_billed_amount", reason: lateUsage },
  {
    area: "charge_models",
    key: "tier_selection_quantity",
    reason: "a price chooses its tier by what it prices",
  },
  { area: "charge_models", op: "minimum_true_up", reason: "no request states an amount that was used" },
  ...["add_interval", "floor", "boundary_sequence", "elapsed_periods"].map(
    (op): NotApplicableRow => ({ area: "periods", op, reason: noQuestion }),
  ),
  {
    area: "periods",
    op: "previous_period_after_timezone_change",
    reason: "the zone of a subscription does not change by a request",
  },
  { area: "proration", reason: noQuestion },
  { area: "invoices", reason: "no request states discounts, credits and rounding of a made-up invoice" },
  { area: "webhooks_stripe", reason: "the secret of the endpoint is the installation's" },
];

/** Why the case does not apply; null = it does. */
export function notApplicable(
  each: Pick<VectorCase, "area" | "input">,
  more: readonly NotApplicableRow[] = [],
): string | null {
  const { area, input } = each;
  const op = input["op"] ?? input["model"];
  const row = [...rows, ...more].find(
    (known) =>
      known.area === area &&
      (known.op === undefined || known.op === op) &&
      (known.key === undefined || hasKey(input, known.key, known.value)),
  );
  return row?.reason ?? null;
}

function hasKey(input: VectorCase["input"], key: string, value: unknown): boolean {
  const given = input[key];
  return value === undefined ? given !== undefined && given !== null : given === value;
}
