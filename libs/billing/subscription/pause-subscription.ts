import { Temporal } from "temporal-polyfill";
import { writeAudit } from "#libs/data/audit-log.ts";
import type { TenantTx } from "#libs/data/database.ts";
import type { SubscriptionRow } from "#libs/data/subscriptions.ts";
import { bookChange } from "./book-change.ts";
import { assertRunning, type ChangeTarget, loadChangeable } from "./changeable-subscription.ts";

/**
 * Stops a subscription at once: what was used and owed up to now is billed, what was paid in advance for later comes
 * back as a credit as far as its fees are prorated, and nothing is billed until it is resumed. Changes that wait
 * are dropped; a cancellation still takes effect.
 * @throws DomainError subscription_not_found, version_conflict, subscription_ended, subscription_paused, subscription_parked,
 *   subscription_broken
 */
export async function pauseSubscription(outer: TenantTx, input: ChangeTarget): Promise<SubscriptionRow> {
  const changeable = await loadChangeable(outer, input);
  const { tx } = changeable;
  assertRunning(changeable);
  const at = Temporal.Instant.fromEpochMilliseconds(tx.now.epochMilliseconds);
  const waiting = changeable.pending.filter((change) => change.terms.kind !== "cancel");
  const after = await bookChange(tx, changeable, {
    change: { id: null, at, terms: { kind: "pause" }, offered: null },
    drops: waiting.flatMap((change) => change.id ?? []),
  });
  await writeAudit(tx, {
    action: "subscription.pause",
    targetType: "subscription",
    targetId: after.id,
    before: changeable.row,
    after,
  });
  return after;
}
