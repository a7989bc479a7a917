import { writeAudit } from "#libs/data/audit-log.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { retryJobs } from "#libs/data/jobs.ts";
import { unparkSubscriptions } from "#libs/data/subscription-progress.ts";

/**
 * Tries everything of invoices again that had failed: lets parked subscriptions be billed, but for accounts whose books do not add
 * up, and sends failed and dead jobs of invoices off with a fresh budget. Repeated, it does what has failed since.
 * @returns ids of the subscriptions, and how many jobs
 */
export async function retryFailedInvoices(
  tx: TenantTx,
): Promise<{ readonly unparked: readonly string[]; readonly retried: number }> {
  const unparked = await unparkSubscriptions(tx, { olderThanMs: 0 });
  const jobs = await retryJobs(tx, { namePrefix: "invoice." });
  if (unparked.length + jobs.length > 0) {
    await writeAudit(tx, {
      ...{ action: "invoice.retry_failed", targetType: "tenant", targetId: tx.tenantId },
      after: { subscriptions: unparked, jobs: jobs.length },
    });
  }
  return { unparked, retried: jobs.length };
}
