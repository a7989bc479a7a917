import { Temporal } from "temporal-polyfill";
import { z } from "zod";
import type { TimeRange } from "#libs/core/calendar/proration.ts";
import { startOfUnit } from "#libs/core/calendar/start-of-unit.ts";
import { compareInstants } from "#libs/core/calendar/timezone.ts";
import { Decimal } from "#libs/core/money/decimal.ts";
import { aggregateUsage, type CarriedUsage } from "#libs/core/usage/aggregate-usage.ts";
import { countableValue } from "#libs/core/usage/countable-value.ts";
import { splitRepeats } from "#libs/core/usage/event-identity.ts";
import type { Meter, MeteredEvent } from "#libs/core/usage/meter.ts";
import { parseGroup } from "#libs/core/usage/usage-group.ts";
import type { UsageValue } from "#libs/core/usage/usage-value.ts";
import type { Answer, OtherAnswer, Value, Values } from "../answer.ts";
import { decimal, instantOf, readInput, rounding, roundedAs } from "./read-input.ts";

const scalar = z.union([z.string(), z.number(), z.boolean()]);

const event = z.strictObject({
  id: z.string(),
  time: z.string(),
  value: z.union([z.string(), z.number()]).nullish(),
  properties: z.record(z.string(), z.union([scalar, z.null()])).default({}),
  operation: z.string().optional(),
  source: z.string().default(""),
  namespace: z.string().default(""),
  subscription: z.string().optional(),
  customer: z.string().optional(),
});
export type VectorEvent = z.infer<typeof event>;

const filter = z.union([
  z.array(scalar).transform((values) => ({ op: "in" as const, values })),
  z.strictObject({ op: z.enum(["in", "not_in", "exists"]), values: z.array(scalar).default([]) }),
]);

const aggregationInput = z.strictObject({
  op: z.enum(["aggregate", "ingest"]).default("aggregate"),
  aggregation: z
    .enum(["count", "sum", "max", "min", "latest", "unique_count", "weighted_sum", "percentile"])
    .default("count"),
  percentile: z.number().optional(),
  bounds: z
    .string()
    .regex(/[[(]from,\s*to[\])]$/)
    .default("[from,to)"),
  from: z.string().nullish(),
  to: z.string().nullish(),
  timezone: z.string().default("UTC"),
  events: z.array(event),
  filters: z.record(z.string(), filter).default({}),
  group_by: z.array(z.string()).default([]),
  window: z.enum(["hour", "day", "week", "month"]).optional(),
  dedup: z.strictObject({ key: z.array(z.string()).min(1), winner: z.string() }).optional(),
  recurring: z.boolean().default(false),
  initial_value: decimal.nullish(),
  rounding: rounding.optional(),
});
export type AggregationInput = z.infer<typeof aggregationInput>;

const firstInstant = Temporal.Instant.from("1970-01-01T00:00:00Z");
const lastInstant = Temporal.Instant.from("9999-12-31T00:00:00Z");
const carrying: ReadonlySet<Meter["aggregation"]> = new Set(["latest", "unique_count", "weighted_sum"]);

/** Answers questions about usage by `libs/core/usage`. */
export function answerAggregation(raw: unknown): Answer {
  const input = readAggregation(raw);
  const { first, again } = splitRepeats(input.events, identityOf);
  if (input.op === "ingest") return ingestAnswer(input, first, again);
  const others: OtherAnswer[] = [];
  const period = periodOf(input);
  if (input.dedup !== undefined) {
    const values = quantities(input, keptBy(input.dedup, input.events), period);
    others.push({ rule: "first_event_counts", values });
  }
  if (!/\[from,\s*to\)$/.test(input.bounds)) {
    others.push({
      rule: "half_open_windows",
      values: quantities(input, first, boundedBy(input.bounds, period)),
    });
  }
  return { values: quantities(input, first, period), others, timezone: input.timezone };
}

/** Reads an input; a level that is carried in stands for all that came before. Throws InputUnknown. */
export function readAggregation(raw: unknown): AggregationInput {
  const input = readInput(aggregationInput, raw);
  if (input.initial_value === undefined || input.initial_value === null) return input;
  const { start } = periodOf(input);
  const isLater = ({ time }: VectorEvent) => compareInstants(instantOf(time, input.timezone), start) >= 0;
  return { ...input, events: input.events.filter(isLater) };
}

/** A namespace is a tenant: identities of two tenants never meet. */
function identityOf({ namespace, source, id }: VectorEvent) {
  return { source: JSON.stringify([namespace, source]), id };
}

function ingestAnswer(
  input: AggregationInput,
  first: readonly VectorEvent[],
  again: readonly VectorEvent[],
): Answer {
  const list = (events: readonly VectorEvent[]): Value[] => events.map(({ value }) => listedValue(value));
  const values = { accepted: list(first), rejected: [], duplicates: list(again) };
  const others: OtherAnswer[] = [
    { rule: "first_event_counts", values: { accepted: list(first), rejected: list(again) } },
  ];
  if (input.dedup !== undefined) {
    const kept = keptBy(input.dedup, input.events);
    const dropped = input.events.filter((each) => !kept.includes(each));
    others.push({ rule: "first_event_counts", values: { accepted: list(kept), rejected: [] } });
    others.push({ rule: "first_event_counts", values: { accepted: list(kept), rejected: list(dropped) } });
  }
  return { values, others };
}

export function listedValue(value: VectorEvent["value"]): Value {
  if (value === undefined || value === null) return null;
  return /^-?\d+(\.\d+)?$/.test(String(value)) ? new Decimal(value) : String(value);
}

