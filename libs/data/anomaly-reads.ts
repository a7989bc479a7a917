import type { TenantTx } from "./database.ts";

/**
 * A calendar month: its first day and that of the next as dates, which hold in any zone, and its instants in the tenant's zone
 * [from, to). A period belongs to the month that it ends in by the clock of its subscription, so January's does to January.
 */
export type AnomalyMonth = {
  readonly firstDay: string;
  readonly nextDay: string;
  readonly from: Date;
  readonly to: Date;
};

/** How many periods before the one that is looked at count. */
const periodsBack = 12;
const mostRows = 10_000;

/** A cycle invoice of the month, and those before it on the same terms, the latest first; amounts after discounts, before tax. */
export type AmountRow = {
  readonly id: string;
  readonly number: string | null;
  readonly customer_id: string;
  readonly external_id: string | null;
  readonly subscription_id: string;
  readonly currency: string;
  readonly amount_minor: bigint;
  readonly earlier: readonly { readonly number: string; readonly amount_minor: string }[];
};

/** The cycle invoices of the month, drafts too, so that they can be looked at before they are issued. */
export async function listCycleAmounts(tx: TenantTx, month: AnomalyMonth): Promise<AmountRow[]> {
  return tx.db.$queryRaw<AmountRow[]>`
    select i.id, i.number, i.customer_id, c.external_id, i.subscription_id, i.currency, i.subtotal_minor - i.discount_total_minor as amount_minor, e.earlier
    from invoice i
    join subscription s on s.tenant_id = i.tenant_id and s.id = i.subscription_id
    join customer c on c.tenant_id = i.tenant_id and c.id = i.customer_id
    cross join lateral (
      select coalesce(jsonb_agg(jsonb_build_object('number', o.number, 'amount_minor', (o.subtotal_minor - o.discount_total_minor)::text)
        order by o.boundary_index desc), '[]') as earlier
      from (select * from invoice o where o.tenant_id = i.tenant_id and o.subscription_id = i.subscription_id and o.kind = 'cycle'
        and o.schedule_no = i.schedule_no and o.boundary_index < i.boundary_index and o.invoice_status <> 'voided' and o.number is not null
        order by o.boundary_index desc limit ${periodsBack}) o) e
    where i.tenant_id = ${tx.tenantId}::uuid and i.kind = 'cycle' and i.invoice_status <> 'voided'
      and i.period_end at time zone s.timezone > ${month.firstDay}::text::timestamp and i.period_end at time zone s.timezone <= ${month.nextDay}::text::timestamp
    order by c.external_id, i.customer_id, i.subscription_id, i.period_end, i.id`;
}

/** A billed period of the month without an event, and what the periods before it were made of, the latest first. */
export type SilentRow = {
  readonly invoice_id: string | null;
  readonly number: string | null;
  readonly customer_id: string;
  readonly external_id: string | null;
  readonly subscription_id: string;
  readonly meter: string;
  readonly earlier: readonly { readonly number: string | null; readonly events: string }[];
};

/** Metered periods of the month that were billed without an event; meters that carry over need none. */
export async function listSilentPeriods(tx: TenantTx, month: AnomalyMonth): Promise<SilentRow[]> {
  return tx.db.$queryRaw<SilentRow[]>`
    select p.invoice_id, i.number, s.customer_id, c.external_id, s.id as subscription_id, m.code as meter, e.earlier
    from billing_period p
    join subscription_item si on si.tenant_id = p.tenant_id and si.id = p.subscription_item_id
    join subscription s on s.tenant_id = si.tenant_id and s.id = si.subscription_id
    join customer c on c.tenant_id = s.tenant_id and c.id = s.customer_id
    join price r on r.tenant_id = si.tenant_id and r.id = si.price_id
    join meter m on m.tenant_id = r.tenant_id and m.id = r.meter_id
    left join invoice i on i.tenant_id = p.tenant_id and i.id = p.invoice_id
    cross join lateral (
      select coalesce(jsonb_agg(jsonb_build_object('number', oi.number, 'events', o.event_count::text) order by o.end_at desc), '[]') as earlier
      from (select o.* from subscription_item osi
        join price r2 on r2.tenant_id = osi.tenant_id and r2.id = osi.price_id
        join meter om on om.tenant_id = r2.tenant_id and om.id = r2.meter_id and om.code = m.code
        join billing_period o on o.tenant_id = osi.tenant_id and o.subscription_item_id = osi.id and o.state = 'billed' and o.end_at <= p.start_at
          and o.event_count is not null
        where osi.tenant_id = s.tenant_id and osi.subscription_id = s.id order by o.end_at desc limit ${periodsBack}) o
      left join invoice oi on oi.tenant_id = o.tenant_id and oi.id = o.invoice_id) e
    where p.tenant_id = ${tx.tenantId}::uuid and p.state = 'billed' and p.event_count = 0 and not coalesce((m.definition ->> 'carryOver')::boolean, false)
      and p.end_at at time zone s.timezone > ${month.firstDay}::text::timestamp and p.end_at at time zone s.timezone <= ${month.nextDay}::text::timestamp
    order by c.external_id, s.customer_id, s.id, m.code, p.end_at`;
}

