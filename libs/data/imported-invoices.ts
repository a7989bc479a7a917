import { toDate, type TenantTx } from "./database.ts";
import { newId } from "./new-id.ts";
import type { Temporal } from "temporal-polyfill";

/** One import of a tenant at a time, until the transaction ends. */
export async function lockImports(tx: TenantTx): Promise<void> {
  await tx.db
    .$executeRaw`select pg_advisory_xact_lock(hashtextextended('billwright.invoice_import/' || ${tx.tenantId}, 0))`;
}

/** What is stored under a number; `imported`: another engine issued it. */
export type NumberedInvoice = {
  readonly id: string;
  readonly number: string;
  readonly imported: boolean;
  readonly customer_id: string;
  readonly currency: string;
  readonly issued_at: Date;
  readonly total_minor: bigint;
  readonly tax_total_minor: bigint;
  readonly due_at: Date | null;
  readonly description: string | null;
  readonly tax_rate_ids: readonly string[];
  /** What the import itself said was paid; later payments are not in it. */
  readonly imported_paid_minor: bigint;
  readonly imported_paid_at: Date | null;
  /** In the order of the lines. */
  readonly line_hashes: readonly string[];
};

export async function findInvoicesByNumber(
  tx: TenantTx,
  numbers: readonly string[],
): Promise<Map<string, NumberedInvoice>> {
  const rows = await tx.db.$queryRaw<NumberedInvoice[]>`
    select i.id, i.number, i.imported_at is not null as imported, i.customer_id, i.currency, i.issued_at, i.total_minor, i.tax_total_minor, i.due_at,
      i.description, array(select t.tax_rate_id from invoice_tax t where t.tenant_id = i.tenant_id and t.invoice_id = i.id order by 1) as tax_rate_ids,
      coalesce(p.paid, 0)::bigint as imported_paid_minor, p.received_at as imported_paid_at,
      array(select l.input_hash from invoice_line l where l.tenant_id = i.tenant_id and l.invoice_id = i.id order by l.position) as line_hashes
    from invoice i left join lateral (
      select sum(amount_minor) as paid, min(received_at) as received_at from payment
      where tenant_id = i.tenant_id and invoice_id = i.id and provider = 'manual' and reference = 'imported' and created_at = i.imported_at
    ) p on true
    where i.tenant_id = ${tx.tenantId}::uuid and i.number = any(${[...numbers]}::text[])`;
  return new Map(rows.map((row) => [row.number, row]));
}

/** The imported numbers of a tenant with their issue. */
export async function listImportedNumbers(
  tx: TenantTx,
): Promise<{ readonly number: string; readonly issued_at: Date }[]> {
  return tx.db.$queryRaw`
    select number, issued_at from invoice where tenant_id = ${tx.tenantId}::uuid and imported_at is not null order by number`;
}

/**
 * Issues drafts under the numbers that they have had elsewhere, outside of our series, and freezes their documents. That those
 * which are overdue already are so was said elsewhere.
 */
export async function issueImported(
  tx: TenantTx,
  list: readonly {
    readonly invoiceId: string;
    readonly number: string;
    readonly issuedAt: Temporal.Instant;
    readonly dueAt: Temporal.Instant;
    readonly document: object;
  }[],
): Promise<void> {
  await tx.db.$executeRaw`
    with wanted as (
      select * from unnest(${list.map((i) => i.invoiceId)}::uuid[], ${list.map((i) => i.number)}::text[], ${list.map((i) => toDate(i.issuedAt))}::timestamptz[],
        ${list.map((i) => toDate(i.dueAt))}::timestamptz[], ${list.map((i) => JSON.stringify(i.document))}::text[]) as w (id, number, issued_at, due_at, document)
    ), issued as (
      update invoice i set invoice_status = 'finalized', number = w.number, issued_at = w.issued_at, due_at = w.due_at, finalized_at = now(), imported_at = now(),
        overdue_at = case when w.due_at < ${toDate(tx.now)}::timestamptz then w.due_at end
      from wanted w where i.tenant_id = ${tx.tenantId}::uuid and i.id = w.id returning i.id
    ), documents as (
      select w.id, w.document::jsonb || jsonb_build_object('number', w.number,
        'issuedAt', to_char(w.issued_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'dueAt', to_char(w.due_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) as document
      from wanted w join issued i on i.id = w.id
    )
    insert into invoice_document (tenant_id, invoice_id, document, sha256)
    select ${tx.tenantId}::uuid, id, document, encode(sha256(convert_to(document::text, 'UTF8')), 'hex') from documents`;
}

/** Writes what was paid elsewhere, as money that came past the provider. @returns the payments' ids, in the order given */
export async function insertImportedPayments(
  tx: TenantTx,
  list: readonly {
    readonly invoiceId: string;
    readonly customerId: string;
    readonly amountMinor: bigint;
    readonly currency: string;
    readonly receivedAt: Temporal.Instant;
  }[],
): Promise<string[]> {
  const ids = list.map(() => newId());
  if (list.length === 0) return ids;
  await tx.db.$executeRaw`
    insert into payment (tenant_id, id, invoice_id, customer_id, provider, method, reference, amount_minor, overpaid_minor, currency, received_at)
    select ${tx.tenantId}::uuid, p.id, p.invoice_id, p.customer_id, 'manual', 'manual', 'imported', p.amount, 0, p.currency, p.received_at
    from unnest(${ids}::uuid[], ${list.map((p) => p.invoiceId)}::uuid[], ${list.map((p) => p.customerId)}::uuid[], ${list.map((p) => p.amountMinor)}::bigint[],
      ${list.map((p) => p.currency)}::text[], ${list.map((p) => toDate(p.receivedAt))}::timestamptz[]) as p (id, invoice_id, customer_id, amount, currency, received_at)`;
  return ids;
}
