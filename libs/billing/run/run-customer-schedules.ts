import { Temporal } from "temporal-polyfill";
import { listDueCustomerSchedules, markCustomerScheduleRun } from "#libs/data/customer-schedules.ts";
import { lockCustomer } from "#libs/data/customers.ts";
import { type TenantTx, withSystem, withTenant } from "#libs/data/database.ts";
import type { Deps } from "../deps.ts";
import { nextTick } from "./cron-tick.ts";
import { type ScheduledRun, startScheduledRun } from "./start-scheduled-runs.ts";

const schedulesAtOnce = 200;

/**
 * Starts the month's run of each customer whose own schedule is due, for that customer alone. A tick that was slept through
 * runs once, as soon as it is seen; that of an inactive customer when it is active again. Any number of processes may do this:
 * the row is locked, and the month and the customer are the run's key.
 * @returns how many runs are new
 */
export async function runCustomerSchedules(
  deps: Pick<Deps, "database" | "logger">,
  settings: Pick<ScheduledRun, "processMonth" | "dryRun">,
): Promise<number> {
  let fresh = 0;
  for (const due of await withSystem(deps.database, (db) => listDueCustomerSchedules(db, schedulesAtOnce))) {
    const scope = { tenantId: due.tenant_id, actor: "schedule:customer" };
    try {
      fresh += await withTenant(deps.database, scope, (tx) => runDue(tx, due.customer_id, settings));
    } catch (error) {
      deps.logger.error("a customer's scheduled run could not start", { ...due, error });
    }
  }
  return fresh;
}

async function runDue(
  tx: TenantTx,
  customerId: string,
  settings: Pick<ScheduledRun, "processMonth" | "dryRun">,
): Promise<number> {
  const customer = await lockCustomer(tx, { id: customerId });
  const now = Temporal.Now.instant();
  const at = customer?.schedule_next_run_at;
  if (!customer?.schedule || !at || at.getTime() > now.epochMilliseconds) return 0;
  const ranAt = Temporal.Instant.fromEpochMilliseconds(at.getTime());
  const { schedule } = customer;
  const only = { id: customerId, timezone: schedule.timezone };
  const fresh = await startScheduledRun(tx, { kind: "month", ...settings, at: ranAt, customer: only });
  await markCustomerScheduleRun(tx, { customerId, ranAt, nextRunAt: nextTick(schedule, now) });
  return fresh ? 1 : 0;
}
