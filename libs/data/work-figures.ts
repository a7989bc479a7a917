import type { Db } from "./database.ts";

export type WorkFigures = {
  readonly jobs: readonly { readonly queue: string; readonly state: string; readonly count: number }[];
  readonly effects: readonly { readonly state: string; readonly count: number }[];
  readonly invoices: readonly { readonly state: string; readonly count: number }[];
  /** Age of the oldest job that is due and has not ended; 0 when there is none. */
  readonly oldestDueSeconds: number;
};

/** How much work there is and how old it is, over all tenants. System role. */
export async function readWorkFigures(db: Db): Promise<WorkFigures> {
  const jobs = await db.$queryRaw<{ queue: string; state: string; count: number }[]>`
    select queue, state, count(*)::int as count from job where state <> 'succeeded' group by queue, state`;
  const effects = await db.$queryRaw<{ state: string; count: number }[]>`
    select state, count(*)::int as count from effect group by state`;
  const invoices = await db.$queryRaw<{ state: string; count: number }[]>`
    select invoice_status as state, count(*)::int as count from invoice group by invoice_status`;
  const [due] = await db.$queryRaw<{ seconds: number }[]>`
    select coalesce(extract(epoch from now() - min(run_at)), 0)::float8 as seconds
    from job where state in ('pending', 'queued', 'running', 'failed') and run_at <= now()`;
  return { jobs, effects, invoices, oldestDueSeconds: Math.max(0, due?.seconds ?? 0) };
}
