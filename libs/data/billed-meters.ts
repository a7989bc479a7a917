import type { Temporal } from "temporal-polyfill";
import { toDate, type TenantTx } from "./database.ts";

/**
 * Which of these meters a subscription of the customer prices at any time within `[startsAt, endsAt)`, with that
 * subscription: by an item, or by the plan of a change that waits, from its instant on. A subscription that was canceled
 * or ended counts up to its end, a paused one up to its pause.
 */
export async function findMetersBilled(
  tx: TenantTx,
  window: {
    readonly customerId: string;
    readonly meterIds: readonly string[];
    readonly startsAt: Temporal.Instant;
    readonly endsAt: Temporal.Instant | null;
  },
): Promise<{ meter_id: string; subscription_id: string }[]> {
  const meterIds = [...window.meterIds];
  const startsAt = toDate(window.startsAt);
  const endsAt = window.endsAt === null ? null : toDate(window.endsAt);
  return tx.db.$queryRaw<{ meter_id: string; subscription_id: string }[]>`
    select distinct r.meter_id, s.id as subscription_id
    from subscription s
    join subscription_item i on i.tenant_id = s.tenant_id and i.subscription_id = s.id
    join price r on r.tenant_id = i.tenant_id and r.id = i.price_id
    where s.tenant_id = ${tx.tenantId}::uuid and s.customer_id = ${window.customerId}::uuid and r.meter_id = any(${meterIds}::uuid[])
      and (s.status not in ('canceled', 'ended') or s.ends_at is not null)
      and (i.ends_at is null or i.ends_at > i.starts_at)
      and coalesce(i.ends_at, s.ends_at, 'infinity') > ${startsAt}::timestamptz
      and s.starts_at < coalesce(${endsAt}::timestamptz, 'infinity')
    union
    select r.meter_id, s.id
    from subscription s
    join (select h.tenant_id, h.subscription_id, h.at, h.terms->>'planVersionId' as version_id,
            lead(h.at) over (partition by h.subscription_id order by h.at, h.id) as until
          from subscription_change h
          where h.tenant_id = ${tx.tenantId}::uuid and h.state = 'pending' and h.terms->>'planVersionId' is not null) w
      on w.tenant_id = s.tenant_id and w.subscription_id = s.id
    join price r on r.tenant_id = w.tenant_id and r.plan_version_id = w.version_id::uuid
    where s.tenant_id = ${tx.tenantId}::uuid and s.customer_id = ${window.customerId}::uuid and r.meter_id = any(${meterIds}::uuid[])
      and s.status not in ('canceled', 'ended')
      and coalesce(least(w.until, s.ends_at), 'infinity') > ${startsAt}::timestamptz
      and w.at < coalesce(${endsAt}::timestamptz, 'infinity')
    order by 1, 2`;
}
