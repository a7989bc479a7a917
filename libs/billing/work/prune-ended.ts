import { pruneApiIdempotency } from "#libs/data/api-idempotency.ts";
import { type TenantTx, withSystem, withTenant } from "#libs/data/database.ts";
import { pruneJobs } from "#libs/data/jobs.ts";
import {
  forgetDeliveries,
  forgetEffects,
  pruneHits,
  pruneInbox,
  type Retention,
} from "#libs/data/retention.ts";
import { listTenantIds } from "#libs/data/tenants.ts";
import type { Deps } from "../deps.ts";

const dayMs = 86_400_000;
const rowsAtOnce = 5_000;
/** What is left after so many batches waits for the next time. */
const mostBatches = 20;

type Step<Tx> = {
  readonly days: number;
  readonly prune: (tx: Tx, retention: Retention) => Promise<number>;
};

const ofTenant: readonly Step<TenantTx>[] = [
  { days: 30, prune: pruneApiIdempotency },
  { days: 90, prune: pruneJobs },
  { days: 90, prune: forgetEffects },
  { days: 90, prune: forgetDeliveries },
];

const ofAll: readonly Step<Parameters<typeof pruneInbox>[0]>[] = [
  { days: 90, prune: pruneInbox },
  { days: 1, prune: pruneHits },
];

/**
 * Forgets what is kept no longer: counters of tries after a day, API idempotency keys after 30 days, and after 90 days succeeded jobs, calls to the
 * outside that are over, deliveries that ended and messages of providers that were dealt with. System time, as it is at `at`. What
 * fails is logged: a tenant keeps no other waiting, and what is of no tenant keeps nothing else waiting.
 * @returns how many rows went
 */
export async function pruneEnded(
  deps: Pick<Deps, "database" | "logger">,
  at: Date = new Date(),
): Promise<number> {
  const retentionOf = ({ days }: { readonly days: number }): Retention => ({
    before: new Date(at.getTime() - days * dayMs),
    limit: rowsAtOnce,
  });
  let pruned = 0;
  for (const step of ofAll) {
    try {
      pruned += await inBatches(() => withSystem(deps.database, (db) => step.prune(db, retentionOf(step))));
    } catch (error) {
      deps.logger.error("pruning failed for what is of no tenant", { step: step.prune.name, error });
    }
  }
  for (const tenantId of await withSystem(deps.database, listTenantIds)) {
    try {
      for (const step of ofTenant) {
        pruned += await inBatches(() =>
          withTenant(deps.database, { tenantId, actor: "scheduler" }, (tx) =>
            step.prune(tx, retentionOf(step)),
          ),
        );
      }
    } catch (error) {
      deps.logger.error("pruning failed for a tenant", { tenant_id: tenantId, error });
    }
  }
  return pruned;
}

/** A transaction for each batch, until one finds less than it may take. */
async function inBatches(prune: () => Promise<number>): Promise<number> {
  let pruned = 0;
  for (let batch = 0; batch < mostBatches; batch += 1) {
    const gone = await prune();
    pruned += gone;
    if (gone < rowsAtOnce) break;
  }
  return pruned;
}
