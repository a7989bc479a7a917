import { type Database, withSystem, withTenant } from "#libs/data/database.ts";
import { planJobs } from "#libs/data/domain-events.ts";
import { listUsageTenants } from "#libs/data/usage-recounts.ts";

/**
 * The hourly tick: one recount, and one settlement of late usage, for every tenant that sent usage. The clock hour is part of the job's key, so several
 * schedulers and a tick that comes twice plan it once.
 * @returns how many jobs are new
 */
export async function planRecounts(database: Database): Promise<number> {
  const { tenantIds, clockHour } = await withSystem(database, listUsageTenants);
  let planned = 0;
  for (const tenantId of tenantIds) {
    planned += await withTenant(database, { tenantId, actor: "schedule:usage.recount" }, async (tx) => {
      const subject = { subjectType: "tenant", subjectId: tenantId } as const;
      const data = { sweep: clockHour.toString() };
      const jobs = await planJobs(tx, [
        { type: "usage.recount_due", ...subject, data },
        { type: "usage.settlement_due", ...subject, data },
      ]);
      return jobs.length;
    });
  }
  return planned;
}
