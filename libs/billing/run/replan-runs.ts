import { Temporal } from "temporal-polyfill";
import { monthEnd } from "#libs/core/calendar/month.ts";
import { lockWaitingRuns, type RunRow, reopenRunPlan } from "#libs/data/billing-runs.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { planJobs } from "#libs/data/domain-events.ts";
import { runDeadlineMs } from "./start-billing-run.ts";

/** Lets the zones whose month has ended since join the open runs of that month. Returns how many runs were planned again. */
export async function replanWaitingRuns(tx: TenantTx): Promise<number> {
  let replanned = 0;
  for (const run of await lockWaitingRuns(tx)) replanned += (await replanRun(tx, run)) ? 1 : 0;
  return replanned;
}

/**
 * Plans a run once more when a zone that it waits for has ended its month by the tenant's clock. The caller holds the
 * run's row; while the plan is under way it is not planned again.
 */
export async function replanRun(tx: TenantTx, run: RunRow): Promise<boolean> {
  const { month } = run;
  if (month === null || run.dry_run || run.state === "planning") return false;
  const isOver = (zone: string) => Temporal.Instant.compare(monthEnd(month, zone), tx.now) <= 0;
  if (!run.waiting_zones.some(isOver)) return false;
  const plans = await reopenRunPlan(tx, run.id, runDeadlineMs);
  await planJobs({ ...tx, runId: run.id }, [
    {
      type: "billing_run.requested",
      subjectType: "billing_run",
      subjectId: run.id,
      data: { round: plans - 1 },
    },
  ]);
  return true;
}
