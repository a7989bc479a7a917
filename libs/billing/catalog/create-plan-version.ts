import { domainError } from "#libs/core/errors.ts";
import { type ObjectRef, refText } from "#libs/core/object-ref.ts";
import type { Plan } from "#libs/core/price/plan.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { findPlan, insertPlanVersion, lockPlan, type PlanRow, touchPlan } from "#libs/data/plans.ts";
import { assertVersion } from "./assert-version.ts";
import { planTerms } from "./plan-terms.ts";

/** The whole terms of the new version; nothing is taken over from the one before but the code and, unset, the name. */
export type NewPlanVersion = Omit<Plan, "code" | "name"> & {
  readonly plan: ObjectRef;
  readonly name?: string;
  readonly ifVersion?: number;
};

/**
 * Adds a version to a plan for subscriptions to come; those that exist stay on theirs.
 * Throws `plan_not_found`, `plan_archived`, `version_conflict`, `fields_invalid`, `price_interval_mismatch`, `meter_not_found`.
 */
export async function createPlanVersion(tx: TenantTx, input: NewPlanVersion): Promise<PlanRow> {
  const { plan, ifVersion, name, ...terms } = input;
  const before = await lockPlan(tx, plan);
  if (before === null) throw domainError("plan_not_found", `there is no plan ${refText(plan)}`);
  if (before.archived_at !== null)
    throw domainError("plan_archived", `the plan ${before.code} is archived and takes no new version`);
  assertVersion("plan", before.version, ifVersion);
  const newName = name ?? before.name;
  const stored = await planTerms(tx, { ...terms, code: before.code, name: newName });
  await insertPlanVersion(tx, before.id, before.plan_version + 1, stored);
  await touchPlan(tx, before.id, newName);
  const after = await findPlan(tx, { id: before.id });
  if (after === null) throw domainError("internal", `plan ${before.id} vanished while it was changed`);
  await writeAudit(tx, {
    action: "plan.create_version",
    targetType: "plan",
    targetId: before.id,
    before,
    after,
  });
  return after;
}
