import type { Temporal } from "temporal-polyfill";
import { toDate, withSystem, withTenant } from "#libs/data/database.ts";
import { hasReconciliationSince } from "#libs/data/reconciliations.ts";
import { listTenantIds } from "#libs/data/tenants.ts";
import type { Deps } from "../deps.ts";
import { describeFailure } from "../work/run-work.ts";
import { requestReconciliation } from "./request-reconciliation.ts";

const restHours = 12;
const windowHours = 48;

/**
 * Asks for the daily report of every tenant: all checks, of what the last two days made. A tick that comes twice, and a tenant that
 * was compared within twelve hours, ask for none; one that fails is logged and does not stop the others.
 * @returns how many were asked for
 */
export async function scheduleReconciliations(
  deps: Pick<Deps, "database" | "logger">,
  at: Temporal.Instant,
): Promise<number> {
  let asked = 0;
  for (const tenantId of await withSystem(deps.database, listTenantIds)) {
    const scope = { tenantId, actor: "schedule:reconciliation.daily" };
    try {
      asked += await withTenant(deps.database, scope, async (tx) => {
        if (await hasReconciliationSince(tx, toDate(at.subtract({ hours: restHours })))) return 0;
        await requestReconciliation(tx, { since: toDate(at.subtract({ hours: windowHours })) });
        return 1;
      });
    } catch (error) {
      deps.logger.error("the daily reconciliation could not be asked for", {
        tenant_id: tenantId,
        error: describeFailure(error),
      });
    }
  }
  return asked;
}
