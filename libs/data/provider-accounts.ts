import type { Db, TenantTx } from "./database.ts";
import { newId } from "./new-id.ts";
import type { TenantMode } from "./tenants.ts";

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

/** Every tenant's own accounts, by tenant. System role. */
export async function listProviderAccounts(db: Db, provider: string): Promise<ProviderAccount[]> {
  return db.$queryRaw<ProviderAccount[]>`
    select tenant_id, account_id, secrets from provider_account where provider = ${provider} order by tenant_id, account_id`;
}

/** The tenant's own accounts. */
export async function listOwnAccounts(tx: TenantTx, provider: string): Promise<ProviderAccount[]> {
  return tx.db.$queryRaw<ProviderAccount[]>`
    select tenant_id, account_id, secrets from provider_account
    where tenant_id = ${tx.tenantId}::uuid and provider = ${provider} order by account_id`;
}

/** Locks one of the tenant's own accounts; null when it has none of that id. */
export async function lockOwnAccount(
  tx: TenantTx,
  provider: string,
  accountId: string,
): Promise<ProviderAccount | null> {
  const rows = await tx.db.$queryRaw<ProviderAccount[]>`
    select tenant_id, account_id, secrets from provider_account
    where tenant_id = ${tx.tenantId}::uuid and provider = ${provider} and account_id = ${accountId} for update`;
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

/** From now on new customers go to the provider by the key of this account. */
export async function makeAccountCurrent(tx: TenantTx, provider: string, accountId: string): Promise<void> {
  await tx.db.$executeRaw`
    update provider_account set is_current = false
    where tenant_id = ${tx.tenantId}::uuid and provider = ${provider} and is_current and account_id <> ${accountId}`;
  await tx.db.$executeRaw`
    update provider_account set is_current = true
    where tenant_id = ${tx.tenantId}::uuid and provider = ${provider} and account_id = ${accountId} and not is_current`;
}

/** Whose key calls Stripe for something of a tenant's. */
export type StripeHome = {
  readonly mode: TenantMode;
  /** "" is the installation's own. */
  readonly account: string;
  /** Sealed; null where the account has none of its own. */
  readonly secrets: Uint8Array | null;
};

/** The account by that id, as far as it is the tenant's: a message of Stripe names it. */
export async function findStripeHome(tx: TenantTx, account: string): Promise<StripeHome> {
  const [home] = await tx.db.$queryRaw<StripeHome[]>`
    select t.mode, ${account} as account, a.secrets from tenant t
    left join provider_account a on a.tenant_id = t.id and a.provider = 'stripe' and a.account_id = ${account}
    where t.id = ${tx.tenantId}::uuid`;
  if (home === undefined) throw new Error("a tenant's transaction sees its tenant");
  return home;
}

/**
 * The account that an invoice's customer belongs to for good: the one on record, else the installation's for a customer that is
 * there already, else the one at which the method that would pay was saved (of several the subscription's, then the default), since it
 * can be charged nowhere else, else the tenant's present one. It is put on record before the first call. Null: no such invoice.
 */
export async function pinStripeAccount(tx: TenantTx, invoiceId: string): Promise<string | null> {
  const find = () => tx.db.$queryRaw<
    { id: string; stripe_account: string | null; method_id: string | null }[]
  >`
    select c.id, c.stripe_account, s.payment_method_id as method_id from invoice i join customer c on c.tenant_id = i.tenant_id and c.id = i.customer_id
    left join subscription s on s.tenant_id = i.tenant_id and s.id = i.subscription_id
    where i.tenant_id = ${tx.tenantId}::uuid and i.id = ${invoiceId}::uuid`;
  const [customer] = await find();
  if (customer === undefined) return null;
  if (customer.stripe_account !== null) return customer.stripe_account;
  await tx.db.$executeRaw`
    update customer c set stripe_account = case
      when exists (select from provider_object o where o.tenant_id = c.tenant_id and o.provider = 'stripe' and o.kind = 'customer' and o.local_id = c.id)
        or exists (select from effect e where e.tenant_id = c.tenant_id and e.kind = 'stripe.customer_create' and e.business_key = c.id::text) then ''
      else coalesce(
        (select coalesce(m.stripe_account, '') from payment_method m where m.tenant_id = c.tenant_id and m.customer_id = c.id and m.provider = 'stripe'
          order by (m.id = ${customer.method_id}::uuid) desc nulls last, m.is_default desc, m.created_at desc, m.id desc limit 1),
        (select a.account_id from provider_account a where a.tenant_id = c.tenant_id and a.provider = 'stripe' and a.is_current), '') end
    where c.tenant_id = ${tx.tenantId}::uuid and c.id = ${customer.id}::uuid and c.stripe_account is null`;
  return (await find())[0]?.stripe_account ?? null;
}
