import { withSystem, withTenant } from "#libs/data/database.ts";
import { listTenantIds } from "#libs/data/tenants.ts";
import type { Deps } from "../deps.ts";
import { describeFailure } from "../work/run-work.ts";
import { planReminders } from "./plan-reminders.ts";

/** Plans the reminders of every tenant; one that fails is logged and does not stop the others. Returns how many are due. */
export async function sweepReminders(deps: Pick<Deps, "database" | "logger">): Promise<number> {
  let planned = 0;
  for (const tenantId of await withSystem(deps.database, listTenantIds)) {
    const scope = { tenantId, actor: "schedule:invoice.remind" };
    try {
      planned += await withTenant(deps.database, scope, planReminders);
    } catch (error) {
      deps.logger.error("reminders could not be planned", {
        tenant_id: tenantId,
        error: describeFailure(error),
      });
    }
  }
  return planned;
}
