import type { Db, TenantTx } from "./database.ts";
import { newId } from "./new-id.ts";

/** A tenant's own account at a provider. */
export type ProviderAccount = {
  readonly tenant_id: string;
  readonly account_id: string;
  /** Sealed. */
  readonly secrets: Uint8Array | null;
};

/** Whose account it is; null when nobody's here. System role. */
export async function findProviderAccount(
  db: Db,
  provider: string,
  accountId: string,
): Promise<ProviderAccount | null> {
  const rows = await db.$queryRaw<ProviderAccount[]>`
    select tenant_id, account_id, secrets from provider_account where provider = ${provider} and account_id = ${accountId}`;
  return rows[0] ?? null;
}

/** Notes a tenant's account with its sealed secrets; false when it is another tenant's. */
export async function saveProviderAccount(
  tx: TenantTx,
  account: { readonly provider: string; readonly accountId: string; readonly secrets: Uint8Array },
): Promise<boolean> {
  const updated = await tx.db.$executeRaw`
    update provider_account set secrets = ${account.secrets}
    where tenant_id = ${tx.tenantId}::uuid and provider = ${account.provider} and account_id = ${account.accountId}`;
  if (updated === 1) return true;
  const inserted = await tx.db.$executeRaw`
    insert into provider_account (tenant_id, id, provider, account_id, secrets)
    values (${tx.tenantId}::uuid, ${newId()}::uuid, ${account.provider}, ${account.accountId}, ${account.secrets})
    on conflict (provider, account_id) do nothing`;
  return inserted === 1;
}
