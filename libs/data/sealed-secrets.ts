import type { Db, TenantTx } from "./database.ts";

/** How many stored secrets of all tenants each key sealed, by the key's id. System role. */
export async function countSealedByKey(
  db: Db,
): Promise<{ readonly key_id: string; readonly secrets: number }[]> {
  return db.$queryRaw`
    select encode(substring(sealed from 2 for 4), 'hex') as key_id, count(*)::int as secrets
    from (select secret as sealed from webhook_endpoint union all select secrets from provider_account) s
    where length(sealed) > 5 group by 1 order by 1`;
}

export type SealedSecret = {
  readonly kind: "webhook_endpoint" | "provider_account";
  readonly id: string;
  readonly sealed: Uint8Array;
};

/** A tenant's stored secrets, locked; an endpoint that was deleted has none. */
export async function lockSealedSecrets(tx: TenantTx): Promise<SealedSecret[]> {
  const endpoints = await tx.db.$queryRaw<Omit<SealedSecret, "kind">[]>`
    select id, secret as sealed from webhook_endpoint where tenant_id = ${tx.tenantId}::uuid and length(secret) > 5 order by id for update`;
  const accounts = await tx.db.$queryRaw<Omit<SealedSecret, "kind">[]>`
    select id, secrets as sealed from provider_account where tenant_id = ${tx.tenantId}::uuid and length(secrets) > 5 order by id for update`;
  return [
    ...endpoints.map((row) => ({ kind: "webhook_endpoint" as const, ...row })),
    ...accounts.map((row) => ({ kind: "provider_account" as const, ...row })),
  ];
}

/** Stores a secret as it is sealed now; nothing else of the row changes. */
export async function saveSealedSecret(tx: TenantTx, secret: SealedSecret): Promise<void> {
  if (secret.kind === "webhook_endpoint") {
    await tx.db.$executeRaw`
      update webhook_endpoint set secret = ${secret.sealed} where tenant_id = ${tx.tenantId}::uuid and id = ${secret.id}::uuid`;
  } else {
    await tx.db.$executeRaw`
      update provider_account set secrets = ${secret.sealed} where tenant_id = ${tx.tenantId}::uuid and id = ${secret.id}::uuid`;
  }
}
