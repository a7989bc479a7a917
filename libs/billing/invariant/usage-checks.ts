import type { Temporal } from "temporal-polyfill";
import { hourOf } from "#libs/core/usage/usage-bucket.ts";
import { loadBillableSubscriptions } from "#libs/data/billable-subscriptions.ts";
import { type TenantTx, toInstant } from "#libs/data/database.ts";
import type { Breach } from "#libs/data/invariants/breach.ts";
import {
  findLostEvents,
  hasNewerEvents,
  listClaimsToProve,
  listUsageHours,
} from "#libs/data/invariants/usage-breaches.ts";
import { loadQuantities } from "#libs/data/usage-quantities.ts";
import { dueRecounts, findWrongBuckets } from "../usage/recount-hour.ts";
import type { Look } from "./invariant.ts";

const hoursAtOnce = 22;
const periodsAtOnce = 500;
const everyPeriod = 100_000;

/** The closed hours that a look covers: those that wait for their recount longest, or all that have usage. */
export function hoursToRecount(tx: TenantTx, deep: boolean): Promise<Temporal.Instant[]> {
  return deep ? listUsageHours(tx, hourOf(tx.now)) : dueRecounts(tx, hoursAtOnce);
}

/** Events that were counted and are gone. */
export async function findGoneEvents(tx: TenantTx, look: Look): Promise<Breach[]> {
  return findLostEvents(tx, look.range, await hoursToRecount(tx, look.deep));
}

/** Buckets of closed hours that do not hold what the hour's events make. */
export async function findBucketDifferences(tx: TenantTx, look: Look): Promise<Breach[]> {
  const breaches: Breach[] = [];
  for (const hour of await hoursToRecount(tx, look.deep)) {
    const wrong = await findWrongBuckets(tx, hour);
    if (wrong.length > 0)
      breaches.push(
        usageBreach(
          `${wrong.length} buckets of the hour of ${hour.toString()} do not hold what its events make`,
        ),
      );
    if (breaches.length >= look.range.limit) break;
  }
  return breaches;
}

function usageBreach(detail: string): Breach {
  return { subject_type: "usage_hour", subject_id: null, customer_id: null, detail };
}

/**
 * Billed periods with other events than they were billed by, though none came since they were billed or last counted: what came
 * later is late usage, which the hourly settlement finds.
 */
export async function findUncountedUsage(tx: TenantTx, { range, deep }: Look): Promise<Breach[]> {
  const claims = await listClaimsToProve(tx, range, deep ? everyPeriod : periodsAtOnce);
  const ids = [...new Set(claims.map((claim) => claim.subscription_id))];
  const loaded = await loadBillableSubscriptions(tx, ids);
  const meters = new Map(
    loaded.flatMap((each) =>
      "broken" in each ? [] : each.items.map((item) => [item.itemId, item.meter] as const),
    ),
  );
  const queries = claims.flatMap((claim) => {
    const meter = meters.get(claim.subscription_item_id) ?? null;
    if (meter === null) return [];
    const { id: key, customer_id: customerId, subscription_id: subscriptionId } = claim;
    return [
      {
        key,
        customerId,
        subscriptionId,
        meter,
        start: toInstant(claim.start_at),
        end: toInstant(claim.end_at),
      },
    ];
  });
  const usage = await loadQuantities(tx, queries);
  const breaches: Breach[] = [];
  for (const claim of claims) {
    const found = usage.get(claim.id);
    const now = (found ?? []).reduce((sum, group) => sum + group.eventCount, 0n);
    if (found === undefined || now === claim.counted || (await hasNewerEvents(tx, claim))) continue;
    const detail = `the period from ${toInstant(claim.start_at).toString()} of item ${claim.subscription_item_id} was billed by ${claim.counted} events, ${now} are counted`;
    breaches.push({
      subject_type: "subscription",
      subject_id: claim.subscription_id,
      customer_id: null,
      detail,
    });
  }
  return breaches.slice(0, range.limit);
}
