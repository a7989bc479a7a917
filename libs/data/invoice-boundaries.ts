import type { TenantTx } from "./database.ts";

/** The invoices of some boundaries of a subscription that are not void, in the order of their boundaries. */
export async function findBoundaryInvoices(
  tx: TenantTx,
  subscriptionId: string,
  scheduleNo: number,
  indexes: readonly number[],
): Promise<{ readonly id: string }[]> {
  return tx.db.$queryRaw<{ id: string }[]>`
    select id from invoice
    where tenant_id = ${tx.tenantId}::uuid and subscription_id = ${subscriptionId}::uuid and schedule_no = ${scheduleNo}
      and boundary_index = any(${[...indexes]}::int[]) and invoice_status <> 'voided' and kind in ('start', 'cycle', 'final')
    order by boundary_index, id`;
}

/** Keeps the key by which an invoice was asked for, unless another invoice has it. */
export async function nameInvoice(tx: TenantTx, invoiceId: string, key: string): Promise<void> {
  await tx.db.$executeRaw`
    update invoice set idempotency_key = ${key} where tenant_id = ${tx.tenantId}::uuid and id = ${invoiceId}::uuid
      and not exists (select 1 from invoice o where o.tenant_id = ${tx.tenantId}::uuid and o.idempotency_key = ${key})`;
}
