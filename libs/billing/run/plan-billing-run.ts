import { toInstant, type TenantTx } from "#libs/data/database.ts";
import { findRun, type RunRow, saveRunPlan } from "#libs/data/billing-runs.ts";
import { domainError } from "#libs/core/errors.ts";
import { planJobs } from "#libs/data/domain-events.ts";
import {
  countBillable,
  countNothingDue,
  listDueSubscriptions,
  unparkSubscriptions,
} from "#libs/data/subscription-progress.ts";
import { runCutoffs } from "./run-cutoffs.ts";

/** How long a parked subscription rests before a run tries it again. */
export const parkedRestMs = 15 * 60_000;

/**
 * Finds what a run has to bill and cuts it into chunks of `batchSize` subscriptions, one job each. `round` counts
 * how often the run was planned: again when a zone's month has ended since.
 */
export async function planBillingRun(
  tx: TenantTx,
  input: { readonly runId: string; readonly round: number; readonly batchSize: number },
): Promise<{ organizations: number; due: number; waitingZones: readonly string[] }> {
  const run = await findRun(tx, input.runId, true);
  if (run === null) throw domainError("run_not_found", `no billing run ${input.runId}`);
  const whom = {
    customerIds: run.customers.length === 0 ? null : run.customers,
    leavesScheduled: run.leaves_scheduled,
  };
  if (!run.dry_run) await unparkSubscriptions(tx, { olderThanMs: parkedRestMs });
  const { organizations, zones } = await countBillable(tx, whom);
  const { cutoffs, waiting } = runCutoffs(zones, runWindow(run), tx.now);
  const due = await listDueSubscriptions(tx, cutoffs, whom);
  await planJobs(
    { ...tx, runId: run.id },
    chunksOf(
      due.map((subscription) => subscription.id),
      input.batchSize,
    ).map((ids, chunk) => ({
      type: "billing_run.chunk_due",
      subjectType: "billing_run",
      subjectId: run.id,
      data: { chunk: `${input.round}.${chunk}`, subscription_ids: ids },
    })),
  );
  const alreadyBilled = input.round === 0 ? await countNothingDue(tx, cutoffs, whom) : run.already_billed;
  await saveRunPlan(tx, run.id, { organizations, alreadyBilled, waitingZones: waiting });
  return { organizations, due: due.length, waitingZones: waiting };
}

/** What a run's row says about how far it bills. */
export function runWindow(run: RunRow) {
  return { month: run.month, asOf: run.as_of === null ? null : toInstant(run.as_of), dryRun: run.dry_run };
}

function chunksOf<T>(list: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let at = 0; at < list.length; at += size) chunks.push(list.slice(at, at + size));
  return chunks;
}
