import { type TenantTx, withSystem, withTenant } from "#libs/data/database.ts";
import { listTenantIdsAfter } from "#libs/data/tenants.ts";
import type { Deps } from "../deps.ts";

/** One bounded piece of a sweep of a tenant: how much it put right, and where the next piece goes on; null = from the start. */
export type SweepStep = (
  tx: TenantTx,
  after: string | null,
) => Promise<{ readonly done: number; readonly next: string | null }>;

export type TenantSweep = (deps: Pick<Deps, "database" | "logger">) => Promise<number>;

/**
 * A sweep over all tenants, some of them a turn, each by one piece from where it stood: neither a tenant with a backlog nor one
 * that fails, which is logged, keeps another waiting. Places are remembered by this process alone; another begins anew.
 */
export function tenantSweep(name: string, step: SweepStep, tenantsAtOnce = 200): TenantSweep {
  const places = new Map<string, string>();
  let lastTenant: string | null = null;
  return async ({ database, logger }) => {
    const tenantIds = await withSystem(database, (db) => listTenantIdsAfter(db, lastTenant, tenantsAtOnce));
    lastTenant = tenantIds.length === tenantsAtOnce ? (tenantIds.at(-1) ?? null) : null;
    let done = 0;
    for (const tenantId of tenantIds) {
      try {
        const swept = await withTenant(database, { tenantId, actor: "scheduler" }, (tx) =>
          step(tx, places.get(tenantId) ?? null),
        );
        if (swept.next === null) places.delete(tenantId);
        else places.set(tenantId, swept.next);
        if (swept.done > 0)
          logger.warn("lost work was put right", { sweep: name, tenant_id: tenantId, done: swept.done });
        done += swept.done;
      } catch (error) {
        places.delete(tenantId);
        logger.error("a sweep failed for a tenant", { sweep: name, tenant_id: tenantId, error });
      }
    }
    return done;
  };
}
