import { withSystem, withTenant } from "#libs/data/database.ts";
import { listTenantsWithOverdue } from "#libs/data/overdue-invoices.ts";
import type { Deps } from "../deps.ts";
import { describeFailure } from "../work/run-work.ts";
import { announceOverdue } from "./announce-overdue.ts";

/**
 * Says what has become overdue, of every tenant by its own clock; one that fails is logged and does not stop the others. Any
 * number of processes may do this at once. Returns how many invoices.
 */
export async function sweepOverdue(deps: Pick<Deps, "database" | "logger">): Promise<number> {
  let said = 0;
  for (const tenantId of await withSystem(deps.database, listTenantsWithOverdue)) {
    const scope = { tenantId, actor: "schedule:invoice.overdue" };
    try {
      let now = 0;
      do said += now = await withTenant(deps.database, scope, announceOverdue);
      while (now > 0);
    } catch (error) {
      deps.logger.error("overdue invoices could not be told", {
        tenant_id: tenantId,
        error: describeFailure(error),
      });
    }
  }
  return said;
}
