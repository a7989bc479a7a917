import type { TimeRange } from "#libs/core/calendar/proration.ts";
import { Decimal } from "#libs/core/money/decimal.ts";
import { countableValue } from "#libs/core/usage/countable-value.ts";
import type { Meter, MeteredEvent } from "#libs/core/usage/meter.ts";
import type { MeteredValue } from "#libs/core/usage/metered-value.ts";
import {
  bucketOf,
  hourOf,
  isBucketed,
  mergeBuckets,
  type UsageBucket,
} from "#libs/core/usage/usage-bucket.ts";
import type { UsageValue } from "#libs/core/usage/usage-value.ts";
import { type HourCut, splitWindows } from "#libs/core/usage/usage-window.ts";
import { Temporal } from "temporal-polyfill";
import { arrayLiteral } from "./array-literal.ts";
import { type TenantTx, toInstant } from "./database.ts";

/** One window `[start, end)` of one customer and meter. `subscriptionId` null: events of every subscription. */
export type UsageQuery = {
  readonly key: string;
  readonly customerId: string;
  readonly subscriptionId: string | null;
  readonly meter: Meter & { readonly id: string };
  readonly start: Temporal.Instant;
  readonly end: Temporal.Instant;
  /** Cuts `[start, end)`: windows in order, from its start to its end without a gap, each answered by itself. */
  readonly windows?: readonly TimeRange[];
  /** Reads every event even where buckets would do; with the amount each holds in `amountProperty`, unless null. */
  readonly singleEvents?: { readonly amountProperty: string | null };
};

/** What is known of one group of one query. */
export type UsageFacts = {
  /** Of the events inside each window that has some, by place of the window; bucketed aggregations only. */
  readonly buckets: Map<number, UsageBucket>;
  /** Of the last events before the first window; `latest` with `carry_over` only. */
  carried: UsageBucket | null;
  /** Single events, with those before the first window for a meter with `carry_over`; the other aggregations only. */
  readonly values: UsageValue[];
};

/** The windows of a query: what it is cut into, or the whole as one. */
export function windowsOf({ windows, start, end }: UsageQuery): readonly TimeRange[] {
  return windows ?? [{ start, end }];
}

/** False where single events are read instead. */
export function readsBuckets({ meter, singleEvents }: Pick<UsageQuery, "meter" | "singleEvents">): boolean {
  return singleEvents === undefined && isBucketed(meter.aggregation);
}

/** Whether a window without events has the last value before it. */
export function carriesLatest({ aggregation, carryOver }: Meter): boolean {
  return aggregation === "latest" && carryOver;
}

const beginning = Temporal.Instant.from("1900-01-01T00:00:00Z");
const noSubscription = "00000000-0000-0000-0000-000000000000";

/** A query with its place, and how its windows are cut at UTC hours. */
type CutQuery = { readonly q: number; readonly query: UsageQuery; readonly cut: HourCut };

/**
 * The facts of hundreds of queries, of any number of windows, in at most three statements: whole UTC hours from buckets,
 * grouped by window and group, the cut hours at the ends of windows, and aggregations that buckets cannot answer, from
 * single events. By query (same order), then by group.
 * Lateral with `offset 0`: one index range per query, whatever the planner believes of tables it has not analyzed yet.
 */
export async function loadUsageFacts(
  tx: TenantTx,
  queries: readonly UsageQuery[],
): Promise<Map<string, UsageFacts>[]> {
  const found = queries.map(() => new Map<string, UsageFacts>());
  const cut = cutQueries(queries);
  await addWholeHours(tx, cut, found);
  await addSingleEvents(tx, cut, found, singleEventRanges);
  await addCarried(tx, cut, found);
  return found;
}

/** As `loadUsageFacts`, from single events alone: what proves that the buckets, and what was made of them, are right. */
export async function loadEventFacts(
  tx: TenantTx,
  queries: readonly UsageQuery[],
): Promise<Map<string, UsageFacts>[]> {
  const found = queries.map(() => new Map<string, UsageFacts>());
  await addSingleEvents(tx, cutQueries(queries), found, ({ query: { meter, start, end } }) => [
    { start: meter.carryOver ? beginning : start, end },
  ]);
  return found;
}

/** The queries that ask for some time; those that share their windows share the cut. */
function cutQueries(queries: readonly UsageQuery[]): CutQuery[] {
  const cuts = new Map<readonly TimeRange[], HourCut>();
  return queries.flatMap((query, q) => {
    if (Temporal.Instant.compare(query.start, query.end) >= 0) return [];
    const windows = windowsOf(query);
    const cut = cuts.get(windows) ?? splitWindows(windows);
    cuts.set(windows, cut);
    return [{ q, query, cut }];
  });
}

function factsOf(groups: Map<string, UsageFacts> | undefined, group: string): UsageFacts {
  const known = groups?.get(group);
  if (known) return known;
  const facts: UsageFacts = { buckets: new Map(), carried: null, values: [] };
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
    for (const [window, bucket] of each.buckets) addBucket(into, window, bucket);
    into.carried = merged(into.carried, each.carried);
    for (const value of each.values) into.values.push(value);
  }
  return together;
}

