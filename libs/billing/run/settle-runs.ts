import {
  countRunParked,
  countRunWork,
  findRun,
  listFailedRuns,
  listOpenRuns,
  setRunState,
} from "#libs/data/billing-runs.ts";
import { type TenantTx, withSystem, withTenant } from "#libs/data/database.ts";
import { emitEvents } from "#libs/data/domain-events.ts";
import { countRunFailures } from "#libs/data/run-report.ts";
import type { Deps } from "../deps.ts";
import { replanRun } from "./replan-runs.ts";

/** Attempts of one dispatch: work that failed so often counts as an error of the run, though it is tried on. */
const patience = 5;

/**
 * Decides, from the jobs themselves, how every open run stands: generated, completed, or completed with errors.
 * Later successes of a run with errors make it complete, and say `recovered`. Never a counter. A run that cannot be
 * settled is logged and keeps no other waiting.
 */
export async function settleRuns(
  deps: Pick<Deps, "database" | "logger">,
  which: "open" | "failed" = "open",
): Promise<number> {
  const open = await withSystem(deps.database, which === "open" ? listOpenRuns : listFailedRuns);
  let settled = 0;
  for (const run of open) {
    const scope = { tenantId: run.tenant_id, runId: run.id, actor: "scheduler" };
    try {
      settled += await withTenant(deps.database, scope, (tx) => settleRun(tx, run.id));
    } catch (error) {
      deps.logger.error("run could not be settled", { tenant_id: run.tenant_id, run_id: run.id, error });
    }
  }
  return settled;
}

/** Decides how one run stands. Returns 1 when it completed by this call. */
export async function settleRun(tx: TenantTx, runId: string): Promise<number> {
  const run = await findRun(tx, runId, true);
  if (run === null || run.state === "completed") return 0;
  const work = await countRunWork(tx, runId, patience);
  // A plan that died must not keep the tenant's other runs waiting for ever.
  if (run.state === "planning" && work.dead === 0 && !work.pastDeadline) return 0;
  if (await replanRun(tx, run)) return 0;
  if (work.generating > 0 && !work.pastDeadline) return 0;
  const waits = run.waiting_zones.length > 0 && run.state !== "planning";
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
