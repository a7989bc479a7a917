import { Prisma } from "#prisma/generated/client.ts";
import type { TenantTx } from "./database.ts";
import type { CountedEvent } from "./usage-recounts.ts";

export type WaitingFor =
  | { readonly customerId: string }
  | { readonly code: string; readonly eventType: string }
  /** Anything that exists by now. */
  | null;

/**
 * Resolves up to `limit` waiting events whose customer or meter exists by now. Returns how many moved, and those
 * that lack nothing any more: from now on they count. Rows are taken in order of their keys.
 */
export async function resolveWaitingEvents(
  tx: TenantTx,
  waitingFor: WaitingFor,
  limit: number,
): Promise<{ moved: number; resolved: CountedEvent[] }> {
  const rows = await tx.db.$queryRaw<(CountedEvent & { unresolved: string | null })[]>`
    with waiting as (
      select e.source, e.id, coalesce(e.customer_id, c.id) as customer_id, coalesce(m.event_type, e.event_type) as event_type,
             case when e.unresolved <> 'customer' and m.event_type is null then e.unresolved
                  when coalesce(e.customer_id, c.id) is null then 'customer' end as unresolved
      from usage_event e
      left join customer c on c.tenant_id = e.tenant_id and c.external_id = e.customer_ref and c.deleted_at is null
      left join lateral (
        select m.event_type from meter m
        where m.tenant_id = e.tenant_id
          and ((e.unresolved = 'meter' and m.code = e.event_type and m.superseded_at is null)
            or (e.unresolved = 'event_type' and m.event_type = e.event_type))
        limit 1
      ) m on true
      where e.tenant_id = ${tx.tenantId}::uuid and e.unresolved is not null and ${conditionOf(waitingFor)}
        and ((e.customer_id is null and c.id is not null) or m.event_type is not null)
      order by e.source, e.id limit ${limit}
      for update of e
    )
    update usage_event e
    set customer_id = w.customer_id, event_type = w.event_type, unresolved = w.unresolved
    from waiting w
    where e.tenant_id = ${tx.tenantId}::uuid and e.source = w.source and e.id = w.id
    returning e.source, e.id, e.event_type, e.customer_id, e.subscription_id, e.timestamp, trim_scale(e.value)::text as value,
              e.properties, e.unresolved`;
  return { moved: rows.length, resolved: rows.filter((row) => row.unresolved === null) };
}

function conditionOf(waitingFor: WaitingFor): Prisma.Sql {
  if (waitingFor === null) return Prisma.sql`true`;
  if ("customerId" in waitingFor) return Prisma.sql`c.id = ${waitingFor.customerId}::uuid`;
  return Prisma.sql`e.unresolved in ('event_type', 'meter') and e.event_type in (${waitingFor.code}, ${waitingFor.eventType})`;
}
