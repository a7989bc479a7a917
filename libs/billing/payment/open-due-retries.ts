import type { JobSeed } from "#libs/core/events.ts";
import { type Database, withSystem, withTenant } from "#libs/data/database.ts";
import { insertJobs } from "#libs/data/jobs.ts";
import { listDueRetries } from "#libs/data/payment-attempts.ts";

/**
 * Writes the job of each declined attempt whose next try is due. A job that exists is left as it is.
 * @returns how many jobs are new
 */
export async function openDueRetries(
  database: Database,
  options: {
    readonly seed: (retry: { readonly invoiceId: string; readonly attemptId: string }) => JobSeed;
    readonly limit?: number;
  },
): Promise<number> {
  const due = await withSystem(database, (db) => listDueRetries(db, options.limit ?? 200));
  let written = 0;
  for (const attempt of due) {
    const seed = options.seed({ invoiceId: attempt.invoice_id, attemptId: attempt.id });
    const scope = { tenantId: attempt.tenant_id, actor: "payment.retry" };
    written += (await withTenant(database, scope, (tx) => insertJobs(tx, [seed]))).length;
  }
  return written;
}
