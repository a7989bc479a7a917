import { type Database, withSystem, withTenant } from "#libs/data/database.ts";
import { planJobs } from "#libs/data/domain-events.ts";
import { listUsageTenants } from "#libs/data/usage-recounts.ts";

/**
 * The hourly tick: one recount job for every tenant that sent usage. The clock hour is part of the job's key, so several
 * schedulers and a tick that comes twice plan it once.
 * @returns how many jobs are new
 */
export async function planRecounts(database: Database): Promise<number> {
  const { tenantIds, clockHour } = await withSystem(database, listUsageTenants);
  let planned = 0;
  for (const tenantId of tenantIds) {
    planned += await withTenant(database, { tenantId, actor: "schedule:usage.recount" }, async (tx) => {
      const signal = {
        type: "usage.recount_due",
        subjectType: "tenant",
        subjectId: tenantId,
        data: { sweep: clockHour.toString() },
      } as const;
      return (await planJobs(tx, [signal])).length;
    });
  }
  return planned;
}
