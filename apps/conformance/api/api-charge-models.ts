import { z } from "zod";
import { Decimal, formatDecimal, zero } from "#libs/core/money/decimal.ts";
import type { Adapter } from "../answer.ts";
import { answerChargeModels, type ChargeModelInput, chargeModelInputs } from "../areas/charge-models.ts";
import { priceOfVector } from "../areas/price-of-vector.ts";
import { currencyOfAmounts, readInput, roundedAs } from "../areas/read-input.ts";
import type { ApiClient } from "./api-client.ts";

const created = z.object({ id: z.string() });
const preview = z.object({ lines: z.array(z.object({ exact_amount: z.string() })) });

/** The one period that is billed; events lie inside it. */
const period = { start: "2025-01-01T00:00:00Z", end: "2025-02-01T00:00:00Z" };

/** Answers questions about prices by the preview of a subscription to a plan of that price alone. */
export function apiChargeModels(api: ApiClient): Adapter {
  return async (raw) => {
    const { others } = answerChargeModels(raw);
    const input = readInput(chargeModelInputs, raw);
    const subject = { customer: api.newCode("customer"), meter: api.newCode("meter") };
    await api.send("POST", "/v1/customers", { external_id: subject.customer, name: "Conformance" });
    await api.send("POST", "/v1/meters", { code: subject.meter, name: "Conformance", aggregation: "sum" });
    const subscription = await subscribe(api, subject, input);
    await api.send("POST", "/v1/events", {
      ...{ id: subject.meter, customer: subject.customer, event_type: subject.meter },
      ...{ timestamp: "2025-01-15T00:00:00Z", value: formatDecimal(input.quantity) },
    });
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

async function subscribe(
  api: ApiClient,
  subject: { readonly customer: string; readonly meter: string },
  input: ChargeModelInput,
): Promise<string> {
  const plan = api.newCode("plan");
  await api.send("POST", "/v1/plans", {
    code: plan,
    name: "Conformance",
    currency: input.currency ?? currencyOfAmounts(...moneyOf(input)),
    interval: { unit: "month", count: 1 },
    prices: [{ ...priceOfVector(input), meter: subject.meter }],
  });
  const subscription = await api.send("POST", "/v1/subscriptions", {
    ...{ customer: subject.customer, plan, timezone: "UTC", anchor: "calendar" },
    ...{ starts_at: period.start, ends_at: period.end },
  });
  return created.parse(subscription).id;
}

/** What a plan states in money, with no more decimals than its currency has. */
function moneyOf(input: ChargeModelInput): Decimal[] {
  const named = [
    input.minimum,
    input.maximum,
    input.model === "package" ? input.package_amount : undefined,
    input.model === "flat" ? input.amount : undefined,
  ];
  return named.flatMap((amount) => (amount === undefined || amount === null ? [] : [new Decimal(amount)]));
}
