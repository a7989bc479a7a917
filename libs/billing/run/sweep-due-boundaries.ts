import { hasOpenGeneration, lockRuns } from "#libs/data/billing-runs.ts";
import { type TenantTx, withSystem, withTenant } from "#libs/data/database.ts";
import { listTenantsWithDueDrafts, planDueDrafts } from "#libs/data/invoice-drafts.ts";
import {
  countBillable,
  everybody,
  listDueSubscriptions,
  listTenantsWithDueWork,
} from "#libs/data/subscription-progress.ts";
import type { Deps } from "../deps.ts";
import { replanWaitingRuns } from "./replan-runs.ts";
import { parkedRestMs } from "./plan-billing-run.ts";
import { runCutoffs } from "./run-cutoffs.ts";
import { startBillingRun } from "./start-billing-run.ts";
import { unparkMended } from "./unpark-mended.ts";

/**
 * Due is a fact: starts a run for every tenant that has a boundary due by its own clock, unless one is under way.
 * Any number of schedulers may do this at once; one run comes of it. Slept boundaries all come, in order.
 * What was parked comes back once it can be billed; a run is never started for what cannot.
 * @returns how many runs were started
 */
export async function sweepDueBoundaries(deps: Pick<Deps, "database" | "logger">): Promise<number> {
  const { database, logger } = deps;
  const eachTenant = async (tenantIds: readonly string[], step: (tenantId: string) => Promise<number>) => {
    let done = 0;
    for (const tenantId of tenantIds) {
      try {
        done += await step(tenantId);
      } catch (error) {
        logger.error("due sweep failed for a tenant", { tenant_id: tenantId, error });
      }
    }
    return done;
  };
  const due = await withSystem(database, (db) => listTenantsWithDueWork(db, parkedRestMs));
  const inTenant = (step: (tx: TenantTx) => Promise<number>) => (tenantId: string) =>
    withTenant(database, { tenantId, actor: "scheduler" }, step);
  await eachTenant(due, (tenantId) => unparkMended(deps, tenantId));
  const started = await eachTenant(due, inTenant(startDueRun));
  await eachTenant(await withSystem(database, listTenantsWithDueDrafts), inTenant(planDueDrafts));
  return started;
}

/**
 * Starts a run of what the tenant has due, unless one is under way. A month's run that waits for zones comes first: what
 * they have due belongs to it. Returns how many were started or planned again.
 */
export async function startDueRun(tx: TenantTx): Promise<number> {
  await lockRuns(tx);
  const replanned = await replanWaitingRuns(tx);
  if (replanned > 0 || (await hasOpenGeneration(tx))) return replanned;
  const { zones } = await countBillable(tx, everybody);
  const { cutoffs } = runCutoffs(zones, { month: null, asOf: null, dryRun: false }, tx.now);
  const due = await listDueSubscriptions(tx, cutoffs, everybody);
  if (due.length === 0) return 0;
  const run = await startBillingRun(tx, { kind: "due", dryRun: false });
  return run.fresh ? 1 : 0;
}
