import { Prisma } from "#prisma/generated/client.ts";
import { toDate } from "../database.ts";
import { type FindBreaches, findBreaches, inRange, ofTenant } from "./breach.ts";

const periodWords = Prisma.sql`'the period of item ' || p.subscription_item_id || ' from ' || to_char(p.start_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;

/** Claimed periods that begin where no other ends, or that share time with another of their item. */
export const findUntiledPeriods: FindBreaches = (tx, range) =>
  findBreaches(
    tx,
    range,
    Prisma.sql`
      select 'subscription', si.subscription_id, s.customer_id, ${periodWords} || case
          when o.id is not null then ' shares time with the one from ' || to_char(o.start_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
          else ' begins where none ends' end
      from billing_period p
      join subscription_item si on si.tenant_id = p.tenant_id and si.id = p.subscription_item_id
      join subscription s on s.tenant_id = si.tenant_id and s.id = si.subscription_id
      left join billing_period b on b.tenant_id = p.tenant_id and b.subscription_item_id = p.subscription_item_id and b.end_at = p.start_at
      left join lateral (select o.id, o.start_at from billing_period o where o.tenant_id = p.tenant_id and o.subscription_item_id = p.subscription_item_id
        and o.id <> p.id and o.start_at <= p.start_at and o.end_at > p.start_at limit 1) o on true
      where ${ofTenant("p", tx)} and ${inRange("p.id", range)}
        and (o.id is not null or b.id is null and (p.prev_end_at is not null or exists (
          select from billing_period e where e.tenant_id = p.tenant_id and e.subscription_item_id = p.subscription_item_id and e.start_at < p.start_at)))`,
  );

/** Charges of an item on invoices that are not void, whose period is claimed by no row: nothing would keep it from being billed again. */
export const findUnclaimedCharges: FindBreaches = (tx, range) =>
  findBreaches(
    tx,
    range,
    Prisma.sql`
      select 'invoice', i.id, i.customer_id, 'invoice ' || coalesce(i.number, i.id::text) || ' charges "' || l.description || '" for item ' || l.subscription_item_id || ' from '
        || to_char(l.period_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') || ' to ' || to_char(l.period_end at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
        || case when l.billing_period_id is null then ', and names no claim of that period' else ', and its claim ' || l.billing_period_id || ' is gone' end
      from invoice_line l
      join invoice i on i.tenant_id = l.tenant_id and i.id = l.invoice_id and i.invoice_status <> 'voided'
      left join billing_period p on p.tenant_id = l.tenant_id and p.id = l.billing_period_id
      where ${ofTenant("l", tx)} and ${inRange("l.id", range)} and l.subscription_item_id is not null
        and (l.kind in ('recurring', 'usage', 'one_time') or l.billing_period_id is not null) and p.id is null
        and i.invoice_type <> 'credit'`,
  );

/**
 * Boundaries that fell due over an hour ago and have neither invoice nor reason, periods that were claimed and not billed, or
 * billed by an invoice that is void. What is merely late names no account: the sweep of due boundaries bills it, unless it is parked.
 */
export const findUnbilledPeriods: FindBreaches = (tx, range) =>
  findBreaches(
    tx,
    range,
    Prisma.sql`
      select 'subscription', s.id, null::uuid, case when s.next_due_at is null then 'subscription ' || s.id || ' is ' || s.status || ' and waits for no boundary'
          else 'subscription ' || s.id || ' is due since ' || to_char(s.next_due_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') || ' and not billed' end
      from subscription s join customer c on c.tenant_id = s.tenant_id and c.id = s.customer_id
      where ${ofTenant("s", tx)} and s.parked_at is null and s.status in ('scheduled', 'trialing', 'active', 'past_due') and c.status = 'active' and c.deleted_at is null
        and (s.next_due_at < ${toDate(tx.now)}::timestamptz - interval '1 hour'
          or s.next_due_at is null and s.ends_at is null and exists (select from subscription_item si join price r on r.tenant_id = si.tenant_id and r.id = si.price_id
            where si.tenant_id = s.tenant_id and si.subscription_id = s.id and si.ends_at is null and r.definition ->> 'kind' <> 'one_time'))
        and not exists (select from test_clock t where t.tenant_id = s.tenant_id and t.state = 'advancing')
        and not exists (select from billing_run b where b.tenant_id = s.tenant_id and b.state in ('planning', 'generating') and b.deadline_at > now())
      union all
      select 'subscription', si.subscription_id, s.customer_id, ${periodWords} || case p.state when 'claimed' then ' was claimed and never billed'
          else ' is billed by ' || coalesce(i.number, 'an invoice that is gone') || case when i.id is null then '' else ', which is void' end end
      from billing_period p
      join subscription_item si on si.tenant_id = p.tenant_id and si.id = p.subscription_item_id
      join subscription s on s.tenant_id = si.tenant_id and s.id = si.subscription_id
      left join invoice i on i.tenant_id = p.tenant_id and i.id = p.invoice_id
      where ${ofTenant("p", tx)} and ${inRange("p.id", range)} and (p.state = 'claimed' and p.created_at < now() - interval '1 hour'
        or p.state = 'billed' and p.invoice_id is not null and (i.id is null or i.invoice_status = 'voided'))`,
  );

/** Billed periods that begin after their item or subscription had ended: cancelled, or paused. */
export const findBilledAfterEnd: FindBreaches = (tx, range) =>
  findBreaches(
    tx,
    range,
    Prisma.sql`
      select 'subscription', s.id, s.customer_id, ${periodWords} || ' is billed, and the ' || case when p.start_at > s.ends_at then 'subscription' else 'item' end || ' ended at '
        || to_char(least(si.ends_at, s.ends_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
      from billing_period p
      join subscription_item si on si.tenant_id = p.tenant_id and si.id = p.subscription_item_id
      join subscription s on s.tenant_id = si.tenant_id and s.id = si.subscription_id
      where ${ofTenant("p", tx)} and ${inRange("p.id", range)} and p.state in ('claimed', 'billed') and p.start_at > least(si.ends_at, s.ends_at)`,
  );
