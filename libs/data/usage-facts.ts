import type { TimeRange } from "#libs/core/calendar/proration.ts";
import { Decimal } from "#libs/core/money/decimal.ts";
import { countableValue } from "#libs/core/usage/countable-value.ts";
import type { Meter, MeteredEvent } from "#libs/core/usage/meter.ts";
import {
  bucketOf,
  hourOf,
  isBucketed,
  mergeBuckets,
  type UsageBucket,
} from "#libs/core/usage/usage-bucket.ts";
import type { UsageValue } from "#libs/core/usage/usage-value.ts";
import { splitWindow } from "#libs/core/usage/usage-window.ts";
import { Temporal } from "temporal-polyfill";
import { type TenantTx, toInstant } from "./database.ts";

/** One window `[start, end)` of one customer and meter. `subscriptionId` null: events of every subscription. */
export type UsageQuery = {
  readonly key: string;
  readonly customerId: string;
  readonly subscriptionId: string | null;
  readonly meter: Meter & { readonly id: string };
  readonly start: Temporal.Instant;
  readonly end: Temporal.Instant;
  /** Reads every event even where buckets would do; with the amount each holds in `amountProperty`, unless null. */
  readonly singleEvents?: { readonly amountProperty: string | null };
};

/** What is known of one group of one query. */
export type UsageFacts = {
  /** Of the events inside the window; bucketed aggregations only. */
  bucket: UsageBucket | null;
  /** Of the last events before the window; `latest` with `carry_over` only. */
  carried: UsageBucket | null;
  /** Single events, with those before the window for a meter with `carry_over`; the other aggregations only. */
  readonly values: UsageValue[];
};

/** False where single events are read instead. */
function readsBuckets({ meter, singleEvents }: UsageQuery): boolean {
  return singleEvents === undefined && isBucketed(meter.aggregation);
}

const beginning = Temporal.Instant.from("1900-01-01T00:00:00Z");
const noSubscription = "00000000-0000-0000-0000-000000000000";

/**
 * The facts of hundreds of queries in at most three statements: whole UTC hours from buckets, the cut hours at the
 * ends, and aggregations that buckets cannot answer, from single events. By query (same order), then by group.
 * Lateral with `offset 0`: one index range per query, whatever the planner believes of tables it has not analyzed yet.
 */
export async function loadUsageFacts(
  tx: TenantTx,
  queries: readonly UsageQuery[],
): Promise<Map<string, UsageFacts>[]> {
  const found = queries.map(() => new Map<string, UsageFacts>());
  await addWholeHours(tx, queries, found);
  await addSingleEvents(tx, queries, found, singleEventWindows);
  await addCarried(tx, queries, found);
  return found;
}

/** As `loadUsageFacts`, from single events alone: what proves that the buckets, and what was made of them, are right. */
export async function loadEventFacts(
  tx: TenantTx,
  queries: readonly UsageQuery[],
): Promise<Map<string, UsageFacts>[]> {
  const found = queries.map(() => new Map<string, UsageFacts>());
  await addSingleEvents(tx, queries, found, ({ meter, start, end }) =>
    Temporal.Instant.compare(start, end) < 0 ? [{ start: meter.carryOver ? beginning : start, end }] : [],
  );
  return found;
}

type Windows = (query: UsageQuery) => readonly TimeRange[];

function factsOf(groups: Map<string, UsageFacts> | undefined, group: string): UsageFacts {
  const known = groups?.get(group);
  if (known) return known;
  const facts: UsageFacts = { bucket: null, carried: null, values: [] };
  groups?.set(group, facts);
  return facts;
}

/** The facts of groups put together: each group becomes the one that `regroup` names. */
export function mergeGroups(
  facts: ReadonlyMap<string, UsageFacts>,
  regroup: (group: string) => string,
): Map<string, UsageFacts> {
  const together = new Map<string, UsageFacts>();
  for (const [group, each] of facts) {
    const into = factsOf(together, regroup(group));
    into.bucket = merged(into.bucket, each.bucket);
    into.carried = merged(into.carried, each.carried);
    for (const value of each.values) into.values.push(value);
  }
  return together;
}

function merged(a: UsageBucket | null, b: UsageBucket | null): UsageBucket | null {
  if (a === null || b === null) return a ?? b;
  return mergeBuckets(a, b);
}

type BucketRow = {
  q: number;
  group_key: string;
  n: bigint;
  sum: string;
  min: string;
  max: string;
  last: string;
  last_at: Date;
  last_id: string;
};

