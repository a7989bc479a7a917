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
      i.number, i.currency, i.total_minor, i.amount_due_minor, i.payment_status, a.size_bytes as pdf_size_bytes, a.object_url as pdf_url,
      (select coalesce(jsonb_agg(jsonb_build_object('id', j.id, 'name', j.name, 'queue', j.queue, 'state', j.state, 'attempts', j.attempts,
          'error', j.last_error, 'result', j.result) order by j.created_at, j.id), '[]')
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
    select id, name, queue, state, attempts, last_error as error, result from job
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
