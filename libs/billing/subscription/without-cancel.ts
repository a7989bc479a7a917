import { Temporal } from "temporal-polyfill";
import { periodAt } from "#libs/core/calendar/schedule.ts";
import { compareInstants } from "#libs/core/calendar/timezone.ts";
import { edgeAfter } from "#libs/core/rating/due-periods.ts";
import type { PendingChange } from "#libs/core/subscription/change-terms.ts";
import type { BillableSubscription } from "#libs/data/billable-subscriptions.ts";
import { loadBilledClaims } from "#libs/data/billed-claims.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { itemSegments } from "../run/load-standings.ts";
import { assertMetersFree, metersFrom } from "./assert-meters-free.ts";
import { type Changeable, pendingCancel } from "./changeable-subscription.ts";

/** The subscription with the end that it had before the cancellation that waits, and that cancellation, if there is one. */
export function withoutCancel({ subscription, pending }: Pick<Changeable, "subscription" | "pending">): {
  readonly subscription: BillableSubscription;
  readonly cancel: PendingChange | undefined;
} {
  const cancel = pendingCancel({ pending });
  if (cancel?.terms.kind !== "cancel") return { subscription, cancel: undefined };
  const { endedBefore } = cancel.terms;
  const endsAt = endedBefore === null ? null : Temporal.Instant.from(endedBefore);
  return { subscription: { ...subscription, endsAt }, cancel };
}

/** How a subscription goes on past the end that a cancellation would have brought. */
export type PastCancel = {
  readonly nextDueAt: Temporal.Instant | null;
  /** Where fees were billed only up to the end that is gone: changes by which they go on from there. */
  readonly continued: readonly PendingChange[];
};

/**
 * What the subscription needs to run to another end than that of the cancellation which waits. Writes nothing.
 * @param endsAt the end that it has instead; null: none
 * @throws DomainError meter_already_billed where another subscription took a meter over at the end that is gone
 */
export async function goPastCancel(
  { tx, subscription, pending }: Changeable,
  endsAt: Temporal.Instant | null,
): Promise<PastCancel> {
  const cancel = pendingCancel({ pending });
  if (cancel === undefined) return { nextDueAt: subscription.nextDueAt, continued: [] };
  const isLater = endsAt === null || compareInstants(cancel.at, endsAt) < 0;
  if (isLater) {
    const meters = metersFrom(subscription, pending, cancel.at);
    const span = { startsAt: cancel.at, endsAt };
    await assertMetersFree(tx, { customer: subscription.customer, meters, span, except: subscription.id });
  }
  const cuts = await findCuts(tx, subscription, cancel.at);
  return {
    nextDueAt: nextDueAfterUndo(subscription, cancel.at, endsAt),
    continued: cuts
      .filter((at) => endsAt === null || compareInstants(at, endsAt) < 0)
      .map((at) => ({
        ...{ id: null, at, offered: null },
        terms: { kind: "reschedule", anchor: null, timezone: subscription.timezone },
      })),
  };
}

/** Boundaries before the end that is gone stay as they are; at it and after it they are found anew. */
function nextDueAfterUndo(
  subscription: BillableSubscription,
  goneEnd: Temporal.Instant,
  endsAt: Temporal.Instant | null,
): Temporal.Instant | null {
  const { nextDueAt } = subscription;
  if (nextDueAt !== null && compareInstants(nextDueAt, goneEnd) < 0) return nextDueAt;
  const items = subscription.items.flatMap((item) => itemSegments(item, endsAt));
  return edgeAfter(items, goneEnd.subtract({ milliseconds: 1 }), endsAt) ?? endsAt;
}

/**
 * Where periods were billed only up to an end in their middle: their items cannot go on there. In order; each once.
 * @param from none lies before it
 */
async function findCuts(
  tx: TenantTx,
  subscription: BillableSubscription,
  from: Temporal.Instant,
): Promise<Temporal.Instant[]> {
  const items = subscription.items.filter((item) => item.endsAt === null);
  const before = from.subtract({ milliseconds: 1 });
  const claims = await loadBilledClaims(
    tx,
    items.map((item) => ({ itemId: item.itemId, at: before })),
  );
  const cuts = items.flatMap(({ itemId, schedules }) =>
    (claims.get(itemId) ?? []).flatMap((claim) => {
      const schedule = schedules.find((each) => each.scheduleNo === claim.scheduleNo)?.schedule;
      if (schedule === undefined) return [];
      return compareInstants(periodAt(schedule, claim.index).end, claim.end) === 0 ? [] : [claim.end];
    }),
  );
  const sorted = cuts.sort(compareInstants);
  return sorted.filter((at, index) => {
    const last = sorted[index - 1];
    return last === undefined || compareInstants(last, at) !== 0;
  });
}
