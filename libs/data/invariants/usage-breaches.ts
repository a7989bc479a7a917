import type { Temporal } from "temporal-polyfill";
import { Prisma } from "#prisma/generated/client.ts";
import { type TenantTx, toDate, toInstant } from "../database.ts";
import type { CountedClaim } from "../late-usage.ts";
import { type Breach, type FindBreaches, findBreaches, inRange, type LookRange, ofTenant } from "./breach.ts";

/**
 * Hours whose buckets count more events than are stored: events that were acknowledged are gone. Only hours that are closed, as a
 * bucket and its events are written by one statement.
 */
export function findLostEvents(
  tx: TenantTx,
  range: LookRange,
  hours: readonly Temporal.Instant[],
): Promise<Breach[]> {
  return findBreaches(
    tx,
    range,
    Prisma.sql`
      with hours as (select hour from unnest(${hours.map(toDate)}::timestamptz[]) as h (hour)),
      held as (
        select h.customer_id, h.meter_id, m.event_type, h.hour, sum(h.n) as n from hours w
        join usage_hour h on h.tenant_id = ${tx.tenantId}::uuid and h.hour = w.hour join meter m on m.tenant_id = h.tenant_id and m.id = h.meter_id
        group by h.customer_id, h.meter_id, m.event_type, h.hour
      ), stored as (
        select e.customer_id, e.event_type, w.hour, count(*) as n from hours w
        join usage_event e on e.tenant_id = ${tx.tenantId}::uuid and e.timestamp >= w.hour and e.timestamp < w.hour + interval '1 hour' and e.unresolved is null
        group by e.customer_id, e.event_type, w.hour
      )
      select 'usage_hour', null::uuid, null::uuid, 'of ' || held.n || ' counted events of type ' || held.event_type || ' of customer ' || held.customer_id || ' in the hour of '
        || to_char(held.hour at time zone 'UTC', 'YYYY-MM-DD"T"HH24":00Z"') || ' ' || held.n - coalesce(stored.n, 0) || ' are gone'
      from held left join stored on stored.customer_id = held.customer_id and stored.event_type = held.event_type and stored.hour = held.hour
      where held.n > coalesce(stored.n, 0)`,
  );
}

/** Events further ahead of the tenant's clock than any sender is allowed to be. */
export const findFutureEvents: FindBreaches = (tx, range) =>
  findBreaches(
    tx,
    range,
    Prisma.sql`
      select 'usage_event', null::uuid, null::uuid, 'event ' || e.id || ' happens at ' || to_char(e.timestamp at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') || ', over an hour ahead'
      from usage_event e
      where ${ofTenant("e", tx)} and e.timestamp > greatest(${toDate(tx.now)}::timestamptz, now()) + interval '1 hour' + interval '5 minutes'`,
  );

/** Identities of events that are stored more than once. */
export const findRepeatedEvents: FindBreaches = (tx, range) =>
  findBreaches(
    tx,
    range,
    Prisma.sql`
      select 'usage_event', null::uuid, null::uuid, 'event ' || e.id || ' of source "' || e.source || '" is stored ' || count(*) || ' times, with '
        || count(distinct e.content_hash) || ' contents'
      from usage_event e
      where ${ofTenant("e", tx)} and e.timestamp >= ${range.from} and e.timestamp < ${range.to}
      group by e.source, e.id having count(*) > 1`,
  );

/** Events that name a customer or a subscription that is not there. */
export const findLooseEvents: FindBreaches = (tx, range) =>
  findBreaches(
    tx,
    range,
    Prisma.sql`
      select 'usage_event', null::uuid, null::uuid, 'event ' || e.id || ' of source "' || e.source || '" names '
        || case when e.customer_id is not null and c.id is null then 'the customer ' || e.customer_id else 'the subscription ' || e.subscription_id end || ', which does not exist'
      from usage_event e
      left join customer c on c.tenant_id = e.tenant_id and c.id = e.customer_id
      left join subscription s on s.tenant_id = e.tenant_id and s.id = e.subscription_id
      where ${ofTenant("e", tx)} and e.timestamp >= ${range.from} and e.timestamp < ${range.to}
        and ((e.customer_id is not null and c.id is null) or (e.subscription_id is not null and s.id is null))`,
  );

/**
 * Billed, metered periods in an order that a look can go on from. `settled`: every event of the customer in the period was here
 * when it was billed or last counted, so that their number must be the one that is noted.
 */
export function listClaimsToProve(
  tx: TenantTx,
  range: LookRange,
  limit: number,
): Promise<(CountedClaim & { readonly settled_at: Date })[]> {
  return tx.db.$queryRaw<(CountedClaim & { readonly settled_at: Date })[]>`
    select p.id, si.subscription_id, s.customer_id, p.subscription_item_id, p.start_at, p.end_at, p.event_count as counted,
      coalesce(p.counted_at, p.created_at) as settled_at
    from billing_period p
    join subscription_item si on si.tenant_id = p.tenant_id and si.id = p.subscription_item_id
    join subscription s on s.tenant_id = si.tenant_id and s.id = si.subscription_id
    join price r on r.tenant_id = si.tenant_id and r.id = si.price_id and r.meter_id is not null
    join invoice i on i.tenant_id = p.tenant_id and i.id = p.invoice_id and i.invoice_status = 'finalized'
    where ${ofTenant("p", tx)} and ${inRange("p.id", range)} and p.state = 'billed' and p.late_since is null and p.event_count is not null
    order by p.id desc limit ${limit}`;
}

/** Whether an event of the customer came, or was adopted, into `[start, end)` after an instant of system time. */
export async function hasNewerEvents(
  tx: TenantTx,
  claim: Pick<CountedClaim, "customer_id" | "start_at" | "end_at"> & { readonly settled_at: Date },
): Promise<boolean> {
  const rows = await tx.db.$queryRaw<object[]>`
    select from usage_event e where ${ofTenant("e", tx)} and e.customer_id = ${claim.customer_id}::uuid
      and e.timestamp >= ${claim.start_at} and e.timestamp < ${claim.end_at} and e.received_at >= ${claim.settled_at} limit 1`;
  return rows.length > 0;
}

/** Every UTC hour that has events or buckets and is closed at `closedUntil`, oldest first. */
export async function listUsageHours(
  tx: TenantTx,
  closedUntil: Temporal.Instant,
): Promise<Temporal.Instant[]> {
  const until = toDate(closedUntil);
  const rows = await tx.db.$queryRaw<{ hour: Date }[]>`
    select date_trunc('hour', timestamp, 'UTC') as hour from usage_event e where ${ofTenant("e", tx)} and e.timestamp < ${until} and e.unresolved is null
    union select hour from usage_hour h where ${ofTenant("h", tx)} and h.hour < ${until} order by hour`;
  return rows.map((row) => toInstant(row.hour));
}
