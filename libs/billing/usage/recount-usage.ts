import { withTenant } from "#libs/data/database.ts";
import type { Deps } from "../deps.ts";
import { adoptEvents } from "./adopt-events.ts";
import { dueRecounts, recountHour } from "./recount-hour.ts";

export type UsageSweep = {
  readonly hours: number;
  readonly buckets: number;
  readonly repaired: number;
  readonly adopted: number;
};

/**
 * One hourly sweep of a tenant's usage: adopts events whose customer or meter appeared unnoticed, then recounts the
 * hours that are due, each in its own transaction. What had to be repaired is logged as a warning.
 */
export async function recountUsage(
  deps: Pick<Deps, "database" | "logger">,
  input: { readonly tenantId: string },
): Promise<UsageSweep> {
  const scope = { tenantId: input.tenantId, actor: "job:usage.recount", timeoutMs: 120_000 };
  const { adopted } = await withTenant(deps.database, scope, (tx) => adoptEvents(tx, {}));
  const hours = await withTenant(deps.database, scope, (tx) => dueRecounts(tx));
  let buckets = 0;
  let repaired = 0;
  for (const hour of hours) {
    const recount = await withTenant(deps.database, scope, (tx) => recountHour(tx, { hour }));
    buckets += recount.buckets;
    repaired += recount.repaired;
    if (recount.repaired > 0) {
      deps.logger.warn("usage buckets repaired", {
        tenant_id: input.tenantId,
        hour: hour.toString(),
        ...recount,
      });
    }
  }
  const sweep = { hours: hours.length, buckets, repaired, adopted };
  deps.logger.info("usage recounted", { tenant_id: input.tenantId, ...sweep });
  return sweep;
}
