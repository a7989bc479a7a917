import { DomainError, domainError } from "#libs/core/errors.ts";
import { findRun } from "#libs/data/billing-runs.ts";
import { type Database, type TenantTx, withTenant } from "#libs/data/database.ts";
import { planJobs } from "#libs/data/domain-events.ts";
import { isDatabaseTimeOut, isDatabaseUnavailable } from "#libs/data/database-failure.ts";
import { parkSubscriptions, zonesOfSubscriptions } from "#libs/data/subscription-progress.ts";
import { describeFailure } from "../work/run-work.ts";
import { type GenerateResult, generateInvoices } from "./generate-invoices.ts";
import { runWindow } from "./plan-billing-run.ts";
import { runCutoffs } from "./run-cutoffs.ts";

export type ChunkInput = {
  readonly runId: string;
  /** Names the chunk within its run; halves append to it. */
  readonly chunk: string;
  readonly subscriptionIds: readonly string[];
};

/** Bills one chunk of a run. */
export async function billChunk(tx: TenantTx, input: ChunkInput): Promise<GenerateResult> {
  const run = await findRun(tx, input.runId);
  if (run === null) throw domainError("run_not_found", `no billing run ${input.runId}`);
  const zones = await zonesOfSubscriptions(tx, input.subscriptionIds);
  const { cutoffs } = runCutoffs(zones, runWindow(run), tx.now);
  return generateInvoices(tx, { subscriptionIds: input.subscriptionIds, cutoffs, dryRun: run.dry_run });
}

/**
 * After a chunk failed: it runs again in halves, until the one subscription that is the cause stands alone and is parked. A
 * chunk that took too long is halved too; one subscription that does is tried again as it is, as is everything when the
 * database itself fails (connection, deadlock).
 * @returns null when trying again is all there is to do
 */
export async function halveChunk(
  database: Database,
  scope: { readonly tenantId: string; readonly runId: string | null },
  input: ChunkInput,
  thrown: unknown,
): Promise<{ halved: string[] } | GenerateResult | null> {
  if (!isOfTheChunk(thrown, input.subscriptionIds.length)) return null;
  return withTenant(database, { ...scope, actor: "job:invoice.generate" }, async (tx) => {
    const { subscriptionIds, chunk } = input;
    const [only] = subscriptionIds;
    if (subscriptionIds.length === 1 && only !== undefined) {
      const { code, message } = describeFailure(thrown);
      const parked = { subscriptionId: only, customerId: null, code, reason: message };
      await parkSubscriptions(tx, [parked]);
      return { invoices: [], boundaries: 0, parked: [parked] };
    }
    const middle = Math.ceil(subscriptionIds.length / 2);
    const halves = [subscriptionIds.slice(0, middle), subscriptionIds.slice(middle)];
    await planJobs(
      tx,
      halves.map((ids, half) => ({
        type: "billing_run.chunk_due",
        subjectType: "billing_run",
        subjectId: input.runId,
        data: { chunk: `${chunk}.${half}`, subscription_ids: ids },
      })),
    );
    return { halved: halves.map((_, half) => `${chunk}.${half}`) };
  });
}

function isOfTheChunk(thrown: unknown, size: number): boolean {
  if (thrown instanceof DomainError && (thrown.kind === "unavailable" || thrown.kind === "limit"))
    return false;
  return isDatabaseTimeOut(thrown) ? size > 1 : !isDatabaseUnavailable(thrown);
}
