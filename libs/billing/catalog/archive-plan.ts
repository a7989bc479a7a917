import { domainError } from "#libs/core/errors.ts";
import { type ObjectRef, refText } from "#libs/core/object-ref.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { archivePlanRow, findPlan, lockPlan, type PlanRow } from "#libs/data/plans.ts";
import { assertVersion } from "./assert-version.ts";

/**
 * Closes a plan to new subscriptions; those that exist go on. A second time changes nothing.
 * Throws `plan_not_found`, `version_conflict`.
 */
export async function archivePlan(
  tx: TenantTx,
  input: { readonly plan: ObjectRef; readonly ifVersion?: number },
): Promise<PlanRow> {
  const before = await lockPlan(tx, input.plan);
  if (before === null) throw domainError("plan_not_found", `there is no plan ${refText(input.plan)}`);
  if (before.archived_at !== null) return before;
  assertVersion("plan", before.version, input.ifVersion);
  await archivePlanRow(tx, before.id);
  const after = await findPlan(tx, { id: before.id });
  if (after === null) throw domainError("internal", `plan ${before.id} vanished while it was archived`);
  await writeAudit(tx, { action: "plan.archive", targetType: "plan", targetId: before.id, before, after });
  return after;
}
