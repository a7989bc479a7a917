import type { RunKind, RunState } from "./billing-runs.ts";
import type { TenantTx } from "./database.ts";
import { type Page, type PageQuery, toPage } from "./page.ts";

export type RunView = {
  readonly id: string;
  readonly kind: RunKind;
  readonly month: string | null;
  readonly as_of: Date | null;
  readonly dry_run: boolean;
  readonly state: RunState;
  readonly organizations: number;
  readonly already_billed: number;
  readonly waiting_zones: readonly string[];
  readonly started_at: Date;
  readonly generated_at: Date | null;
  readonly completed_at: Date | null;
  readonly recovered_at: Date | null;
};

/** Newest first. */
export async function listRuns(
  tx: TenantTx,
  query: PageQuery<{ readonly month?: string; readonly state?: RunState; readonly kind?: RunKind }>,
): Promise<Page<RunView>> {
  const { month = null, state = null, kind = null } = query.filters ?? {};
  const rows = await tx.db.$queryRaw<RunView[]>`
    select id, kind, month, as_of, dry_run, state, organizations, already_billed, waiting_zones, started_at, generated_at, completed_at, recovered_at
    from billing_run
    where tenant_id = ${tx.tenantId}::uuid and (${query.cursor}::uuid is null or id < ${query.cursor}::uuid)
      and (${month}::text is null or month = ${month}) and (${state}::text is null or state = ${state}) and (${kind}::text is null or kind = ${kind})
    order by id desc limit ${query.limit + 1}`;
  return toPage(rows, query.limit);
}

export type RunRevenue = {
  readonly currency: string;
  readonly invoices: number;
  readonly total_minor: bigint;
  readonly paid_minor: bigint;
};

/** What a run invoiced and what of it was paid, by currency; voided invoices left out. */
export async function readRunRevenue(tx: TenantTx, runId: string): Promise<RunRevenue[]> {
  return tx.db.$queryRaw<RunRevenue[]>`
    select currency, count(*)::int as invoices, sum(total_minor)::bigint as total_minor, sum(amount_paid_minor)::bigint as paid_minor
    from invoice where tenant_id = ${tx.tenantId}::uuid and run_id = ${runId}::uuid and invoice_status <> 'voided'
    group by currency order by currency`;
}

export type RunJobCount = {
  readonly queue: string;
  readonly state: string;
  readonly count: number;
  readonly failing: number;
};

/** The jobs of a run by queue and state; `failing` counts those that hold an error and have not succeeded. */
export async function countRunJobs(tx: TenantTx, runId: string): Promise<RunJobCount[]> {
  return tx.db.$queryRaw<RunJobCount[]>`
    select queue, state, count(*)::int as count, count(*) filter (where last_error is not null and state <> 'succeeded')::int as failing
    from job where tenant_id = ${tx.tenantId}::uuid and run_id = ${runId}::uuid group by queue, state order by queue, state`;
}
