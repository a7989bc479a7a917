import { monthEnd } from "#libs/core/calendar/month.ts";
import {
  countRunParked,
  countRunWork,
  findRun,
  listOpenRuns,
  type RunRow,
  setRunState,
} from "#libs/data/billing-runs.ts";
import { type Database, type TenantTx, withSystem, withTenant } from "#libs/data/database.ts";
import { emitEvents, planJobs } from "#libs/data/domain-events.ts";
import { countRunFailures } from "#libs/data/run-report.ts";
import { Temporal } from "temporal-polyfill";

/** Attempts of one dispatch: work that failed so often counts as an error of the run, though it is tried on. */
const patience = 5;

/**
 * Decides, from the jobs themselves, how every open run stands: generated, completed, or completed with errors.
 * Later successes of a run with errors make it complete, and say `recovered`. Never a counter.
 */
export async function settleRuns(database: Database): Promise<number> {
  const open = await withSystem(database, listOpenRuns);
  let settled = 0;
  for (const run of open) {
    const scope = { tenantId: run.tenant_id, runId: run.id, actor: "scheduler" };
    settled += await withTenant(database, scope, (tx) => settleRun(tx, run.id));
  }
  return settled;
}

async function settleRun(tx: TenantTx, runId: string): Promise<number> {
  const run = await findRun(tx, runId, true);
  if (run === null || run.state === "completed") return 0;
  const work = await countRunWork(tx, runId, patience);
  // A plan that died must not keep the tenant's other runs waiting for ever.
  if (run.state === "planning" && work.dead === 0 && !work.pastDeadline) return 0;
  if (await replanned(tx, run)) return 0;
  if (work.generating > 0 && !work.pastDeadline) return 0;
  const waits = run.waiting_zones.length > 0 && !work.pastDeadline;
  if ((work.moving > 0 && !work.pastDeadline) || waits) {
    if (run.state === "generating") await setRunState(tx, runId, "generated", false);
    return 0;
  }
  const failures =
    work.failing + work.moving + (await countRunParked(tx, runId)) + (await countRunFailures(tx, runId));
  const state = failures > 0 ? "completed_with_errors" : "completed";
  if (state === run.state) return 0;
  const recovered = run.state === "completed_with_errors" && state === "completed";
  await setRunState(tx, runId, state, recovered);
  if (!run.dry_run && run.state !== "completed_with_errors") {
    await emitEvents(tx, [
      { type: "billing_run.completed", subjectType: "billing_run", subjectId: runId, data: { state } },
    ]);
  }
  if (recovered) {
    await emitEvents(tx, [{ type: "billing_run.recovered", subjectType: "billing_run", subjectId: runId }]);
  }
  return 1;
}

/** A zone whose month has ended since joins its run: the run is planned once more. */
async function replanned(tx: TenantTx, run: RunRow): Promise<boolean> {
  const { month } = run;
  if (month === null || run.dry_run) return false;
  const over = run.waiting_zones.filter(
    (zone) => Temporal.Instant.compare(monthEnd(month, zone), tx.now) <= 0,
  );
  if (over.length === 0) return false;
  const jobs = await planJobs(tx, [
    {
      type: "billing_run.requested",
      subjectType: "billing_run",
      subjectId: run.id,
      data: { round: roundOf(run.waiting_zones.length - over.length) },
    },
  ]);
  return jobs.length > 0;
}

/** Each further plan of a run has its own number: fewer zones wait each time. */
function roundOf(zonesLeft: number): number {
  return 1_000 - zonesLeft;
}