function addBucket(facts: UsageFacts, window: number, bucket: UsageBucket): void {
  const known = facts.buckets.get(window);
  facts.buckets.set(window, known === undefined ? bucket : mergeBuckets(known, bucket));
}

function merged(a: UsageBucket | null, b: UsageBucket | null): UsageBucket | null {
  if (a === null || b === null) return a ?? b;
  return mergeBuckets(a, b);
}

type BucketRow = {
  q: number;
  w: number;
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
    lastAt: row.last_at.toISOString(),
    lastId: row.last_id,
  };
}

type AskedHours = {
  readonly q: number;
  readonly query: UsageQuery;
  readonly hours: TimeRange;
  readonly first: number | null;
};

/**
 * The hours of all queries with windows lie in one list of window numbers; `first` is where a query's hours begin in it,
 * null for a query that is one window.
 */
async function addWholeHours(
  tx: TenantTx,
  queries: readonly CutQuery[],
  found: Map<string, UsageFacts>[],
): Promise<void> {
  const windowOfHour: number[] = [];
  const places = new Map<HourCut, number>();
  const asked = queries.flatMap(({ q, query, cut }): AskedHours[] => {
    if (cut.hours === null || !readsBuckets(query)) return [];
    if (query.windows === undefined) return [{ q, query, hours: cut.hours, first: null }];
    const first = places.get(cut) ?? windowOfHour.length;
    if (!places.has(cut)) for (const window of cut.windowOfHour) windowOfHour.push(window);
    places.set(cut, first);
    return [{ q, query, hours: cut.hours, first }];
  });
  if (asked.length === 0) return;
  const rows = await tx.db.$queryRaw<BucketRow[]>`
    select q.q, h.w, h.group_key, sum(h.n)::int8 as n, sum(h.sum)::text as sum, min(h.min)::text as min, max(h.max)::text as max,
           (array_agg(h.last order by h.last_at desc, h.last_id collate "C" desc, h.last desc))[1]::text as last,
           max(h.last_at) as last_at,
           (array_agg(h.last_id order by h.last_at desc, h.last_id collate "C" desc))[1] as last_id
    from unnest(${arrayLiteral(asked.map((a) => a.q))}::int4[], ${arrayLiteral(asked.map((a) => a.query.customerId))}::uuid[],
                ${arrayLiteral(asked.map((a) => a.query.subscriptionId))}::uuid[], ${arrayLiteral(asked.map((a) => a.query.meter.id))}::uuid[],
                ${arrayLiteral(instantTexts(asked.map((a) => a.hours.start)))}::timestamptz[], ${arrayLiteral(instantTexts(asked.map((a) => a.hours.end)))}::timestamptz[],
                ${arrayLiteral(asked.map((a) => a.first))}::int4[])
           as q (q, customer_id, subscription_id, meter_id, from_hour, to_hour, first)
    cross join lateral (
      select h.*, case when q.first is null then 0
                       else (${arrayLiteral(windowOfHour)}::int4[])[q.first + 1 + (extract(epoch from h.hour - q.from_hour) / 3600)::int4] end as w
      from usage_hour h
      where h.tenant_id = ${tx.tenantId}::uuid and h.customer_id = q.customer_id and h.meter_id = q.meter_id
        and h.hour >= q.from_hour and h.hour < q.to_hour
        and (q.subscription_id is null or h.subscription_id in (q.subscription_id, ${noSubscription}::uuid))
      offset 0
    ) h
    where h.w >= 0
    group by q.q, h.w, h.group_key`;
  for (const row of rows) factsOf(found[row.q], row.group_key).buckets.set(row.w, bucketOfRow(row));
}

/** The texts of instants, of which many are the same. */
function instantTexts(instants: readonly Temporal.Instant[]): string[] {
  const texts = new Map<bigint, string>();
  return instants.map((instant) => {
    const text = texts.get(instant.epochNanoseconds) ?? instant.toString();
    texts.set(instant.epochNanoseconds, text);
    return text;
  });
}

