import { writeAudit } from "#libs/data/audit-log.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { planJobs } from "#libs/data/domain-events.ts";
import { newId } from "#libs/data/new-id.ts";
import {
  insertReconciliation,
  type ReconciliationCheck,
  reconciliationChecks,
  setReconciliationJob,
} from "#libs/data/reconciliations.ts";

export type RequestedReconciliation = { readonly reconciliationId: string; readonly jobId: string };

/** Asks for a comparison of what is stored with itself and with the outside: writes it, and the job that makes the report. */
export async function requestReconciliation(
  tx: TenantTx,
  input: { readonly checks?: readonly ReconciliationCheck[]; readonly since?: Date },
): Promise<RequestedReconciliation> {
  const { checks = reconciliationChecks, since = null } = input;
  const id = newId();
  await insertReconciliation(tx, { id, checks: [...new Set(checks)], since });
  const [jobId] = await planJobs(tx, [
    { type: "reconciliation.requested", subjectType: "reconciliation", subjectId: id },
  ]);
  if (jobId === undefined) throw new Error("no job is caused by reconciliation.requested");
  await setReconciliationJob(tx, id, jobId);
  await writeAudit(tx, {
    ...{ action: "reconciliation.start", targetType: "reconciliation", targetId: id },
    after: { checks, since },
  });
  return { reconciliationId: id, jobId };
}
