import { pruneApiIdempotency } from "#libs/data/api-idempotency.ts";
import { withSystem, withTenant } from "#libs/data/database.ts";
import { pruneJobs } from "#libs/data/jobs.ts";
import { listTenantIds } from "#libs/data/tenants.ts";
import type { Deps } from "../deps.ts";

const jobsAtOnce = 5_000;

/**
 * Forgets what is kept no longer: API idempotency keys after 30 days, succeeded jobs after 90. System time. A tenant
 * that fails is logged and keeps no other waiting.
 * @returns how many rows went
 */
export async function pruneEnded(deps: Pick<Deps, "database" | "logger">): Promise<number> {
  let pruned = 0;
  for (const tenantId of await withSystem(deps.database, listTenantIds)) {
    try {
      pruned += await withTenant(deps.database, { tenantId, actor: "scheduler" }, async (tx) => {
        return (await pruneApiIdempotency(tx)) + (await pruneJobs(tx, jobsAtOnce));
      });
    } catch (error) {
      deps.logger.error("pruning failed for a tenant", { tenant_id: tenantId, error });
    }
  }
  return pruned;
}
