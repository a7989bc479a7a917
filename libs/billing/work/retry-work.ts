import { domainError } from "#libs/core/errors.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { findJob, type JobView } from "#libs/data/job-reads.ts";
import { retryJobs } from "#libs/data/jobs.ts";

/**
 * Gives one failed or dead job a fresh budget and sends it off again.
 * @throws `job_not_found`, `job_not_retryable` when it has ended well or is under way
 */
export async function retryJob(tx: TenantTx, input: { readonly jobId: string }): Promise<JobView> {
  const before = await findJob(tx, input.jobId);
  if (before === null) throw domainError("job_not_found", "there is no such job");
  const retried = await retryJobs(tx, { ids: [before.id] });
  if (retried.length === 0) {
    throw domainError(
      "job_not_retryable",
      `the job is ${before.state}; only failed and dead jobs are retried`,
    );
  }
  await writeAudit(tx, {
    action: "job.retry",
    targetType: "job",
    targetId: before.id,
    before: { state: before.state, attempts: before.attempts, last_error: before.last_error },
  });
  return (await findJob(tx, before.id)) ?? before;
}

/** Sends off all failed and dead jobs of a queue or name; without a filter, all of them. Returns how many. */
export async function retryJobsByFilter(
  tx: TenantTx,
  filter: { readonly queue?: string; readonly name?: string },
): Promise<number> {
  const retried = await retryJobs(tx, filter);
  if (retried.length > 0) {
    await writeAudit(tx, {
      action: "job.retry_all",
      targetType: "tenant",
      targetId: tx.tenantId,
      after: { ...filter, jobs: retried.length },
    });
  }
  return retried.length;
}
