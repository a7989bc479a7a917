import type { Db, TenantTx } from "./database.ts";

/** Notes how looks at invariants ended; the latest one of each is kept. `breaches` null: it failed, and says nothing new. */
export async function saveInvariantChecks(
  tx: TenantTx,
  checks: readonly { readonly code: string; readonly breaches: number | null }[],
): Promise<void> {
  await tx.db.$executeRaw`
    insert into invariant_check (tenant_id, code, breaches)
    select ${tx.tenantId}::uuid, c.code, coalesce(c.breaches, o.breaches, 0)
    from unnest(${checks.map((c) => c.code)}::text[], ${checks.map((c) => c.breaches)}::int[]) as c (code, breaches)
    left join invariant_check o on o.tenant_id = ${tx.tenantId}::uuid and o.code = c.code order by c.code
    on conflict (tenant_id, code) do update set breaches = excluded.breaches, checked_at = now()`;
}

/** Tenants but for some that were not looked at for `restMs`, those that wait longest first. System role. */
export async function listTenantsToCheck(
  db: Db,
  query: { readonly restMs: number; readonly except: readonly string[]; readonly limit: number },
): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    select t.id from tenant t left join invariant_check c on c.tenant_id = t.id
    where t.id <> all(${[...query.except]}::uuid[])
    group by t.id having coalesce(min(c.checked_at), '-infinity') < now() - ${query.restMs} * interval '1 millisecond'
    order by min(c.checked_at) nulls first, t.id limit ${query.limit}`;
  return rows.map((row) => row.id);
}