function bucketOfRow(row: BucketRow): UsageBucket {
  return {
    n: row.n,
    sum: new Decimal(row.sum),
    min: new Decimal(row.min),
    max: new Decimal(row.max),
    last: new Decimal(row.last),
    lastAt: toInstant(row.last_at).toString(),
    lastId: row.last_id,
  };
}

async function addWholeHours(
  tx: TenantTx,
  queries: readonly UsageQuery[],
  found: Map<string, UsageFacts>[],
): Promise<void> {
  const asked = queries.flatMap((query, q) => {
    const { hours } = splitWindow(query);
    return hours !== null && readsBuckets(query) ? [{ q, query, hours }] : [];
  });
  if (asked.length === 0) return;
  const rows = await tx.db.$queryRaw<BucketRow[]>`
    select q.q, h.group_key, sum(h.n)::int8 as n, sum(h.sum)::text as sum, min(h.min)::text as min, max(h.max)::text as max,
           (array_agg(h.last order by h.last_at desc, h.last_id collate "C" desc, h.last desc))[1]::text as last,
           max(h.last_at) as last_at,
           (array_agg(h.last_id order by h.last_at desc, h.last_id collate "C" desc))[1] as last_id
    from unnest(${asked.map((a) => a.q)}::int4[], ${asked.map((a) => a.query.customerId)}::uuid[],
                ${asked.map((a) => a.query.subscriptionId)}::uuid[], ${asked.map((a) => a.query.meter.id)}::uuid[],
                ${asked.map((a) => a.hours.start.toString())}::timestamptz[], ${asked.map((a) => a.hours.end.toString())}::timestamptz[])
           as q (q, customer_id, subscription_id, meter_id, from_hour, to_hour)
    cross join lateral (
      select * from usage_hour h
      where h.tenant_id = ${tx.tenantId}::uuid and h.customer_id = q.customer_id and h.meter_id = q.meter_id
        and h.hour >= q.from_hour and h.hour < q.to_hour
        and (q.subscription_id is null or h.subscription_id in (q.subscription_id, ${noSubscription}::uuid))
      offset 0
    ) h
    group by q.q, h.group_key`;
  for (const row of rows) factsOf(found[row.q], row.group_key).bucket = bucketOfRow(row);
}

/** Last buckets before the hour in which a `latest` window with `carry_over` starts. */
async function addCarried(
  tx: TenantTx,
  queries: readonly UsageQuery[],
  found: Map<string, UsageFacts>[],
): Promise<void> {
  const asked = queries.flatMap((query, q) =>
    readsBuckets(query) && carriesLatest(query.meter) && Temporal.Instant.compare(query.start, query.end) < 0
      ? [{ q, query }]
      : [],
  );
  if (asked.length === 0) return;
  const rows = await tx.db.$queryRaw<BucketRow[]>`
    select distinct on (q.q, h.group_key) q.q, h.group_key, h.n, h.sum::text as sum, h.min::text as min, h.max::text as max,
           h.last::text as last, h.last_at, h.last_id
    from unnest(${asked.map((a) => a.q)}::int4[], ${asked.map((a) => a.query.customerId)}::uuid[],
                ${asked.map((a) => a.query.subscriptionId)}::uuid[], ${asked.map((a) => a.query.meter.id)}::uuid[],
                ${asked.map((a) => hourOf(a.query.start).toString())}::timestamptz[])
           as q (q, customer_id, subscription_id, meter_id, before_hour)
    cross join lateral (
      select * from usage_hour h
      where h.tenant_id = ${tx.tenantId}::uuid and h.customer_id = q.customer_id and h.meter_id = q.meter_id
        and h.hour < q.before_hour
        and (q.subscription_id is null or h.subscription_id in (q.subscription_id, ${noSubscription}::uuid))
      offset 0
    ) h
    order by q.q, h.group_key, h.last_at desc, h.last_id collate "C" desc, h.last desc`;
  for (const row of rows) {
    const facts = factsOf(found[row.q], row.group_key);
    facts.carried = merged(facts.carried, bucketOfRow(row));
  }
}

function carriesLatest(meter: Meter): boolean {
  return meter.carryOver && meter.aggregation === "latest";
}

type EventRange = {
  readonly customerId: string;
  readonly subscriptionId: string | null;
  readonly eventType: string;
  readonly start: string;
  readonly end: string;
  readonly queries: number[];
};

