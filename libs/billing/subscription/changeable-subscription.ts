import type { Temporal } from "temporal-polyfill";
import { compareInstants } from "#libs/core/calendar/timezone.ts";
import { domainError } from "#libs/core/errors.ts";
import type { PendingChange } from "#libs/core/subscription/change-terms.ts";
import { type BillableSubscription, loadBillableSubscriptions } from "#libs/data/billable-subscriptions.ts";
import { lockCustomer } from "#libs/data/customers.ts";
import { readNow, type TenantTx } from "#libs/data/database.ts";
import { lockSubscriptions, readLastBilledBoundary } from "#libs/data/subscription-progress.ts";
import { findSubscription, type SubscriptionRow } from "#libs/data/subscriptions.ts";
import { assertVersion } from "../catalog/assert-version.ts";
import { loadPendingChanges } from "../run/load-changes.ts";

/** A subscription whose terms may be changed now: locked, live, readable and not put aside. */
export type Changeable = {
  /** The transaction, its `now` read again under the locks: nothing that was billed before lies after it. */
  readonly tx: TenantTx;
  readonly row: SubscriptionRow;
  readonly subscription: BillableSubscription;
  /** Changes that wait, in order. */
  readonly pending: readonly PendingChange[];
};

export type ChangeTarget = {
  readonly subscriptionId: string;
  /** Refused with `version_conflict` when the subscription has moved on from it. */
  readonly ifVersion?: number;
};

/**
 * Locks customer and subscription, in this order, and loads what a change is decided from. The locks may have been waited
 * for while the sweep billed a boundary, so the time is read again under them: a change never takes effect before it.
 * @throws DomainError subscription_not_found, version_conflict, subscription_ended, subscription_parked, subscription_broken
 */
export async function loadChangeable(tx: TenantTx, target: ChangeTarget): Promise<Changeable> {
  const known = await mustFind(tx, target.subscriptionId);
  await lockCustomer(tx, { id: known.customer_id });
  await lockSubscriptions(tx, [known.id]);
  const row = await mustFind(tx, known.id);
  assertVersion("subscription", row.version, target.ifVersion);
  if (row.status === "canceled" || row.status === "ended") {
    const at = row.ends_at?.toISOString() ?? "";
    throw domainError("subscription_ended", `The subscription ended at ${at}; subscribe the customer again.`);
  }
  if (row.parked_at !== null) {
    throw domainError(
      "subscription_parked",
      `The subscription's billing was put aside (${row.parked_code ?? ""}: ${row.parked_reason ?? ""}); repair that and unpark it first.`,
    );
  }
  const [subscription] = await loadBillableSubscriptions(tx, [row.id]);
  if (subscription === undefined || "broken" in subscription) {
    throw domainError(
      "subscription_broken",
      `The subscription cannot be billed: ${subscription?.broken ?? "it is gone"}.`,
    );
  }
  const pending = (await loadPendingChanges(tx, [row.id])).get(row.id) ?? [];
  return { tx: { ...tx, now: await nowUnderLock(tx, row.id) }, row, subscription, pending };
}

async function nowUnderLock(tx: TenantTx, subscriptionId: string): Promise<Temporal.Instant> {
  const now = await readNow(tx);
  const billed = await readLastBilledBoundary(tx, subscriptionId);
  return billed !== null && compareInstants(now, billed) < 0 ? billed : now;
}

/** @throws DomainError subscription_paused */
export function assertRunning({ row }: Changeable): void {
  if (row.status !== "paused") return;
  const since = row.paused_at?.toISOString() ?? "";
  throw domainError("subscription_paused", `The subscription is paused since ${since}; resume it first.`);
}

/** The cancellation that waits, if there is one. */
export function pendingCancel({ pending }: Pick<Changeable, "pending">): PendingChange | undefined {
  return pending.find((change) => change.terms.kind === "cancel");
}

/** Those of the waiting changes that take effect at `at` or later. */
export function pendingFrom({ pending }: Changeable, at: Temporal.Instant): string[] {
  return pending
    .filter((change) => change.at.epochMilliseconds >= at.epochMilliseconds)
    .flatMap((change) => change.id ?? []);
}

async function mustFind(tx: TenantTx, id: string): Promise<SubscriptionRow> {
  const row = await findSubscription(tx, id);
  if (row === null) throw domainError("subscription_not_found", "There is no such subscription.");
  return row;
}
