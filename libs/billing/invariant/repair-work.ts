import { type TenantTx, withTenant } from "#libs/data/database.ts";
import type { Deps } from "../deps.ts";
import { planMissingDeliveries, stagesOf } from "../invoice/plan-missing-deliveries.ts";
import { restoreDueBoundaries } from "../run/restore-due-boundaries.ts";
import { startDueRun } from "../run/sweep-due-boundaries.ts";
import { recountHour } from "../usage/recount-hour.ts";
import { replanLostJobs } from "../work/replan-lost-jobs.ts";
import { replanStuckEffects } from "../work/replan-stuck-effects.ts";
import type { SweepStep } from "../work/sweep-tenants.ts";
import { hoursToRecount } from "./usage-checks.ts";

/** What a repair did: how often, in words that go after the number. */
export type Repaired = { readonly what: string; readonly count: number };

const mostPieces = 1_000;

/**
 * Sends lost work off again and works lost derivations out anew, for one tenant: jobs of events and effects, stages of
 * delivery, due boundaries, buckets. Never edits money, an issued invoice, a payment or the ledger. Safe to repeat, and beside the
 * sweeps, which do the same piece by piece.
 * @returns what was done; nothing when nothing was lost
 */
export async function repairWork(
  deps: Pick<Deps, "database" | "stripe" | "mailer">,
  input: { readonly tenantId: string; readonly deep?: boolean },
): Promise<Repaired[]> {
  const scope = { tenantId: input.tenantId, actor: "doctor", timeoutMs: 60_000 };
  const inTenant = <T>(work: (tx: TenantTx) => Promise<T>) => withTenant(deps.database, scope, work);
  const stages = stagesOf(deps);
  const steps: readonly (readonly [what: string, step: SweepStep])[] = [
    ["subscriptions have their next boundary again", restoreDueBoundaries],
    ["jobs of events were written again", replanLostJobs],
    ["jobs of calls that did not end were sent off again", (tx, after) => replanStuckEffects(tx, after)],
    ["jobs of deliveries were sent off again", (tx, after) => planMissingDeliveries(tx, after, { stages })],
  ];
  const repaired: Repaired[] = [];
  for (const [what, step] of steps) {
    let place: { readonly done: number; readonly next: string | null } = await inTenant((tx) =>
      step(tx, null),
    );
    let count = place.done;
    for (let piece = 1; piece < mostPieces && place.next !== null; piece++) {
      const { next } = place;
      place = await inTenant((tx) => step(tx, next));
      count += place.done;
    }
    repaired.push({ what, count });
  }
  repaired.push({ what: "billing runs were started for what is due", count: await inTenant(startDueRun) });
  let buckets = 0;
  for (const hour of await inTenant((tx) => hoursToRecount(tx, input.deep === true))) {
    buckets += (await inTenant((tx) => recountHour(tx, { hour }))).repaired;
  }
  repaired.push({ what: "buckets of usage were counted again", count: buckets });
  return repaired.filter(({ count }) => count > 0);
}
