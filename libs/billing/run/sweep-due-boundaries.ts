import { hasOpenGeneration, lockRuns } from "#libs/data/billing-runs.ts";
import { type Database, withSystem, withTenant } from "#libs/data/database.ts";
import { emitDueDrafts } from "#libs/data/invoice-drafts.ts";
import {
  countBillable,
  listDueSubscriptions,
  listTenantsWithDueWork,
  unparkSubscriptions,
} from "#libs/data/subscription-progress.ts";
import { parkedRestMs } from "./plan-billing-run.ts";
import { runCutoffs } from "./run-cutoffs.ts";
import { startBillingRun } from "./start-billing-run.ts";

/**
 * Due is a fact: starts a run for every tenant that has a boundary due by its own clock, unless one is under way.
 * Any number of schedulers may do this at once; one run comes of it. Slept boundaries all come, in order.
 * @returns how many runs were started
 */
export async function sweepDueBoundaries(database: Database): Promise<number> {
  const tenants = await withSystem(database, (db) => listTenantsWithDueWork(db, parkedRestMs));
  let started = 0;
  for (const tenantId of tenants) {
    started += await withTenant(database, { tenantId, actor: "scheduler" }, async (tx) => {
      await lockRuns(tx);
      if (await hasOpenGeneration(tx)) return 0;
      await unparkSubscriptions(tx, { olderThanMs: parkedRestMs });
      const { zones } = await countBillable(tx, null);
      const { cutoffs } = runCutoffs(zones, { month: null, asOf: null, dryRun: false }, tx.now);
      const due = await listDueSubscriptions(tx, cutoffs, null);
      if (due.length === 0) return 0;
      const run = await startBillingRun(tx, { kind: "due", dryRun: false });
      return run.fresh ? 1 : 0;
    });
  }
  await emitDueDrafts(database);
  return started;
}
