import { Prisma } from "#prisma/generated/client.ts";
import { type FindBreaches, findBreaches, inRange, ofTenant } from "./breach.ts";

/** Calls to the outside that succeeded twice for one business key. */
export const findRepeatedEffects: FindBreaches = (tx, range) =>
  findBreaches(
    tx,
    range,
    Prisma.sql`
      select 'effect', e.id, coalesce(i.customer_id, ai.customer_id, c.id), e.kind || ' of ' || e.business_key || ' succeeded ' || e.n || ' times'
      from (select (array_agg(e.id order by e.id))[1] as id, e.tenant_id, e.kind, e.business_key, count(*) as n from effect e
        where ${ofTenant("e", tx)} and e.state = 'succeeded' group by e.tenant_id, e.kind, e.business_key having count(*) > 1) e
      left join invoice i on i.tenant_id = e.tenant_id and i.id::text = split_part(e.business_key, '/', 1)
      left join payment_attempt a on a.tenant_id = e.tenant_id and a.id::text = e.business_key
      left join invoice ai on ai.tenant_id = a.tenant_id and ai.id = a.invoice_id
      left join customer c on c.tenant_id = e.tenant_id and c.id::text = e.business_key`,
  );

/** Calls and jobs whose worker's lease ran out over five minutes ago, and that nobody took over. */
export const findLostLeases: FindBreaches = (tx, range) =>
  findBreaches(
    tx,
    range,
    Prisma.sql`
      select 'effect', e.id, null::uuid, e.kind || ' of ' || e.business_key || ' is in flight, and its lease ended at ' || to_char(e.lease_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
      from effect e where ${ofTenant("e", tx)} and e.state = 'inflight' and e.lease_until < now() - interval '5 minutes'
      union all
      select 'job', j.id, null::uuid, 'job ' || j.name || ' is running, and its lease ended at ' || to_char(j.lease_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
      from job j where ${ofTenant("j", tx)} and j.state = 'running' and j.lease_until < now() - interval '5 minutes'`,
  );

/** Jobs that were tried more often than they may be, and are tried on. For three days an outage costs no attempt. */
export const findOverspentJobs: FindBreaches = (tx, range) =>
  findBreaches(
    tx,
    range,
    Prisma.sql`
      select 'job', j.id, null::uuid, 'job ' || j.name || ' had ' || j.attempts || ' attempts of ' || j.attempt_budget || ' and is ' || j.state
      from job j where ${ofTenant("j", tx)} and j.state in ('pending', 'queued', 'failed') and j.attempts > j.attempt_budget
        and j.created_at < now() - interval '3 days 1 hour'`,
  );

/** Jobs that are due for over five minutes and that no relay has taken. */
export const findWaitingJobs: FindBreaches = (tx, range) =>
  findBreaches(
    tx,
    range,
    Prisma.sql`
      select 'job', (array_agg(j.id order by j.run_at))[1], null::uuid, count(*) || ' x ' || j.name || ' due and not taken by a relay, the first since '
        || to_char(min(j.run_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
      from job j where ${ofTenant("j", tx)} and j.state = 'pending' and j.run_at < now() - interval '5 minutes' group by j.name`,
  );

/** Messages of a provider that were stored over an hour ago, and neither applied nor set aside. */
export const findWaitingMessages: FindBreaches = (tx, range) =>
  findBreaches(
    tx,
    range,
    Prisma.sql`
      select 'webhook_inbox', null::uuid, null::uuid, w.type || ' ' || w.event_id || ' of ' || w.provider || ' waits since '
        || to_char(w.received_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
      from webhook_inbox w where ${ofTenant("w", tx)} and w.state = 'received' and w.received_at < now() - interval '1 hour'`,
  );

/** What is said to have been done outside without the outside's name for it: calls, stored files, payments. */
export const findNamelessEffects: FindBreaches = (tx, range) =>
  findBreaches(
    tx,
    range,
    Prisma.sql`
      select 'effect', e.id, null::uuid, e.kind || ' of ' || e.business_key || ' succeeded and has no external id'
      from effect e where ${ofTenant("e", tx)} and ${inRange("e.id", range)} and e.state = 'succeeded' and coalesce(e.external_id, '') = ''
      union all
      select 'invoice', a.invoice_id, null::uuid, 'the file of invoice ' || a.invoice_id || ' is stored and has no key or hash'
      from artifact a where ${ofTenant("a", tx)} and ${inRange("a.id", range)} and a.stored_at is not null
        and (coalesce(a.object_key, '') = '' or a.sha256 !~ '^[0-9a-f]{64}$')
      union all
      select 'payment', p.id, null::uuid, 'payment ' || p.id || ' came through Stripe and has no id there'
      from payment p where ${ofTenant("p", tx)} and ${inRange("p.id", range)} and p.provider = 'stripe' and p.provider_id is null`,
  );
