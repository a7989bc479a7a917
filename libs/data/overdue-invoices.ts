import { Prisma } from "#prisma/generated/client.ts";
import { type Db, type TenantTx, toDate } from "./database.ts";

/**
 * What may be said to be overdue and was not yet, as the shown status derives it; whether it is due is the caller's part. What another
 * engine issued is ours to tell from its import on, which is in system time; by a clock of the tenant's own the import has marked it.
 */
const unsaid = Prisma.sql`i.invoice_status = 'finalized' and i.payment_status <> 'succeeded' and i.uncollectible_at is null and i.overdue_at is null
  and i.invoice_type <> 'credit' and i.amount_due_minor > i.amount_paid_minor + i.amount_offset_minor
  and (i.imported_at is null or i.due_at >= i.imported_at or exists (select from tenant o where o.id = i.tenant_id and o.clock_now is not null))`;

export type OverdueInvoice = { readonly id: string; readonly customer_id: string };

/** Tenants with an unpaid invoice whose due date has passed by their own clock and that was not said to be overdue. System role. */
export async function listTenantsWithOverdue(db: Db): Promise<string[]> {
  const rows = await db.$queryRaw<{ tenant_id: string }[]>`
    select distinct i.tenant_id from invoice i join tenant t on t.id = i.tenant_id
    where ${unsaid} and i.due_at < coalesce(t.clock_now, now())`;
  return rows.map((row) => row.tenant_id);
}

/**
 * Marks as overdue what is, once each, those due first. What another transaction holds, such as a payment, is left to the next
 * call, which sees what became of it.
 */
export async function markOverdue(tx: TenantTx, limit: number): Promise<OverdueInvoice[]> {
  const now = toDate(tx.now);
  return tx.db.$queryRaw<OverdueInvoice[]>`
    with due as (
      select i.id from invoice i where i.tenant_id = ${tx.tenantId}::uuid and ${unsaid} and i.due_at < ${now}
      order by i.due_at, i.id limit ${limit} for update skip locked
    )
    update invoice i set overdue_at = ${now} from due where i.tenant_id = ${tx.tenantId}::uuid and i.id = due.id
    returning i.id, i.customer_id`;
}

/** The next instant at which an unpaid invoice becomes overdue, the first after its due date; null when there is none. */
export async function nextOverdueInstant(tx: TenantTx): Promise<Date | null> {
  const [row] = await tx.db.$queryRaw<{ at: Date | null }[]>`
    select min(i.due_at) + interval '1 millisecond' as at from invoice i
    where i.tenant_id = ${tx.tenantId}::uuid and ${unsaid} and i.due_at >= ${toDate(tx.now)}`;
  return row?.at ?? null;
}