/** Last buckets before the hour in which a `latest` query with `carry_over` starts. */
async function addCarried(
  tx: TenantTx,
  queries: readonly CutQuery[],
  found: Map<string, UsageFacts>[],
): Promise<void> {
  const asked = queries.filter(({ query }) => readsBuckets(query) && carriesLatest(query.meter));
  if (asked.length === 0) return;
  const rows = await tx.db.$queryRaw<BucketRow[]>`
    select distinct on (q.q, h.group_key) q.q, 0 as w, h.group_key, h.n, h.sum::text as sum, h.min::text as min, h.max::text as max,
           h.last::text as last, h.last_at, h.last_id
    from unnest(${arrayLiteral(asked.map((a) => a.q))}::int4[], ${arrayLiteral(asked.map((a) => a.query.customerId))}::uuid[],
                ${arrayLiteral(asked.map((a) => a.query.subscriptionId))}::uuid[], ${arrayLiteral(asked.map((a) => a.query.meter.id))}::uuid[],
                ${arrayLiteral(instantTexts(asked.map((a) => hourOf(a.query.start))))}::timestamptz[])
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

type EventRange = TimeRange & {
  readonly customerId: string;
  readonly subscriptionId: string | null;
  readonly eventType: string;
  readonly queries: CutQuery[];
};

/** The ranges of single events that the queries need; a range that several meters share is read once. */
function eventRanges(
  queries: readonly CutQuery[],
  rangesOf: (query: CutQuery) => readonly TimeRange[],
): EventRange[] {
  const ranges = new Map<string, EventRange>();
  for (const each of queries) {
    const { customerId, subscriptionId, meter } = each.query;
    for (const { start, end } of rangesOf(each)) {
      const { eventType } = meter;
      const key = [customerId, subscriptionId, start.epochNanoseconds, end.epochNanoseconds, eventType].join(
        "/",
      );
      const shared = ranges.get(key) ?? { customerId, subscriptionId, eventType, start, end, queries: [] };
      shared.queries.push(each);
      ranges.set(key, shared);
    }
  }
  return [...ranges.values()];
}

function singleEventRanges({ query, cut }: CutQuery): readonly TimeRange[] {
  const { meter, start, end } = query;
  if (!readsBuckets(query)) return [{ start: meter.carryOver ? beginning : start, end }];
  const hour = hourOf(start);
  return carriesLatest(meter) && !hour.equals(start)
    ? [{ start: hour, end: start }, ...cut.edges]
    : cut.edges;
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
  queries: readonly CutQuery[],
  found: Map<string, UsageFacts>[],
  rangesOf: (query: CutQuery) => readonly TimeRange[],
): Promise<void> {
  const ranges = eventRanges(queries, rangesOf);
  if (ranges.length === 0) return;
  const rows = await tx.db.$queryRaw<EventRow[]>`
    select r.r::int4 as r, e.source, e.id, e.timestamp, trim_scale(e.value)::text as value, e.properties
    from unnest(${arrayLiteral(ranges.map((r) => r.customerId))}::uuid[], ${arrayLiteral(ranges.map((r) => r.subscriptionId))}::uuid[],
                ${arrayLiteral(ranges.map((r) => r.eventType))}::text[], ${arrayLiteral(instantTexts(ranges.map((r) => r.start)))}::timestamptz[],
                ${arrayLiteral(instantTexts(ranges.map((r) => r.end)))}::timestamptz[])
           with ordinality as r (customer_id, subscription_id, event_type, from_at, to_at, r)
    cross join lateral (
      select * from usage_event e
      where e.tenant_id = ${tx.tenantId}::uuid and e.customer_id = r.customer_id and e.event_type = r.event_type
        and e.timestamp >= r.from_at and e.timestamp < r.to_at and e.unresolved is null
        and (e.customer_id, e.event_type, e.timestamp) >= (r.customer_id, r.event_type, r.from_at)
        and (r.subscription_id is null or e.subscription_id is null or e.subscription_id = r.subscription_id)
      offset 0
    ) e`;
  for (const row of rows) {
    const range = ranges[row.r - 1];
    if (range !== undefined) collectEvent(row, range, found);
  }
}

/** Reads an event once for each meter, and gives it to all queries that asked for its range. */
function collectEvent(
  row: EventRow,
  { eventType, queries }: EventRange,
  found: Map<string, UsageFacts>[],
): void {
  const at = toInstant(row.timestamp);
  const { id, source, value, properties } = row;
  const event = { id, source, eventType, timestamp: row.timestamp.toISOString(), value, properties };
  const known = new Map<Meter, MeteredValue | null>();
  for (const { q, query } of queries) {
    const { meter } = query;
    const metered = known.has(meter) ? (known.get(meter) ?? null) : countableValue(meter, event);
    known.set(meter, metered);
    if (metered === null) continue;
    const { group, ...counted } = metered;
    const facts = factsOf(found[q], group);
    if (readsBuckets(query)) addValue(facts, query, { id, at, ...counted });
    else facts.values.push({ id, at, ...counted, ...amountOf(event, query) });
  }
}

function addValue(facts: UsageFacts, query: UsageQuery, value: UsageValue): void {
  const single = bucketOf([value]);
  if (single === null) return;
  if (Temporal.Instant.compare(value.at, query.start) < 0) facts.carried = merged(facts.carried, single);
  else addBucket(facts, windowAt(windowsOf(query), value.at), single);
}

/** The place of the last window that starts at `at` or before. */
function windowAt(windows: readonly TimeRange[], at: Temporal.Instant): number {
  let [low, high] = [0, windows.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const window = windows[middle];
    if (window !== undefined && Temporal.Instant.compare(window.start, at) <= 0) low = middle;
    else high = middle - 1;
  }
  return low;
}

function amountOf(event: MeteredEvent, { meter, singleEvents }: UsageQuery): Pick<UsageValue, "amount"> {
  const property = singleEvents?.amountProperty ?? null;
  if (property === null) return {};
  const amountMeter: Meter = { ...meter, aggregation: "sum", valueProperty: property };
  return { amount: countableValue(amountMeter, event)?.value ?? null };
}
