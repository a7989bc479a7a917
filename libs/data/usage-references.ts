import { parsePublicId } from "#libs/core/public-id.ts";
import type { TenantSql } from "./database.ts";

/** Ids of the customers that usage events name, by public id or external id; deleted and unknown ones are missing. */
export async function findCustomers(tx: TenantSql, refs: readonly string[]): Promise<Map<string, string>> {
  if (refs.length === 0) return new Map();
  const ids = new Map(
    refs.flatMap((ref) => {
      const id = parsePublicId("customer", ref);
      return id === null ? [] : [[id, ref] as const];
    }),
  );
  const rows = await tx.db.$queryRaw<{ id: string; external_id: string | null }[]>`
    select id, external_id from customer
    where tenant_id = ${tx.tenantId}::uuid and deleted_at is null
      and (external_id = any(${[...refs]}::text[]) or id = any(${[...ids.keys()]}::uuid[]))`;
  const found = new Map<string, string>();
  for (const { id, external_id } of rows) {
    if (external_id !== null) found.set(external_id, id);
    const ref = ids.get(id);
    if (ref !== undefined) found.set(ref, id);
  }
  return found;
}

/** The subscriptions that usage events name by public id, with their customers; unknown ones are missing. */
export async function findSubscriptions(
  tx: TenantSql,
  refs: readonly string[],
): Promise<Map<string, { id: string; customerId: string }>> {
  const ids = new Map(
    refs.flatMap((ref) => {
      const id = parsePublicId("subscription", ref);
      return id === null ? [] : [[id, ref] as const];
    }),
  );
  if (ids.size === 0) return new Map();
  const rows = await tx.db.$queryRaw<{ id: string; customer_id: string }[]>`
    select id, customer_id from subscription
    where tenant_id = ${tx.tenantId}::uuid and id = any(${[...ids.keys()]}::uuid[])`;
  return new Map(rows.map((row) => [ids.get(row.id) ?? row.id, { id: row.id, customerId: row.customer_id }]));
}
