import { Temporal } from "temporal-polyfill";
import { z } from "zod";
import { Decimal, formatDecimal, zero } from "#libs/core/money/decimal.ts";
import { type Adapter, InputUnknown } from "../answer.ts";
import {
  answerChargeModels,
  type ChargeModelInput,
  chargeModelInputs,
  transactionsOf,
} from "../areas/charge-models.ts";
import { priceOfVector, type VectorPrice } from "../areas/price-of-vector.ts";
import { currencyOfAmounts, readInput, roundedAs } from "../areas/read-input.ts";
import type { ApiClient } from "./api-client.ts";

const created = z.object({ id: z.string() });
const preview = z.object({ lines: z.array(z.object({ exact_amount: z.string() })) });

type PricedInput = Exclude<ChargeModelInput, { model: "minimum_true_up" }>;
type Subject = { readonly customer: string; readonly meter: string };

/** The one period that is billed; events lie inside it. */
const period = { start: "2025-01-01T00:00:00Z", end: "2025-02-01T00:00:00Z" };

/** Answers questions about prices by the preview of a subscription to a plan of that price alone. */
export function apiChargeModels(api: ApiClient): Adapter {
  return async (raw) => {
    const { others } = answerChargeModels(raw);
    const input = readInput(chargeModelInputs, raw);
    if (input.model === "minimum_true_up") throw new InputUnknown("used: no request states what was used");
    const subject = { customer: api.newCode("customer"), meter: api.newCode("meter") };
    await api.send("POST", "/v1/customers", { external_id: subject.customer, name: "Conformance" });
    await api.send("POST", "/v1/meters", { code: subject.meter, name: "Conformance", aggregation: "sum" });
    const subscription = await subscribe(api, subject, input);
    await api.send("POST", "/v1/events", eventsOf(subject, input));
    const answer = await api.send("POST", "/v1/invoices/preview", {
      ...{ subscription, period_start: period.start, period_end: period.end },
    });
    const exact = preview
      .parse(answer)
      .lines.reduce((sum, line) => sum.plus(new Decimal(line.exact_amount)), zero);
    const values = { amount: roundedAs(exact, input.rounding) };
    return { values, ...(others === undefined ? {} : { others }) };
  };
}

/** An event for each value, an hour apart: a bucket of its own where hours are rated alone. */
function eventsOf({ customer, meter }: Subject, input: PricedInput) {
  return valuesOf(input).map((value, index) => ({
    ...{ id: `${meter}_${index}`, customer, event_type: meter, value: formatDecimal(value) },
    timestamp: Temporal.Instant.from(period.start).add({ hours: index }).toString(),
  }));
}

function valuesOf(input: PricedInput): readonly Decimal[] {
  if (input.model === "percentage") return transactionsOf(input);
  return input.model === "sum_of_buckets" ? input.bucket_quantities : [input.quantity];
}

async function subscribe(api: ApiClient, subject: Subject, input: PricedInput): Promise<string> {
  const plan = api.newCode("plan");
  const vector = input.model === "sum_of_buckets" ? input.price : input;
  const ratePer = input.model === "sum_of_buckets" ? { rate_per: { window: "hour", group_by: [] } } : {};
  await api.send("POST", "/v1/plans", {
    code: plan,
    name: "Conformance",
    currency: input.currency ?? currencyOfAmounts(...moneyOf(vector)),
    interval: { unit: "month", count: 1 },
    prices: [{ ...priceOfVector(vector), ...ratePer, meter: subject.meter }],
  });
  const subscription = await api.send("POST", "/v1/subscriptions", {
    ...{ customer: subject.customer, plan, timezone: "UTC", anchor: "calendar" },
    ...{ starts_at: period.start, ends_at: period.end },
  });
  return created.parse(subscription).id;
}

/** What a plan states in money, with no more decimals than its currency has. */
function moneyOf(price: VectorPrice): Decimal[] {
  const named = [
    price.minimum,
    price.maximum,
    price.model === "package" ? price.package_amount : undefined,
    price.model === "flat" ? (price.amount ?? price.flat_amount) : undefined,
  ];
  return named.flatMap((amount) => (amount === undefined || amount === null ? [] : [new Decimal(amount)]));
}
