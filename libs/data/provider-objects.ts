import type { Db, TenantTx } from "./database.ts";

export type ProviderObjectKind = "customer" | "invoice" | "payment_intent";

/** Notes that our object and the provider's are the same thing; false when that was noted before. */
export async function insertProviderObject(
  tx: TenantTx,
  link: {
    readonly provider: string;
    readonly kind: ProviderObjectKind;
    readonly localId: string;
    readonly providerId: string;
  },
): Promise<boolean> {
  const changed = await tx.db.$executeRaw`
    insert into provider_object (tenant_id, provider, kind, local_id, provider_id)
    values (${tx.tenantId}::uuid, ${link.provider}, ${link.kind}, ${link.localId}::uuid, ${link.providerId})
    on conflict do nothing`;
  return changed === 1;
}

/**
 * Whose a provider's object is: the tenant of the account it came through, else the tenant that noted the object,
 * else the tenant that the object itself names. Null while nobody knows it. System role.
 */
export async function findTenantOfObject(
  db: Db,
  object: {
    readonly provider: string;
    readonly account: string;
    /** Its own id and those of what it belongs to. */
    readonly objectIds: readonly string[];
    readonly namedTenantId: string | null;
  },
): Promise<string | null> {
  const rows = await db.$queryRaw<{ tenant_id: string }[]>`
    select tenant_id from (
      select 1 as rank, tenant_id from provider_account where provider = ${object.provider} and account_id = ${object.account}
      union all
      select 2, tenant_id from provider_object where provider = ${object.provider} and provider_id = any(${[...object.objectIds]}::text[]) and ${object.account} = ''
      union all
      select 3, id from tenant where id = ${object.namedTenantId}::uuid and ${object.account} = ''
    ) found order by rank limit 1`;
  return rows[0]?.tenant_id ?? null;
}

type NamedObject = {
  readonly provider: string;
  readonly kind: ProviderObjectKind;
  readonly providerId: string;
};

/** Which of our objects the provider's is; null when none of this tenant's. */
export async function findLocalObject(tx: TenantTx, named: NamedObject): Promise<string | null> {
  const rows = await tx.db.$queryRaw<{ local_id: string }[]>`
    select local_id from provider_object
    where tenant_id = ${tx.tenantId}::uuid and provider = ${named.provider} and kind = ${named.kind} and provider_id = ${named.providerId}`;
  return rows[0]?.local_id ?? null;
}

/** The provider has it no more; answers which of our objects it was, null when none. */
export async function deleteProviderObject(tx: TenantTx, named: NamedObject): Promise<string | null> {
  const rows = await tx.db.$queryRaw<{ local_id: string }[]>`
    delete from provider_object
    where tenant_id = ${tx.tenantId}::uuid and provider = ${named.provider} and kind = ${named.kind} and provider_id = ${named.providerId}
    returning local_id`;
  return rows[0]?.local_id ?? null;
}
