import { z } from "zod";
import { domainError } from "#libs/core/errors.ts";
import {
  countRunJobs,
  readRunRevenue,
  type RunJobCount,
  type RunRevenue,
  type RunView,
} from "#libs/data/billing-run-reads.ts";
import { findRun } from "#libs/data/billing-runs.ts";
import type { TenantTx } from "#libs/data/database.ts";
import {
  loadCustomerNames,
  loadRunChunks,
  loadRunInvoices,
  type RunInvoiceRow,
} from "#libs/data/run-report.ts";

/** What a chunk reports in its job's result; see `generateInvoices`. */
const chunkResult = z.object({
  invoices: z.array(
    z.object({
      ...{ invoiceId: z.string(), customerId: z.string(), currency: z.string(), total: z.string() },
      // Runs of earlier versions did not note it.
      ...{ periodStart: z.string().nullable().default(null), periodEnd: z.string().nullable().default(null) },
    }),
  ),
  parked: z.array(
    z.object({
      subscriptionId: z.string(),
      customerId: z.string().nullable(),
      code: z.string(),
      reason: z.string(),
    }),
  ),
});

export type RunParked = z.infer<typeof chunkResult>["parked"][number];
export type RunPreview = z.infer<typeof chunkResult>["invoices"][number];

export type RunDetails = {
  readonly run: RunView;
  readonly jobs: readonly RunJobCount[];
  /** Rows of what was written; a dry run has none. */
  readonly revenue: readonly RunRevenue[];
  readonly invoices: readonly RunInvoiceRow[];
  /** What a dry run would have made. */
  readonly previews: readonly RunPreview[];
  readonly parked: readonly RunParked[];
  /** Names of customers that only previews and parked subscriptions know. */
  readonly names: ReadonlyMap<string, { readonly external_id: string | null; readonly name: string }>;
};

/** Everything that is known of a run, from its jobs and invoices. @throws `run_not_found` */
export async function readRun(tx: TenantTx, runId: string): Promise<RunDetails> {
  const run = await findRun(tx, runId);
  if (run === null) throw domainError("run_not_found", "there is no such billing run");
  const chunks = (await loadRunChunks(tx, runId)).flatMap((job) => {
    const parsed = chunkResult.safeParse(job.result);
    return parsed.success ? [parsed.data] : [];
  });
  const previews = run.dry_run ? chunks.flatMap((chunk) => chunk.invoices) : [];
  const parked = chunks.flatMap((chunk) => chunk.parked);
  const ids = [...previews.map((p) => p.customerId), ...parked.flatMap((p) => p.customerId ?? [])];
  return {
    run,
    jobs: await countRunJobs(tx, runId),
    revenue: await readRunRevenue(tx, runId),
    invoices: await loadRunInvoices(tx, runId),
    previews,
    parked,
    names: await loadCustomerNames(tx, [...new Set(ids)]),
  };
}
