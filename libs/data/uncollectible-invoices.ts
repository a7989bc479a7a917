import { Prisma } from "#prisma/generated/client.ts";
import { type TenantTx, toDate } from "./database.ts";
import { breachCode } from "./subscription-progress.ts";

/** How many days after its due date, or after more of it was left to pay again, on the wall clock of the zone, an unpaid invoice is given up. */
export type WriteOffTerms = { readonly days: number; readonly timezone: string };

/** When it was last left to pay: at its due date, or later by a refund that reopened it or a credit note against it that was voided. */
const owedSince = Prisma.sql`greatest(i.due_at,
  (select max(r.paid_out_at) from payment p join refund r on r.tenant_id = p.tenant_id and r.payment_id = p.id
    where p.tenant_id = i.tenant_id and p.invoice_id = i.id and r.reopened_minor > 0 and r.state in ('processing', 'succeeded')),
  (select max(n.voided_at) from invoice n
    where n.tenant_id = i.tenant_id and n.corrects_invoice_id = i.id and n.settlement = 'offset' and n.invoice_status = 'voided'))`;

/** The instant at which an invoice is given up. */
function instantOf({ days, timezone }: WriteOffTerms): Prisma.Sql {
  return Prisma.sql`((${owedSince} at time zone ${timezone}) + ${days}::int * interval '1 day') at time zone ${timezone}`;
}

/**
 * What may be given up without a person: unpaid, ours, nothing on its way and no further try planned, its customer neither
 * spared from reminders nor put aside because the books do not add up.
 */
const withoutHope = Prisma.sql`i.invoice_status = 'finalized' and i.payment_status <> 'succeeded' and i.uncollectible_at is null
  and i.invoice_type <> 'credit' and i.imported_at is null and i.amount_due_minor > i.amount_paid_minor + i.amount_offset_minor
  and not exists (select from customer c where c.tenant_id = i.tenant_id and c.id = i.customer_id and c.reminders_paused)
  and not exists (select from payment_attempt a where a.tenant_id = i.tenant_id and a.invoice_id = i.id
    and (a.state in ('open', 'processing') or a.next_attempt_at is not null))
  and not exists (select from subscription s where s.tenant_id = i.tenant_id and s.customer_id = i.customer_id and s.parked_code = ${breachCode})`;

/** Unpaid invoices whose time to be paid is over by these terms, those due first. */
export async function listPastCollecting(
  tx: TenantTx,
  terms: WriteOffTerms & { readonly limit: number },
): Promise<string[]> {
  const now = toDate(tx.now);
  const rows = await tx.db.$queryRaw<{ id: string }[]>`
    select i.id from invoice i
    where i.tenant_id = ${tx.tenantId}::uuid and ${withoutHope}
      and i.due_at <= ${now}::timestamptz - ${terms.days - 1}::int * interval '1 day' and ${instantOf(terms)} <= ${now}
    order by i.due_at, i.id limit ${terms.limit}`;
  return rows.map((row) => row.id);
}

/** Whether it is one of those still; lock it first. */
export async function isPastCollecting(
  tx: TenantTx,
  invoiceId: string,
  terms: WriteOffTerms,
): Promise<boolean> {
  const rows = await tx.db.$queryRaw<object[]>`
    select from invoice i where i.tenant_id = ${tx.tenantId}::uuid and i.id = ${invoiceId}::uuid and ${withoutHope}
      and ${instantOf(terms)} <= ${toDate(tx.now)}`;
  return rows.length > 0;
}

/** The next instant at which an invoice that is unpaid now is given up; null when there is none. */
export async function nextWriteOffInstant(tx: TenantTx, terms: WriteOffTerms): Promise<Date | null> {
  const [row] = await tx.db.$queryRaw<{ at: Date | null }[]>`
    select min(${instantOf(terms)}) as at from invoice i
    where i.tenant_id = ${tx.tenantId}::uuid and ${withoutHope} and ${instantOf(terms)} > ${toDate(tx.now)}`;
  return row?.at ?? null;
}
