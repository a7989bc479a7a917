import { type TenantTx, toDate } from "./database.ts";
import { newId } from "./new-id.ts";

/** When to remind: days from the due date, on the wall clock of the zone. */
export type ReminderDays = { readonly days: readonly number[]; readonly timezone: string };

export type DueReminder = { readonly id: string; readonly invoiceId: string; readonly day: number };

/** What is later than this is not sent any more: a machine that slept does not remind of everything at once. */
const lateDaysMax = 7;

/**
 * Notes the reminders that are due now, `limit` at most: of each unpaid invoice the latest that it did not have yet. Not
 * reminded of are customers whose reminders are paused, and invoices whose payment is on its way or that were imported.
 */
export async function insertDueReminders(
  tx: TenantTx,
  { days, timezone, limit }: ReminderDays & { readonly limit: number },
): Promise<DueReminder[]> {
  const now = toDate(tx.now);
  const due = await tx.db.$queryRaw<{ invoice_id: string; day: number; at: Date }[]>`
    select distinct on (i.id) i.id as invoice_id, s.day, r.at
    from invoice i
    join customer c on c.tenant_id = i.tenant_id and c.id = i.customer_id and not c.reminders_paused
    cross join unnest(${[...days]}::int[]) as s (day)
    cross join lateral (select ((i.due_at at time zone ${timezone}) + s.day * interval '1 day') at time zone ${timezone} as at) r
    where i.tenant_id = ${tx.tenantId}::uuid and i.invoice_status = 'finalized' and i.payment_status <> 'succeeded' and i.uncollectible_at is null
      and i.invoice_type <> 'credit' and i.amount_due_minor > i.amount_paid_minor + i.amount_offset_minor
      and i.imported_at is null and i.due_at between ${now}::timestamptz - ${Math.max(...days) + lateDaysMax + 1} * interval '1 day'
                       and ${now}::timestamptz + ${1 - Math.min(...days)} * interval '1 day'
      and r.at <= ${now} and r.at >= i.issued_at and r.at > ${now}::timestamptz - ${lateDaysMax} * interval '1 day'
      and not exists (select from dunning_step d where d.tenant_id = i.tenant_id and d.invoice_id = i.id and d.step >= s.day)
      and not exists (select from payment_attempt a where a.tenant_id = i.tenant_id and a.invoice_id = i.id and a.state = 'processing')
    order by i.id, s.day desc limit ${limit}`;
  const rows = await tx.db.$queryRaw<{ id: string; invoice_id: string; step: number }[]>`
    insert into dunning_step (tenant_id, id, invoice_id, step, kind, due_at)
    select ${tx.tenantId}::uuid, r.id, r.invoice_id, r.day, 'reminder', r.at
    from unnest(${due.map(() => newId())}::uuid[], ${due.map((row) => row.invoice_id)}::uuid[], ${due.map((row) => row.day)}::int[],
                ${due.map((row) => row.at)}::timestamptz[]) as r (id, invoice_id, day, at)
    on conflict do nothing returning id, invoice_id, step`;
  return rows.map((row) => ({ id: row.id, invoiceId: row.invoice_id, day: row.step }));
}

/** The next instant at which an unpaid invoice is to be reminded of; null when there is none. */
export async function nextReminderInstant(
  tx: TenantTx,
  { days, timezone }: ReminderDays,
): Promise<Date | null> {
  const [row] = await tx.db.$queryRaw<{ at: Date | null }[]>`
    select min(r.at) as at
    from invoice i
    cross join unnest(${[...days]}::int[]) as s (day)
    cross join lateral (select ((i.due_at at time zone ${timezone}) + s.day * interval '1 day') at time zone ${timezone} as at) r
    where i.tenant_id = ${tx.tenantId}::uuid and i.invoice_status = 'finalized' and i.payment_status <> 'succeeded' and i.uncollectible_at is null
      and i.invoice_type <> 'credit' and i.imported_at is null and r.at > ${toDate(tx.now)}`;
  return row?.at ?? null;
}

/** A reminder that may still be sent; null: it was sent, called off, or the customer's reminders are paused since. */
export async function findOpenReminder(
  tx: TenantTx,
  id: string,
): Promise<{ readonly day: number; readonly invoiceId: string } | null> {
  const [row] = await tx.db.$queryRaw<{ step: number; invoice_id: string }[]>`
    select d.step, d.invoice_id from dunning_step d
    join invoice i on i.tenant_id = d.tenant_id and i.id = d.invoice_id
    join customer c on c.tenant_id = i.tenant_id and c.id = i.customer_id
    where d.tenant_id = ${tx.tenantId}::uuid and d.id = ${id}::uuid and d.done_at is null and d.canceled_at is null and not c.reminders_paused`;
  return row === undefined ? null : { day: row.step, invoiceId: row.invoice_id };
}

/** Notes that a reminder was handed over; false when it was noted before. */
export async function finishReminder(tx: TenantTx, id: string): Promise<boolean> {
  const changed = await tx.db.$executeRaw`
    update dunning_step set done_at = ${toDate(tx.now)}
    where tenant_id = ${tx.tenantId}::uuid and id = ${id}::uuid and done_at is null`;
  return changed === 1;
}

/** Calls off what was not sent yet of an invoice's reminders. */
export async function cancelReminders(tx: TenantTx, invoiceId: string): Promise<void> {
  await tx.db.$executeRaw`
    update dunning_step set canceled_at = ${toDate(tx.now)}
    where tenant_id = ${tx.tenantId}::uuid and invoice_id = ${invoiceId}::uuid and done_at is null and canceled_at is null`;
}
