import type { Temporal } from "temporal-polyfill";
import { z } from "zod";
import type { TimeRange } from "#libs/core/calendar/proration.ts";
import { Decimal, formatDecimal } from "#libs/core/money/decimal.ts";
import type { Meter } from "#libs/core/usage/meter.ts";
import { parseGroup } from "#libs/core/usage/usage-group.ts";
import { type Adapter, InputUnknown, type Value, type Values } from "../answer.ts";
import {
  type AggregationInput,
  answerAggregation,
  listedValue,
  meterOf,
  periodOf,
  readAggregation,
  type VectorEvent,
} from "../areas/aggregation.ts";
import { instantOf, roundedAs } from "../areas/read-input.ts";
import type { ApiClient } from "./api-client.ts";

const ingested = z.object({ accepted: z.number(), rejected: z.array(z.unknown()) });
const usage = z.object({
  data: z.array(z.object({ start: z.string(), end: z.string(), group: z.string(), quantity: z.string() })),
});

type Subject = { readonly customer: string; readonly meter: string };

/** Answers questions about usage by a meter, a customer and events of their own. */
export function apiAggregation(api: ApiClient): Adapter {
  return async (raw) => {
    const answer = answerAggregation(raw);
    const input = readAggregation(raw);
    const subject = { customer: api.newCode("customer"), meter: api.newCode("meter") };
    await api.send("POST", "/v1/customers", { external_id: subject.customer, name: "Conformance" });
    await api.send("POST", "/v1/meters", meterBody(subject.meter, meterOf(input)));
    if (input.op === "ingest") return { ...answer, values: await acceptance(api, subject, input) };
    for (const each of [...carriedIn(input), ...input.events])
      await api.send("POST", "/v1/events", eventBody(subject, each, input));
    return { ...answer, values: await quantities(api, subject, input) };
  };
}

/** A level carried in is an event before the period. */
function carriedIn(input: AggregationInput): VectorEvent[] {
  const { initial_value: level } = input;
  if (level === undefined || level === null) return [];
  const time = periodOf(input).start.subtract({ seconds: 1 }).toString();
  return [{ id: "carried in", time, value: formatDecimal(level), properties: {}, source: "", namespace: "" }];
}

function meterBody(code: string, meter: Meter) {
  return {
    code,
    name: "Conformance",
    aggregation: meter.aggregation,
    value_property: meter.valueProperty ?? null,
    percentile: meter.percentile ?? null,
    operation_property: meter.operationProperty ?? null,
    carry_over: meter.carryOver,
    negative: meter.negative,
    filters: meter.filters,
    group_by: meter.groupBy,
  };
}

function eventBody({ customer, meter }: Subject, each: VectorEvent, { timezone }: AggregationInput) {
  const value = each.value ?? undefined;
  return {
    id: each.id,
    // Identities are the tenant's; the meter keeps those of two cases apart.
    source: JSON.stringify([meter, each.namespace, each.source]),
    event_type: meter,
    customer,
    timestamp: instantOf(each.time, timezone).toString(),
    properties: {
      ...each.properties,
      ...(value === undefined ? {} : { value }),
      ...(each.operation === undefined ? {} : { operation: each.operation }),
    },
  };
}

async function acceptance(api: ApiClient, subject: Subject, input: AggregationInput): Promise<Values> {
  const lists: Record<"accepted" | "rejected" | "duplicates", Value[]> = {
    accepted: [],
    rejected: [],
    duplicates: [],
  };
  for (const each of input.events) {
    const answer = ingested.parse(await api.send("POST", "/v1/events", eventBody(subject, each, input)));
    const list =
      answer.accepted === 1 ? "accepted" : answer.rejected.length === 1 ? "rejected" : "duplicates";
    lists[list].push(listedValue(each.value));
  }
  return lists;
}

async function quantities(api: ApiClient, subject: Subject, input: AggregationInput): Promise<Values> {
  const { window, timezone, group_by } = input;
  const read = async (more: Readonly<Record<string, string>>) => {
    const query = new URLSearchParams({ ...subject, ...rangeQuery(periodOf(input), input), ...more });
    return usage.parse(await api.send("GET", `/v1/usage?${query.toString()}`)).data;
  };
  const quantity = (text: string) => roundedAs(new Decimal(text), input.rounding);
  const whole = await read({});
  const groups = whole.map((each) => [groupName(each.group), quantity(each.quantity)] as const);
  const [single] = whole;
  const values: Values =
    group_by.length > 0
      ? { groups: { record: new Map(groups) } }
      : { value: quantity(single === undefined ? "0" : single.quantity) };
  if (window === undefined) return values;
  if (window === "week") throw new InputUnknown("window: usage is not cut into weeks");
  const cut = await read({ window, timezone, group_by: "" });
  const series = cut
    .filter((each) => each.quantity !== "0")
    .map((each) => ({
      start: instantOf(each.start, timezone),
      end: instantOf(each.end, timezone),
      value: quantity(each.quantity),
    }));
  return { ...values, windows: { series } };
}

function groupName(group: string): string {
  return parseGroup(group)
    .map(([, value]) => value)
    .join(",");
}

/** Without an end: after the last event. */
function rangeQuery({ start, end }: TimeRange, input: AggregationInput): Record<"from" | "to", string> {
  const times = input.events.map((each) => instantOf(each.time, input.timezone));
  const isOpen = input.to === undefined || input.to === null;
  return { from: start.toString(), to: (isOpen ? afterAll(times, start) : end).toString() };
}

function afterAll(times: readonly Temporal.Instant[], start: Temporal.Instant): Temporal.Instant {
  const last = Math.max(start.epochMilliseconds, ...times.map((time) => time.epochMilliseconds));
  return start.add({ milliseconds: last - start.epochMilliseconds + 1 });
}
