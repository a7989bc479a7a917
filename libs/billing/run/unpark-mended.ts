import { withTenant } from "#libs/data/database.ts";
import { isDatabaseUnavailable, isHeldUp } from "#libs/data/database-failure.ts";
import {
  listRestedParked,
  restParked,
  unparkSubscriptions,
  zonesOfSubscriptions,
} from "#libs/data/subscription-progress.ts";
import type { Deps } from "../deps.ts";
import { describeFailure } from "../work/run-work.ts";
import { generateInvoices } from "./generate-invoices.ts";
import { parkedRestMs } from "./plan-billing-run.ts";
import { runCutoffs } from "./run-cutoffs.ts";

const triedAtOnce = 50;

type Refusal = { readonly code: string; readonly reason: string };

/**
 * Takes back from the side those parked subscriptions that could be billed by now, whatever was mended: each is billed in a
 * transaction that is taken back. The others rest again, with what is wrong now, so that no run starts only to meet them.
 * Not tried are accounts whose books do not add up.
 * @returns how many were taken back
 */
export async function unparkMended(deps: Pick<Deps, "database">, tenantId: string): Promise<number> {
  const scope = { tenantId, actor: "scheduler" };
  const ids = await withTenant(deps.database, scope, (tx) =>
    listRestedParked(tx, { olderThanMs: parkedRestMs, limit: triedAtOnce }),
  );
  let mended = 0;
  for (const subscriptionId of ids) {
    const refusal = await refusalOf(deps, tenantId, subscriptionId);
    if (refusal === "held") continue;
    await withTenant(deps.database, scope, async (tx) => {
      if (refusal === null) await unparkSubscriptions(tx, { subscriptionId });
      else await restParked(tx, { subscriptionId, ...refusal });
    });
    if (refusal === null) mended += 1;
  }
  return mended;
}

/** Why it cannot be billed up to now; null: it can; "held": somebody else has it in hand, so that nobody knows. Nothing of the try stays. */
async function refusalOf(
  { database }: Pick<Deps, "database">,
  tenantId: string,
  subscriptionId: string,
): Promise<Refusal | "held" | null> {
  const takenBack = new Error("the try is taken back");
  let refusal: Refusal | null = null;
  try {
    await withTenant(database, { tenantId, actor: "scheduler" }, async (tx) => {
      await unparkSubscriptions(tx, { subscriptionId });
      const zones = await zonesOfSubscriptions(tx, [subscriptionId]);
      const { cutoffs } = runCutoffs(zones, { month: null, asOf: null, dryRun: false }, tx.now);
      const tried = { subscriptionIds: [subscriptionId], cutoffs, dryRun: false };
      refusal = (await generateInvoices(tx, tried)).parked[0] ?? null;
      throw takenBack;
    });
  } catch (error) {
    if (error === takenBack) return refusal;
    if (isHeldUp(error)) return "held";
    if (isDatabaseUnavailable(error)) throw error;
    const { code, message } = describeFailure(error);
    return { code, reason: message };
  }
  return refusal;
}
