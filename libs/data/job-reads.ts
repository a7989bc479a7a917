import { Prisma } from "#prisma/generated/client.ts";
import type { TenantTx } from "./database.ts";
import type { JobState } from "./jobs.ts";
import { type Page, type PageQuery, toPage } from "./page.ts";

export type JobView = {
  readonly id: string;
  readonly name: string;
  readonly queue: string;
  readonly state: JobState;
  readonly attempts: number;
  readonly attempt_budget: number;
  readonly dispatch: number;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly result: unknown;
  /** `at`: when it failed so; jobs that failed before that was noted have none. */
  readonly last_error: { readonly code: string; readonly message: string; readonly at?: string } | null;
  readonly run_id: string | null;
  readonly run_at: Date;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly ended_at: Date | null;
};

export type JobFilters = {
  readonly state?: JobState;
  readonly queue?: string;
  readonly name?: string;
  readonly runId?: string;
  /** Jobs whose payload names this object. */
  readonly subjectId?: string;
};

const columns = Prisma.sql`id, name, queue, state, attempts, attempt_budget, dispatch, payload, result, last_error, run_id, run_at, created_at, started_at, ended_at`;

export async function findJob(tx: TenantTx, id: string): Promise<JobView | null> {
  const rows = await tx.db.$queryRaw<JobView[]>`
    select ${columns} from job where tenant_id = ${tx.tenantId}::uuid and id = ${id}::uuid`;
  return rows[0] ?? null;
}

export type JobSubject = { readonly number: string | null; readonly customer_name: string };

/** The invoices that jobs are about, by the job's id; jobs about something else have none. */
export async function loadJobSubjects(
  tx: TenantTx,
  jobIds: readonly string[],
): Promise<Map<string, JobSubject>> {
  const rows = await tx.db.$queryRaw<({ id: string } & JobSubject)[]>`
    select j.id, i.number, c.name as customer_name from job j
    join invoice i on i.tenant_id = j.tenant_id and i.id::text = j.payload->>'invoiceId'
    join customer c on c.tenant_id = i.tenant_id and c.id = i.customer_id
    where j.tenant_id = ${tx.tenantId}::uuid and j.id = any(${[...jobIds]}::uuid[])`;
  return new Map(rows.map((row) => [row.id, row]));
}

/** Newest first. */
export async function listJobs(tx: TenantTx, query: PageQuery<JobFilters>): Promise<Page<JobView>> {
  const { state = null, queue = null, name = null, runId = null, subjectId = null } = query.filters ?? {};
  const rows = await tx.db.$queryRaw<JobView[]>`
    select ${columns} from job
    where tenant_id = ${tx.tenantId}::uuid and (${query.cursor}::uuid is null or id < ${query.cursor}::uuid)
      and (${state}::text is null or state = ${state}) and (${queue}::text is null or queue = ${queue})
      and (${name}::text is null or name = ${name}) and (${runId}::uuid is null or run_id = ${runId}::uuid)
      and (${subjectId}::text is null or payload->>'invoiceId' = ${subjectId} or payload->>'runId' = ${subjectId})
    order by id desc limit ${query.limit + 1}`;
  return toPage(rows, query.limit);
}
