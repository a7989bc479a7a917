import { Temporal } from "temporal-polyfill";
import { type TenantTx, withSystem, withTenant } from "#libs/data/database.ts";
import {
  findTenantSchedule,
  listDueTenantSchedules,
  markTenantScheduleRun,
  type TenantScheduleName,
} from "#libs/data/tenant-schedules.ts";
import type { Deps } from "../deps.ts";
import { nextTick } from "./cron-tick.ts";
import { type ScheduledRun, startScheduledRun } from "./start-scheduled-runs.ts";

const schedulesAtOnce = 200;
const kinds = { "billing.month": "month", "billing.legacy": "legacy" } as const;

/**
 * Starts the runs whose tenant's own schedule is due. A tick that was slept through runs once, as soon as it is seen. Any
 * number of processes may do this: the row is locked, and the run's key is the tick.
 * @returns how many runs are new
 */
export async function runTenantSchedules(
  deps: Pick<Deps, "database" | "logger">,
  settings: Pick<ScheduledRun, "processMonth" | "dryRun">,
): Promise<number> {
  let fresh = 0;
  for (const due of await withSystem(deps.database, (db) => listDueTenantSchedules(db, schedulesAtOnce))) {
    const scope = { tenantId: due.tenant_id, actor: `schedule:${due.name}` };
    try {
      fresh += await withTenant(deps.database, scope, (tx) => runDue(tx, due.name, settings));
    } catch (error) {
      deps.logger.error("scheduled run could not start", { ...due, error });
    }
  }
  return fresh;
}

async function runDue(
  tx: TenantTx,
  name: TenantScheduleName,
  settings: Pick<ScheduledRun, "processMonth" | "dryRun">,
): Promise<number> {
  const schedule = await findTenantSchedule(tx, name, true);
  const now = Temporal.Now.instant();
  const at = schedule?.next_run_at;
  if (!schedule || !at || at.getTime() > now.epochMilliseconds) return 0;
  const ranAt = Temporal.Instant.fromEpochMilliseconds(at.getTime());
  const fresh = await startScheduledRun(tx, { kind: kinds[name], ...settings, at: ranAt });
  await markTenantScheduleRun(tx, { name, ranAt, nextRunAt: nextTick(schedule, now) });
  return fresh ? 1 : 0;
}
