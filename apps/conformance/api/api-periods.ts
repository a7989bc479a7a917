import { Temporal } from "temporal-polyfill";
import { z } from "zod";
import type { TimeRange } from "#libs/core/calendar/proration.ts";
import { instantToLocal } from "#libs/core/calendar/timezone.ts";
import { type Adapter, InputUnknown, type Values } from "../answer.ts";
import {
  answerPeriods,
  arrearsValues,
  hasStart,
  type PeriodsQuestion,
  periodsQuestion,
} from "../areas/periods.ts";
import type { ApiClient } from "./api-client.ts";

const created = z.object({ id: z.string() });
const preview = z.object({
  period_start: z.string(),
  period_end: z.string(),
  lines: z.array(
    z.object({ proration: z.object({ numerator: z.string(), denominator: z.string() }).nullable() }),
  ),
});

/** A period as a preview shows it, and whether it is a part of a longer one. */
type Shown = TimeRange & { readonly isStub: boolean };

/** Answers questions about periods by the previews of a subscription of their own. */
export function apiPeriods(api: ApiClient): Adapter {
  return async (raw) => {
    const question = periodsQuestion(raw);
    const { others, timezone } = answerPeriods(raw);
    const values = await valuesOf(api, question);
    return {
      values,
      ...(others === undefined ? {} : { others }),
      ...(timezone === undefined ? {} : { timezone }),
    };
  };
}

async function valuesOf(api: ApiClient, question: PeriodsQuestion): Promise<Values> {
  const { op } = question.input;
  const at = op === "next_boundary" || op === "first_boundary" ? startOf(question) : question.time("at");
  if (at === null) throw new InputUnknown("at: is required");
  const subscription = await subscribe(api, question, at);
  const holding = await show(api, subscription, at);
  const { start, end } = holding;
  switch (op) {
    case "containing_period":
    case "next_boundary":
      return { start, end };
    case "first_boundary":
      return { result: holding.isStub ? end : start };
    case "previous_period": {
      const before = await show(api, subscription, start.subtract({ seconds: 1 }));
      return { start: before.start, end: before.end };
    }
    case "arrears_due":
      return arrearsValues(holding, at, question.time("subscription_end"));
    default:
      throw new InputUnknown(`op: ${op} is no question to a subscription`);
  }
}

function startOf({ time }: PeriodsQuestion): Temporal.Instant | null {
  return time("service_start") ?? time("start");
}

/** Without a start of its own the subscription starts so long before that the periods asked for are whole. */
async function subscribe(api: ApiClient, question: PeriodsQuestion, at: Temporal.Instant): Promise<string> {
  const { input, zone } = question;
  const plan = api.newCode("plan");
  const customer = api.newCode("customer");
  const interval = { unit: input.interval, count: input.interval_count };
  const price = { code: "fee", name: "Fee", kind: "recurring", proration: "day" };
  await api.send("POST", "/v1/plans", {
    code: plan,
    name: "Conformance",
    currency: "USD",
    interval,
    prices: [{ ...price, charge_model: "flat", flat: { amount: "1.00" } }],
  });
  await api.send("POST", "/v1/customers", { external_id: customer, name: "Conformance" });
  const isNamed = hasStart(question) || input.op === "next_boundary";
  const startsAt = (isNamed ? startOf(question) : null) ?? shifted(at, question, -3);
  const endsAt = question.time("subscription_end") ?? shifted(at, question, 3);
  const subscription = await api.send("POST", "/v1/subscriptions", {
    ...{ customer, plan, timezone: zone, anchor: anchorOf(question, startsAt) },
    ...{ starts_at: startsAt.toString(), ends_at: endsAt.toString() },
  });
  return created.parse(subscription).id;
}

function anchorOf({ input, time, zone }: PeriodsQuestion, startsAt: Temporal.Instant) {
  if (input.alignment === "calendar") return "calendar";
  if (input.alignment === "billing_day") return { day: input.billing_day };
  return instantToLocal(time("anchor") ?? startsAt, zone).toString();
}

function shifted(at: Temporal.Instant, { input, zone }: PeriodsQuestion, times: number): Temporal.Instant {
  const { unit, size } = {
    day: { unit: "days", size: 1 },
    week: { unit: "weeks", size: 1 },
    month: { unit: "months", size: 1 },
    quarter: { unit: "months", size: 3 },
    half_year: { unit: "months", size: 6 },
    year: { unit: "years", size: 1 },
  }[input.interval ?? "month"];
  const distance = { [unit]: size * Math.max(1, input.interval_count) * times };
  return at.toZonedDateTimeISO(zone).add(Temporal.Duration.from(distance)).toInstant();
}

async function show(api: ApiClient, subscription: string, at: Temporal.Instant): Promise<Shown> {
  const answer = await api.send("POST", "/v1/invoices/preview", { subscription, as_of: at.toString() });
  const { period_start, period_end, lines } = preview.parse(answer);
  return {
    start: Temporal.Instant.from(period_start),
    end: Temporal.Instant.from(period_end),
    isStub: lines.some(
      ({ proration }) => proration !== null && proration.numerator !== proration.denominator,
    ),
  };
}