/** The ranges of single events that the queries need; a range that several meters share is read once. */
function eventRanges(queries: readonly UsageQuery[], windowsOf: Windows): EventRange[] {
  const ranges = new Map<string, EventRange>();
  for (const [q, query] of queries.entries()) {
    for (const { start, end } of windowsOf(query)) {
      const range: EventRange = {
        customerId: query.customerId,
        subscriptionId: query.subscriptionId,
        eventType: query.meter.eventType,
        start: start.toString(),
        end: end.toString(),
        queries: [],
      };
      const { queries: _, ...identity } = range;
      const key = JSON.stringify(identity);
      const shared = ranges.get(key) ?? range;
      shared.queries.push(q);
      ranges.set(key, shared);
    }
  }
  return [...ranges.values()];
}

function singleEventWindows(query: UsageQuery) {
  const { meter, start, end } = query;
  if (Temporal.Instant.compare(start, end) >= 0) return [];
  if (!readsBuckets(query)) return [{ start: meter.carryOver ? beginning : start, end }];
  const { edges } = splitWindow(query);
  const hour = hourOf(start);
  return carriesLatest(meter) && !hour.equals(start) ? [{ start: hour, end: start }, ...edges] : edges;
}

type EventRow = {
  r: number;
  source: string;
  id: string;
  timestamp: Date;
  value: string | null;
  properties: Record<string, unknown>;
};

async function addSingleEvents(
  tx: TenantTx,
  queries: readonly UsageQuery[],
  found: Map<string, UsageFacts>[],
  windowsOf: Windows,
): Promise<void> {
  const ranges = eventRanges(queries, windowsOf);
  if (ranges.length === 0) return;
  const rows = await tx.db.$queryRaw<EventRow[]>`
    select r.r::int4 as r, e.source, e.id, e.timestamp, trim_scale(e.value)::text as value, e.properties
    from unnest(${ranges.map((r) => r.customerId)}::uuid[], ${ranges.map((r) => r.subscriptionId)}::uuid[],
                ${ranges.map((r) => r.eventType)}::text[], ${ranges.map((r) => r.start)}::timestamptz[],
                ${ranges.map((r) => r.end)}::timestamptz[])
           with ordinality as r (customer_id, subscription_id, event_type, from_at, to_at, r)
    cross join lateral (
      select * from usage_event e
      where e.tenant_id = ${tx.tenantId}::uuid and e.customer_id = r.customer_id and e.event_type = r.event_type
        and e.timestamp >= r.from_at and e.timestamp < r.to_at and e.unresolved is null
        and (e.customer_id, e.event_type, e.timestamp) >= (r.customer_id, r.event_type, r.from_at)
        and (r.subscription_id is null or e.subscription_id is null or e.subscription_id = r.subscription_id)
      offset 0
    ) e`;
  const inside = queries.map(() => new Map<string, { within: UsageValue[]; before: UsageValue[] }>());
  for (const row of rows) {
    for (const q of ranges[row.r - 1]?.queries ?? []) collectValue(row, queries[q], inside[q]);
  }
  for (const [q, groups] of inside.entries()) {
    const query = queries[q];
    if (query === undefined) continue;
    for (const [group, { within, before }] of groups) {
      const facts = factsOf(found[q], group);
      if (readsBuckets(query)) {
        facts.bucket = merged(facts.bucket, bucketOf(within));
        facts.carried = merged(facts.carried, bucketOf(before));
      } else {
        for (const value of before) facts.values.push(value);
        for (const value of within) facts.values.push(value);
      }
    }
  }
}

function collectValue(
  row: EventRow,
  query: UsageQuery | undefined,
  groups: Map<string, { within: UsageValue[]; before: UsageValue[] }> | undefined,
): void {
  if (query === undefined || groups === undefined) return;
  const at = toInstant(row.timestamp);
  const { id, source, value, properties } = row;
  const eventType = query.meter.eventType;
  const event = { id, source, eventType, timestamp: at.toString(), value, properties };
  const metered = countableValue(query.meter, event);
  if (metered === null) return;
  const { group, ...counted } = metered;
  const sides = groups.get(group) ?? { within: [], before: [] };
  groups.set(group, sides);
  const side = Temporal.Instant.compare(at, query.start) < 0 ? sides.before : sides.within;
  side.push({ id, at, ...counted, ...amountOf(event, query) });
}

function amountOf(event: MeteredEvent, { meter, singleEvents }: UsageQuery): Pick<UsageValue, "amount"> {
  const property = singleEvents?.amountProperty ?? null;
  if (property === null) return {};
  const amountMeter: Meter = { ...meter, aggregation: "sum", valueProperty: property };
  return { amount: countableValue(amountMeter, event)?.value ?? null };
}
