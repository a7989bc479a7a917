import type { DuePeriod } from "#libs/core/rating/due-periods.ts";
import type { TenantTx } from "./database.ts";

/** The invoices that billed these periods and are not void, in their order on the time line. */
export async function findClaimInvoices(
  tx: TenantTx,
  dues: readonly DuePeriod[],
): Promise<{ readonly id: string }[]> {
  return tx.db.$queryRaw<{ id: string }[]>`
    select i.id from invoice i
    where i.tenant_id = ${tx.tenantId}::uuid and i.invoice_status <> 'voided' and i.id in (
      select p.invoice_id from billing_period p
      join unnest(${dues.map((due) => due.item.itemId)}::uuid[], ${dues.map((due) => due.item.scheduleNo)}::int[], ${dues.map((due) => due.index)}::int[])
        as d (item_id, schedule_no, index) on p.subscription_item_id = d.item_id and p.schedule_no = d.schedule_no and p.index = d.index
      where p.tenant_id = ${tx.tenantId}::uuid)
    order by i.billing_sequence, i.id`;
}

/** The first void invoice that billed one of these periods and was not made again; null: there is none. */
export async function findVoidedClaim(
  tx: TenantTx,
  dues: readonly DuePeriod[],
): Promise<{ readonly id: string; readonly number: string | null } | null> {
  const [row] = await tx.db.$queryRaw<{ id: string; number: string | null }[]>`
    select i.id, i.number from billing_period p
    join unnest(${dues.map((due) => due.item.itemId)}::uuid[], ${dues.map((due) => due.item.scheduleNo)}::int[], ${dues.map((due) => due.index)}::int[])
      as d (item_id, schedule_no, index) on p.subscription_item_id = d.item_id and p.schedule_no = d.schedule_no and p.index = d.index
    join invoice i on i.tenant_id = p.tenant_id and i.id = p.invoice_id
    where p.tenant_id = ${tx.tenantId}::uuid and i.invoice_status = 'voided'
    order by i.billing_sequence, i.id limit 1`;
  return row ?? null;
}

/** Keeps the key by which an invoice was asked for, unless another invoice has it. */
export async function nameInvoice(tx: TenantTx, invoiceId: string, key: string): Promise<void> {
  await tx.db.$executeRaw`
    update invoice set idempotency_key = ${key} where tenant_id = ${tx.tenantId}::uuid and id = ${invoiceId}::uuid
      and not exists (select 1 from invoice o where o.tenant_id = ${tx.tenantId}::uuid and o.idempotency_key = ${key})`;
}
