import { type EventIdentity, identityKey } from "#libs/core/usage/event-identity.ts";
import type { TenantSql } from "./database.ts";

/** Why an event is kept but not counted yet. `meter`: `eventType` holds a meter code that does not exist. */
export type Unresolved = "customer" | "event_type" | "meter";

export type NewUsageEvent = {
  readonly source: string;
  readonly id: string;
  readonly eventType: string;
  readonly customerRef: string;
  readonly customerId: string | null;
  readonly subscriptionId: string | null;
  /** RFC 3339 in UTC, milliseconds at most. */
  readonly timestamp: string;
  readonly value: string | null;
  /** JSON text. */
  readonly properties: string;
  /** SHA-256 of what the sender wrote, in hex. */
  readonly contentHash: string;
  readonly unresolved: Unresolved | null;
};

/** What the event at place `event` of the batch adds to one meter. */
export type MeterContribution = {
  readonly event: number;
  readonly meterId: string;
  readonly group: string;
  readonly value: string;
};

/**
 * Stores events and adds them to their hourly buckets in one statement: an identity that exists already is left out
 * of both. Keys are taken in order, events first and buckets then, so that concurrent writers wait and never deadlock.
 * The events of one call have different identities.
 * @returns the places of the events that were stored now
 */
export async function insertUsageEvents(
  tx: TenantSql,
  events: readonly NewUsageEvent[],
  contributions: readonly MeterContribution[],
): Promise<Set<number>> {
  if (events.length === 0) return new Set();
  const [row] = await tx.db.$queryRaw<{ places: number[] | null }[]>`
    with incoming as materialized (
      select * from unnest(
        ${arrayOf(events, (e) => e.source)}::text[], ${arrayOf(events, (e) => e.id)}::text[],
        ${arrayOf(events, (e) => e.eventType)}::text[], ${arrayOf(events, (e) => e.customerRef)}::text[],
        ${bareArrayOf(events, (e) => e.customerId)}::uuid[], ${bareArrayOf(events, (e) => e.subscriptionId)}::uuid[],
        ${bareArrayOf(events, (e) => e.timestamp)}::timestamptz[], ${bareArrayOf(events, (e) => e.value)}::numeric[],
        ${bareArrayOf(events, (e) => JSON.stringify(e.properties))}::jsonb[], ${bareArrayOf(events, (e) => `\\\\x${e.contentHash}`)}::bytea[],
        ${bareArrayOf(events, (e) => e.unresolved)}::text[]
      ) with ordinality as e (source, id, event_type, customer_ref, customer_id, subscription_id, at, value, properties, hash, unresolved, place)
    ), stored as (
      insert into usage_event (tenant_id, source, id, event_type, customer_ref, customer_id, subscription_id, timestamp, value,
                               properties, content_hash, unresolved)
      select ${tx.tenantId}::uuid, source, id, event_type, customer_ref, customer_id, subscription_id, at, value,
             properties, hash, unresolved
      from incoming order by source, id
      on conflict (tenant_id, source, id) do nothing
      returning source, id
    ), fresh as materialized (
      select i.place, i.id, i.customer_id, i.subscription_id, i.at from incoming i join stored s on s.source = i.source and s.id = i.id
    ), counted as (
      insert into usage_hour as h (tenant_id, customer_id, subscription_id, meter_id, group_key, hour, n, sum, min, max, last, last_at, last_id)
      select ${tx.tenantId}::uuid, f.customer_id, coalesce(f.subscription_id, '00000000-0000-0000-0000-000000000000'::uuid) as subscription_id,
             c.meter_id, c.group_key, date_trunc('hour', f.at, 'UTC') as hour, count(*), sum(c.value), min(c.value), max(c.value),
             (array_agg(c.value order by f.at desc, f.id collate "C" desc, c.value desc))[1], max(f.at),
             (array_agg(f.id order by f.at desc, f.id collate "C" desc))[1]
      from unnest(${bareArrayOf(contributions, (c) => `${c.event + 1}`)}::int8[], ${bareArrayOf(contributions, (c) => c.meterId)}::uuid[],
                  ${arrayOf(contributions, (c) => c.group)}::text[], ${bareArrayOf(contributions, (c) => c.value)}::numeric[])
           as c (place, meter_id, group_key, value)
      join fresh f on f.place = c.place
      group by 2, 3, 4, 5, 6
      order by f.customer_id, c.meter_id, hour, c.group_key, subscription_id
      on conflict (tenant_id, customer_id, meter_id, hour, group_key, subscription_id) do update set
        n = h.n + excluded.n, sum = h.sum + excluded.sum, min = least(h.min, excluded.min), max = greatest(h.max, excluded.max),
        last = case when (excluded.last_at, excluded.last_id collate "C", excluded.last) > (h.last_at, h.last_id collate "C", h.last)
                    then excluded.last else h.last end,
        last_id = case when (excluded.last_at, excluded.last_id collate "C") > (h.last_at, h.last_id collate "C")
                       then excluded.last_id else h.last_id end,
        last_at = greatest(h.last_at, excluded.last_at)
    )
    select case when count(*) < ${events.length} then coalesce(array_agg(place::int4), '{}') end as places from fresh`;
  const places = row?.places ?? events.map((_, place) => place + 1);
  return new Set(places.map((place) => place - 1));
}

/** A Postgres array as text: a tenth of the time that a list takes through the client, value by value. */
function arrayOf<T>(items: readonly T[], textOf: (item: T) => string | null): string {
  let array = "";
  for (const item of items) {
    const text = textOf(item);
    array += text === null ? ",NULL" : `,"${needsEscape.test(text) ? text.replace(/["\\]/g, "\\$&") : text}"`;
  }
  return `{${array.slice(1)}}`;
}

const needsEscape = /["\\]/;

/** The same of what an array literal takes as it is: ids, numbers, times, and JSON whose text JSON has quoted. */
function bareArrayOf<T>(items: readonly T[], textOf: (item: T) => string | null): string {
  let array = "";
  for (const item of items) array += `,${textOf(item) ?? "NULL"}`;
  return `{${array.slice(1)}}`;
}

/** The content hashes (hex) of stored events by `identityKey`. */
export async function findContentHashes(
  tx: TenantSql,
  identities: readonly EventIdentity[],
): Promise<Map<string, string>> {
  if (identities.length === 0) return new Map();
  const rows = await tx.db.$queryRaw<{ source: string; id: string; hash: string }[]>`
    select e.source, e.id, encode(e.content_hash, 'hex') as hash
    from unnest(${identities.map((i) => i.source)}::text[], ${identities.map((i) => i.id)}::text[]) as i (source, id)
    cross join lateral (
      select * from usage_event e where e.tenant_id = ${tx.tenantId}::uuid and e.source = i.source and e.id = i.id offset 0
    ) e`;
  return new Map(rows.map((row) => [identityKey(row), row.hash]));
}
