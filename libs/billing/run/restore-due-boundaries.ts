import { compareInstants } from "#libs/core/calendar/timezone.ts";
import { boundaryNumber, edgeAfter } from "#libs/core/rating/due-periods.ts";
import { loadBillableSubscriptions } from "#libs/data/billable-subscriptions.ts";
import type { TenantTx } from "#libs/data/database.ts";
import {
  listWithoutDueBoundary,
  lockSubscriptions,
  readLastBilledBoundary,
  setNextDue,
} from "#libs/data/subscription-progress.ts";
import { loadPendingChanges } from "./load-changes.ts";
import { itemSegments } from "./load-standings.ts";

/**
 * Works out anew, from schedules and claims, where live subscriptions stand that wait for no boundary though they have one to
 * come; what is due is then billed as ever. By id after a cursor. A sweep step.
 * @returns how many have a boundary again, and where to go on
 */
export async function restoreDueBoundaries(
  tx: TenantTx,
  after: string | null,
  limit = 200,
): Promise<{ readonly done: number; readonly next: string | null }> {
  const ids = await listWithoutDueBoundary(tx, after, limit);
  if (ids.length === 0) return { done: 0, next: null };
  await lockSubscriptions(tx, ids);
  const pending = await loadPendingChanges(tx, ids);
  let done = 0;
  for (const subscription of await loadBillableSubscriptions(tx, ids)) {
    if ("broken" in subscription || subscription.nextDueAt !== null) continue;
    const items = subscription.items.flatMap((item) => itemSegments(item, subscription.endsAt));
    const billed = await readLastBilledBoundary(tx, subscription.id);
    let edge = edgeAfter(
      items,
      billed ?? subscription.startsAt.subtract({ seconds: 1 }),
      subscription.endsAt,
    );
    // Boundaries at which nothing was to be billed left no claim; they are counted all the same.
    while (edge !== null && boundaryNumber(items, edge) < subscription.nextIndex)
      edge = edgeAfter(items, edge, subscription.endsAt);
    const changes = (pending.get(subscription.id) ?? []).map((change) => change.at);
    const [next] = [...changes, ...(edge === null ? [] : [edge])].sort(compareInstants);
    if (next === undefined) continue;
    await setNextDue(tx, subscription.id, next);
    done += 1;
  }
  return { done, next: ids.length === limit ? (ids.at(-1) ?? null) : null };
}
