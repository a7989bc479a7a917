import type { TenantTx } from "./database.ts";

export type RunJobRow = {
  readonly id: string;
  readonly name: string;
  readonly queue: string;
  readonly state: string;
  readonly attempts: number;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly result: Readonly<Record<string, unknown>> | null;
};

export type RunInvoiceRow = {
  readonly invoice_id: string;
  readonly customer_id: string;
  readonly customer_external_id: string | null;
  readonly customer_name: string;
  readonly customer_email: string | null;
  readonly number: string | null;
  readonly currency: string;
  readonly period_start: Date | null;
  readonly period_end: Date | null;
  readonly total_minor: bigint;
  readonly amount_due_minor: bigint;
  readonly payment_status: string;
  readonly pdf_size_bytes: number | null;
  readonly pdf_url: string | null;
  readonly jobs: readonly RunJobRow[];
};

/** The invoices of a run with the jobs that deliver and collect them, by customer and number. */
export async function loadRunInvoices(tx: TenantTx, runId: string): Promise<RunInvoiceRow[]> {
  return tx.db.$queryRaw<RunInvoiceRow[]>`
    select i.id as invoice_id, i.customer_id, c.external_id as customer_external_id, c.name as customer_name, c.email as customer_email,
      i.number, i.currency, i.period_start, i.period_end, i.total_minor, i.amount_due_minor, i.payment_status, a.size_bytes as pdf_size_bytes, a.object_url as pdf_url,
      (select coalesce(jsonb_agg(jsonb_build_object('id', j.id, 'name', j.name, 'queue', j.queue, 'state', j.state, 'attempts', j.attempts,
          'error', j.last_error - array['at', 'losses'], 'result', j.result) order by j.created_at, j.id), '[]')
        from job j where j.tenant_id = i.tenant_id and j.run_id = i.run_id and j.payload->>'invoiceId' = i.id::text) as jobs
    from invoice i
    join customer c on c.tenant_id = i.tenant_id and c.id = i.customer_id
    left join artifact a on a.tenant_id = i.tenant_id and a.invoice_id = i.id and a.kind = 'invoice_pdf'
    where i.tenant_id = ${tx.tenantId}::uuid and i.run_id = ${runId}::uuid
    order by c.external_id nulls last, i.customer_id, i.number`;
}

/** What the run's chunks reported: in a dry run the only trace. */
export async function loadRunChunks(tx: TenantTx, runId: string): Promise<RunJobRow[]> {
  return tx.db.$queryRaw<RunJobRow[]>`
    select id, name, queue, state, attempts, last_error - array['at', 'losses'] as error, result from job
    where tenant_id = ${tx.tenantId}::uuid and run_id = ${runId}::uuid and queue = 'invoice-generation' order by created_at, id`;
}

/** Names of customers, for reports that know only their ids. */
export async function loadCustomerNames(
  tx: TenantTx,
  ids: readonly string[],
): Promise<Map<string, { external_id: string | null; name: string }>> {
  const rows = await tx.db.$queryRaw<{ id: string; external_id: string | null; name: string }[]>`
    select id, external_id, name from customer where tenant_id = ${tx.tenantId}::uuid and id = any(${[...ids]}::uuid[])`;
  return new Map(rows.map((row) => [row.id, row]));
}

/** Deliveries that ended without error and yet did not arrive for sure: mails whose fate is unknown. */
export async function countRunFailures(tx: TenantTx, runId: string): Promise<number> {
  const [row] = await tx.db.$queryRaw<{ n: bigint }[]>`
    select count(*) as n from job where tenant_id = ${tx.tenantId}::uuid and run_id = ${runId}::uuid
      and state = 'succeeded' and jsonb_exists(result, 'unknown')`;
  return Number(row?.n ?? 0n);
}

export type InvoiceTotalsRow = {
  readonly external_id: string | null;
  /** Counts a customer's subscription invoices from 1. */
  readonly sequence: number;
  readonly period_start: Date | null;
  readonly period_end: Date | null;
  readonly currency: string;
  readonly lines: number;
  readonly subtotal_minor: bigint;
  readonly discount_total_minor: bigint;
  readonly tax_total_minor: bigint;
  readonly total_minor: bigint;
};

/** The totals of every issued invoice of subscriptions, by customer and sequence. */
export async function listInvoiceTotals(tx: TenantTx): Promise<InvoiceTotalsRow[]> {
  return tx.db.$queryRaw<InvoiceTotalsRow[]>`
    select c.external_id, i.billing_sequence as sequence, i.period_start, i.period_end, i.currency,
      (select count(*)::int from invoice_line l where l.tenant_id = i.tenant_id and l.invoice_id = i.id) as lines,
      i.subtotal_minor, i.discount_total_minor, i.tax_total_minor, i.total_minor
    from invoice i join customer c on c.tenant_id = i.tenant_id and c.id = i.customer_id
    where i.tenant_id = ${tx.tenantId}::uuid and i.invoice_status = 'finalized' and i.subscription_id is not null and i.invoice_type <> 'credit'
    order by c.external_id, i.billing_sequence`;
}

export type CollectionRow = {
  readonly id: string;
  readonly customer_id: string;
  readonly collection: string;
  readonly payment_status: string;
  readonly currency: string;
  readonly remaining_minor: bigint;
  readonly failed_attempts: number;
};

/** How far the issued invoices of a tenant are collected. */
export async function listCollection(tx: TenantTx): Promise<CollectionRow[]> {
  return tx.db.$queryRaw<CollectionRow[]>`
    select i.id, i.customer_id, s.collection, i.payment_status, i.currency, i.amount_due_minor - i.amount_paid_minor - i.amount_offset_minor as remaining_minor,
      (select count(*)::int from payment_attempt a where a.tenant_id = i.tenant_id and a.invoice_id = i.id and a.state = 'failed') as failed_attempts
    from invoice i join subscription s on s.tenant_id = i.tenant_id and s.id = i.subscription_id
    where i.tenant_id = ${tx.tenantId}::uuid and i.invoice_status = 'finalized' and i.invoice_type <> 'credit'`;
}
