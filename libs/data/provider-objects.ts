import { arrayLiteral } from "./array-literal.ts";
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

export type OwnerQuery = {
  readonly account: string;
  /** Its own id and those of what it belongs to. */
  readonly objectIds: readonly string[];
  readonly namedTenantId: string | null;
};

/**
 * Whose each of a provider's objects is: the tenant of the account it came through, else the tenant that noted the object,
 * else the tenant that the object itself names. Null while nobody knows it. System role.
 */
export async function findTenantsOfObjects(
  db: Db,
  provider: string,
  objects: readonly OwnerQuery[],
): Promise<(string | null)[]> {
  if (objects.length === 0) return [];
  const ours = objects.filter(({ account }) => account === "");
  // Every kind is named, since the index has it between the two.
  const rows = await db.$queryRaw<{ by: "account" | "object" | "tenant"; name: string; tenant_id: string }[]>`
    select 'account' as by, account_id as name, tenant_id from provider_account
      where provider = ${provider} and account_id = any(${arrayLiteral(objects.map(({ account }) => account))}::text[])
    union all
    select 'object', provider_id, tenant_id from provider_object
      where provider = ${provider} and kind in ('customer', 'invoice', 'payment_intent')
        and provider_id = any(${arrayLiteral(ours.flatMap(({ objectIds }) => [...objectIds]))}::text[])
    union all
    select 'tenant', id::text, id from tenant where id = any(${arrayLiteral(ours.flatMap(({ namedTenantId }) => namedTenantId ?? []))}::uuid[])`;
  const tenants = new Map(rows.map((row) => [`${row.by} ${row.name}`, row.tenant_id]));
  return objects.map(({ account, objectIds, namedTenantId }) => {
    if (account !== "") return tenants.get(`account ${account}`) ?? null;
    const noted = objectIds.flatMap((id) => tenants.get(`object ${id}`) ?? []);
    return noted[0] ?? tenants.get(`tenant ${namedTenantId}`) ?? null;
  });
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
