import { domainError } from "#libs/core/errors.ts";
import type { Plan } from "#libs/core/price/plan.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { newId } from "#libs/data/new-id.ts";
import { findPlan, insertPlan, insertPlanVersion, type PlanRow } from "#libs/data/plans.ts";
import { planTerms } from "./plan-terms.ts";

/**
 * Creates a plan with its first version, which never changes.
 * Throws `plan_code_taken`, `fields_invalid` with every fault, `price_interval_mismatch`, `meter_not_found`.
 */
export async function createPlan(tx: TenantTx, plan: Plan): Promise<PlanRow> {
  const terms = await planTerms(tx, plan);
  const id = newId();
  if (!(await insertPlan(tx, { id, code: plan.code, name: plan.name }))) {
    throw domainError(
      "plan_code_taken",
      `the code ${JSON.stringify(plan.code)} names another plan; choose a new one, or make a new version of it`,
    );
  }
  await insertPlanVersion(tx, id, 1, terms);
  const row = await findPlan(tx, { id });
  if (row === null) throw domainError("internal", `plan ${id} vanished while it was created`);
  await writeAudit(tx, { action: "plan.create", targetType: "plan", targetId: id, after: row });
  return row;
}
