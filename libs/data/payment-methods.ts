import type { TenantTx } from "./database.ts";
import { type Page, type PageQuery, toPage } from "./page.ts";

export type PaymentMethodRow = {
  readonly id: string;
  readonly customer_id: string;
  readonly type: string;
  readonly provider: string;
  readonly provider_id: string;
  readonly is_default: boolean;
  readonly created_at: Date;
};

/**
 * A method of Stripe is where its customer is, else at the tenant's present account. A new default takes the place of the old one.
 * False when the customer has this method already.
 */
export async function insertPaymentMethod(
  tx: TenantTx,
  method: {
    readonly id: string;
    readonly customerId: string;
    readonly type: string;
    readonly provider: string;
    readonly providerId: string;
    readonly isDefault: boolean;
  },
): Promise<boolean> {
  const inserted = await tx.db.$executeRaw`
    insert into payment_method (tenant_id, id, customer_id, type, provider, provider_id, is_default, stripe_account)
    values (${tx.tenantId}::uuid, ${method.id}::uuid, ${method.customerId}::uuid, ${method.type}, ${method.provider}, ${method.providerId}, ${method.isDefault},
      case when ${method.provider} = 'stripe' then coalesce(
        (select c.stripe_account from customer c where c.tenant_id = ${tx.tenantId}::uuid and c.id = ${method.customerId}::uuid),
        (select a.account_id from provider_account a where a.tenant_id = ${tx.tenantId}::uuid and a.provider = 'stripe' and a.is_current), '') end)
    on conflict (tenant_id, customer_id, provider, provider_id) do nothing`;
  if (inserted === 0) return false;
  if (method.isDefault) {
    await tx.db.$executeRaw`
      update payment_method set is_default = false
      where tenant_id = ${tx.tenantId}::uuid and customer_id = ${method.customerId}::uuid and id <> ${method.id}::uuid and is_default`;
  }
  return true;
}

export async function findPaymentMethod(
  tx: TenantTx,
  customerId: string,
  id: string,
): Promise<PaymentMethodRow | null> {
  const rows = await tx.db.$queryRaw<PaymentMethodRow[]>`
    select id, customer_id, type, provider, provider_id, is_default, created_at from payment_method
    where tenant_id = ${tx.tenantId}::uuid and customer_id = ${customerId}::uuid and id = ${id}::uuid`;
  return rows[0] ?? null;
}

export async function listPaymentMethods(
  tx: TenantTx,
  customerId: string,
  query: PageQuery,
): Promise<Page<PaymentMethodRow>> {
  const rows = await tx.db.$queryRaw<PaymentMethodRow[]>`
    select id, customer_id, type, provider, provider_id, is_default, created_at from payment_method
    where tenant_id = ${tx.tenantId}::uuid and customer_id = ${customerId}::uuid and (${query.cursor}::uuid is null or id < ${query.cursor}::uuid)
    order by id desc limit ${query.limit + 1}`;
  return toPage(rows, query.limit);
}

/** False when a subscription names the method. */
export async function deletePaymentMethod(tx: TenantTx, id: string): Promise<boolean> {
  const deleted = await tx.db.$executeRaw`
    delete from payment_method m where m.tenant_id = ${tx.tenantId}::uuid and m.id = ${id}::uuid
      and not exists (select 1 from subscription s where s.tenant_id = m.tenant_id and s.payment_method_id = m.id)`;
  return deleted === 1;
}
