import type { Temporal } from "temporal-polyfill";
import type { Db, TenantTx } from "./database.ts";
import { toInstant } from "./database.ts";

/** A stored event that counts: its customer and type are known. */
export type CountedEvent = {
  readonly source: string;
  readonly id: string;
  readonly event_type: string;
  readonly customer_id: string;
  readonly subscription_id: string | null;
  readonly timestamp: Date;
  readonly value: string | null;
  readonly properties: Record<string, unknown>;
};

const PAGE = 5_000;

/** The events of one UTC hour that count, in pages, of all types or one, of all customers or some. */
export async function* countedEventsOfHour(
  tx: TenantTx,
  hour: Temporal.Instant,
  only: { readonly eventType: string | null; readonly customerIds: readonly string[] | null },
): AsyncGenerator<CountedEvent[]> {
  const end = hour.add({ hours: 1 }).toString();
  const customerIds = only.customerIds === null ? null : [...only.customerIds];
  let after = { timestamp: hour.toString(), source: "", id: "" };
  for (;;) {
    const page = await tx.db.$queryRaw<CountedEvent[]>`
      select source, id, event_type, customer_id, subscription_id, timestamp, trim_scale(value)::text as value, properties
      from usage_event
      where tenant_id = ${tx.tenantId}::uuid and timestamp >= ${after.timestamp}::text::timestamptz
        and timestamp < ${end}::text::timestamptz and unresolved is null
        and (timestamp, source, id) > (${after.timestamp}::text::timestamptz, ${after.source}, ${after.id})
        and (${only.eventType}::text is null or event_type = ${only.eventType})
        and (${customerIds}::uuid[] is null or customer_id = any(${customerIds}::uuid[]))
      order by timestamp, source, id limit ${PAGE}`;
    yield page;
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined) return;
    after = { timestamp: toInstant(last.timestamp).toString(), source: last.source, id: last.id };
  }
}

/** Notes what a recount found; the latest one of each hour is kept. */
export async function saveRecount(
  tx: TenantTx,
  recount: { readonly hour: string; readonly buckets: number; readonly repaired: number },
): Promise<void> {
  await tx.db.$executeRaw`
    insert into usage_recount (tenant_id, hour, buckets, repaired)
    values (${tx.tenantId}::uuid, ${recount.hour}::text::timestamptz, ${recount.buckets}, ${recount.repaired})
    on conflict (tenant_id, hour) do update
      set buckets = excluded.buckets, repaired = excluded.repaired, recounted_at = clock_timestamp()`;
}

/**
 * Hours to recount, all of them closed at `closedUntil` (on the hour): the last `recent`, and `older` ones by rotation,
 * those never recounted first (the newest before the oldest), then those whose recount lies furthest back.
 */
export async function listRecountHours(
  tx: TenantTx,
  input: { readonly closedUntil: Temporal.Instant; readonly recent: number; readonly older: number },
): Promise<Temporal.Instant[]> {
  const last = input.closedUntil.subtract({ hours: 1 }).toString();
  const recentFrom = input.closedUntil.subtract({ hours: input.recent }).toString();
  const rows = await tx.db.$queryRaw<{ hour: Date }[]>`
    with span as (
      select date_trunc('hour', min(timestamp), 'UTC') as first from usage_event where tenant_id = ${tx.tenantId}::uuid
    ), closed as (
      select h.hour, r.recounted_at, h.hour >= ${recentFrom}::text::timestamptz as recent
      from span, generate_series(span.first, ${last}::text::timestamptz, interval '1 hour') as h (hour)
      left join usage_recount r on r.tenant_id = ${tx.tenantId}::uuid and r.hour = h.hour
    )
    (select hour from closed where recent)
    union all
    (select hour from closed where not recent order by recounted_at asc nulls first, hour desc limit ${input.older})`;
  return rows.map((row) => toInstant(row.hour));
}

/** UTC hours that hold events of a type. */
export async function listHoursOfType(tx: TenantTx, eventType: string): Promise<Temporal.Instant[]> {
  const rows = await tx.db.$queryRaw<{ hour: Date }[]>`
    select distinct date_trunc('hour', timestamp, 'UTC') as hour from usage_event
    where tenant_id = ${tx.tenantId}::uuid and event_type = ${eventType} and unresolved is null order by hour`;
  return rows.map((row) => toInstant(row.hour));
}

/** Tenants that ever sent usage, and the database's clock hour. System role. */
export async function listUsageTenants(
  db: Db,
): Promise<{ tenantIds: string[]; clockHour: Temporal.Instant }> {
  const rows = await db.$queryRaw<{ id: string | null; clock_hour: Date }[]>`
    select t.id, date_trunc('hour', now(), 'UTC') as clock_hour
    from (select 1) as one left join tenant t on exists (select 1 from usage_event e where e.tenant_id = t.id)
    order by t.id`;
  const clockHour = toInstant(rows[0]?.clock_hour ?? new Date(0));
  return { tenantIds: rows.flatMap((row) => (row.id === null ? [] : [row.id])), clockHour };
}