/** The events that another identity keeps, in their order. */
function keptBy(
  { key, winner }: NonNullable<AggregationInput["dedup"]>,
  events: readonly VectorEvent[],
): VectorEvent[] {
  const kept = new Map<string, VectorEvent>();
  for (const each of events) {
    const fields: Readonly<Record<string, unknown>> = { ...each.properties, ...each };
    const identity = JSON.stringify(key.map((name) => fields[name] ?? null));
    if (!kept.has(identity) || winner === "last") kept.set(identity, each);
  }
  return events.filter((each) => [...kept.values()].includes(each));
}

/** State from before a period counts for what carries it; for all else such a meter looks at all of history. */
export function periodOf(input: AggregationInput): TimeRange {
  const { from, to, timezone } = input;
  const isWhole =
    from === undefined || from === null || (input.recurring && !carrying.has(input.aggregation));
  return {
    start: isWhole ? firstInstant : instantOf(from, timezone),
    end: to === undefined || to === null ? lastInstant : instantOf(to, timezone),
  };
}

function boundedBy(bounds: string, { start, end }: TimeRange): TimeRange {
  const isStartOpen = /\(from/.test(bounds);
  return {
    start: isStartOpen ? start.add({ nanoseconds: 1 }) : start,
    end: bounds.endsWith("]") ? end.add({ nanoseconds: 1 }) : end,
  };
}

export function meterOf(input: AggregationInput): Meter {
  const { aggregation } = input;
  const carries = input.recurring || input.from === null || input.initial_value != null;
  return {
    code: "usage",
    name: "Usage",
    eventType: "usage",
    aggregation,
    ...(aggregation === "count" ? {} : { valueProperty: "value" }),
    ...(aggregation === "unique_count" ? { operationProperty: "operation" } : {}),
    ...(input.percentile === undefined ? {} : { percentile: input.percentile }),
    carryOver: carries && carrying.has(aggregation),
    // A level below zero is no quantity that can be billed.
    negative: aggregation === "latest" ? "floor" : "keep",
    filters: Object.entries(input.filters).map(([property, { op, values }]) => {
      return { property, op, ...(op === "exists" ? {} : { values: values.map(String) }) };
    }),
    groupBy: input.group_by,
  };
}

function quantities(input: AggregationInput, events: readonly VectorEvent[], period: TimeRange): Values {
  const meter = meterOf(input);
  const groups = valuesByGroup(meter, events, input.timezone);
  const carried = carriedOf(input);
  const quantity = (values: readonly UsageValue[], range: TimeRange) =>
    roundedAs(aggregateUsage(meter, values, range, carried), input.rounding);
  const isInside = ({ at }: UsageValue) =>
    compareInstants(period.start, at) <= 0 && compareInstants(at, period.end) < 0;
  const present = [...groups].filter(([, values]) => meter.carryOver || values.some(isInside));
  const entries = present.map(([group, values]) => {
    const name = parseGroup(group)
      .map(([, value]) => value)
      .join(",");
    return [name, quantity(values, period)] as const;
  });
  const all = [...groups.values()].flat();
  return {
    ...(meter.groupBy.length === 0
      ? { value: quantity(all, period) }
      : { groups: { record: new Map(entries) } }),
    ...windowValues(input, all, period, quantity),
  };
}

function carriedOf({ initial_value }: AggregationInput): CarriedUsage | undefined {
  if (initial_value === undefined || initial_value === null) return undefined;
  return { level: initial_value, members: new Set() };
}

function valuesByGroup(
  meter: Meter,
  events: readonly VectorEvent[],
  zone: string,
): Map<string, UsageValue[]> {
  const groups = new Map<string, UsageValue[]>(meter.groupBy.length === 0 ? [["", []]] : []);
  for (const each of events) {
    const at = instantOf(each.time, zone);
    const metered = countableValue(meter, meteredEvent(each, at));
    if (metered === null) continue;
    const { group, ...value } = metered;
    groups.set(group, [...(groups.get(group) ?? []), { id: each.id, at, ...value }]);
  }
  return groups;
}

function meteredEvent(each: VectorEvent, at: Temporal.Instant): MeteredEvent {
  return {
    id: each.id,
    source: each.source,
    eventType: "usage",
    timestamp: at.toString(),
    value: null,
    properties: {
      ...each.properties,
      ...(each.value === undefined || each.value === null ? {} : { value: each.value }),
      ...(each.operation === undefined ? {} : { operation: each.operation }),
    },
  };
}

/** By start, for each window that holds an event. */
function windowValues(
  input: AggregationInput,
  values: readonly UsageValue[],
  period: TimeRange,
  quantity: (values: readonly UsageValue[], range: TimeRange) => Decimal,
): Values {
  const { window, timezone } = input;
  if (window === undefined) return {};
  const starts = new Map<string, Temporal.Instant>();
  for (const { at } of values) {
    if (compareInstants(at, period.start) < 0 || compareInstants(at, period.end) >= 0) continue;
    const start = startOfUnit(at, window, timezone);
    starts.set(start.toString(), start);
  }
  const inOrder = [...starts.values()].sort(compareInstants);
  const series = inOrder.map((start) => {
    const next = start
      .toZonedDateTimeISO(timezone)
      .add({ [`${window}s`]: 1 })
      .toInstant();
    const end = compareInstants(next, period.end) < 0 ? next : period.end;
    const cut = compareInstants(start, period.start) < 0 ? period.start : start;
    return { start, end: next, value: quantity(values, { start: cut, end }) };
  });
  return { windows: { series } };
}