export type UnpricedRow = {
  readonly customer_id: string;
  readonly external_id: string | null;
  /** That the events name; null: none. */
  readonly subscription_id: string | null;
  readonly meter: string;
  readonly events: bigint;
  readonly first_hour: Date;
  readonly last_hour: Date;
  /** Whether the customer has a subscription at all within these hours. */
  readonly subscribed: boolean;
};

/** Usage of the month that was counted in hours when no item of its customer's subscriptions priced the meter. */
export async function listUnpricedUsage(tx: TenantTx, month: AnomalyMonth): Promise<UnpricedRow[]> {
  return tx.db.$queryRaw<UnpricedRow[]>`
    with used as (
      select h.customer_id, h.subscription_id, m.code, h.hour, sum(h.n) as n
      from usage_hour h join meter m on m.tenant_id = h.tenant_id and m.id = h.meter_id and m.superseded_at is null
      where h.tenant_id = ${tx.tenantId}::uuid and h.hour >= ${month.from} and h.hour < ${month.to}
      group by h.customer_id, h.subscription_id, m.code, h.hour having sum(h.n) > 0
    ), priced as (
      select s.customer_id, s.id as subscription_id, pm.code, greatest(s.starts_at, si.starts_at) as since, coalesce(least(si.ends_at, s.ends_at), 'infinity') as until
      from subscription s
      join subscription_item si on si.tenant_id = s.tenant_id and si.subscription_id = s.id
      join price r on r.tenant_id = si.tenant_id and r.id = si.price_id
      join meter pm on pm.tenant_id = r.tenant_id and pm.id = r.meter_id
      where s.tenant_id = ${tx.tenantId}::uuid and (s.status not in ('canceled', 'ended') or s.ends_at is not null)
    )
    select u.customer_id, c.external_id, nullif(u.subscription_id, '00000000-0000-0000-0000-000000000000') as subscription_id, u.code as meter,
      sum(u.n)::bigint as events, min(u.hour) as first_hour, max(u.hour) as last_hour,
      exists (select from subscription s where s.tenant_id = c.tenant_id and s.customer_id = c.id and s.starts_at < max(u.hour) + interval '1 hour'
        and coalesce(s.ends_at, 'infinity') > min(u.hour)) as subscribed
    from used u join customer c on c.tenant_id = ${tx.tenantId}::uuid and c.id = u.customer_id
    where not exists (select from priced p where p.customer_id = u.customer_id and p.code = u.code and p.since < u.hour + interval '1 hour' and p.until > u.hour
      and u.subscription_id in (p.subscription_id, '00000000-0000-0000-0000-000000000000'))
    group by u.customer_id, c.tenant_id, c.id, c.external_id, u.subscription_id, u.code
    order by c.external_id, u.customer_id, u.code, u.subscription_id limit ${mostRows}`;
}

export type UnresolvedRow = {
  /** What is not known: customer, event_type, or the meter that was named instead of a type. */
  readonly unresolved: "customer" | "event_type" | "meter";
  readonly customer_ref: string;
  readonly customer_id: string | null;
  readonly event_type: string;
  readonly events: bigint;
  readonly first_at: Date;
  readonly last_at: Date;
};

/** Events of the month that nobody is billed for, as their customer or meter is not known. */
export async function listUnresolvedUsage(tx: TenantTx, month: AnomalyMonth): Promise<UnresolvedRow[]> {
  return tx.db.$queryRaw<UnresolvedRow[]>`
    select unresolved, customer_ref, customer_id, event_type, count(*) as events, min(timestamp) as first_at, max(timestamp) as last_at
    from usage_event
    where tenant_id = ${tx.tenantId}::uuid and unresolved is not null and timestamp >= ${month.from} and timestamp < ${month.to}
    group by unresolved, customer_ref, customer_id, event_type order by unresolved, customer_ref, event_type limit ${mostRows}`;
}
