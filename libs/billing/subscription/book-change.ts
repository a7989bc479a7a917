import type { Temporal } from "temporal-polyfill";
import { compareInstants } from "#libs/core/calendar/timezone.ts";
import { domainError } from "#libs/core/errors.ts";
import type { PendingChange } from "#libs/core/subscription/change-terms.ts";
import type { TenantTx } from "#libs/data/database.ts";
import type { NewInvoice } from "#libs/data/invoices.ts";
import { newId } from "#libs/data/new-id.ts";
import { dropPendingChanges, insertSubscriptionChange } from "#libs/data/subscription-changes.ts";
import { findSubscription, type SubscriptionRow } from "#libs/data/subscriptions.ts";
import { withOverrides } from "../run/load-changes.ts";
import { billStandings, generateInvoices } from "../run/generate-invoices.ts";
import { standingOf } from "../run/load-standings.ts";
import type { Changeable } from "./changeable-subscription.ts";

/** A change that was decided on: what is stored of it, and which waiting changes it takes the place of. */
export type Booking = {
  readonly change: PendingChange;
  /** Changes that come before it and let fees go on past an end that is gone. */
  readonly continued?: readonly PendingChange[];
  readonly drops: readonly string[];
};

/** What a change would bill when it takes effect; `invoice` null: nothing. */
export type ChangePreview = {
  readonly change: PendingChange;
  readonly invoice: NewInvoice | null;
};

/**
 * Stores a change. One that is due at once takes effect in the same transaction, after every boundary before it; the
 * others wait for the sweep that bills boundaries. Null books nothing.
 * @throws DomainError subscription_broken with the reason, when it cannot be billed; nothing is kept then
 */
export async function bookChange(
  tx: TenantTx,
  { row, subscription }: Pick<Changeable, "row" | "subscription">,
  booking: Booking | null,
): Promise<SubscriptionRow> {
  if (booking === null) return (await findSubscription(tx, row.id)) ?? row;
  await dropPendingChanges(tx, booking.drops);
  const asked = [...(booking.continued ?? []), booking.change].map((change) => ({ ...change, id: newId() }));
  for (const { id, at, terms } of asked) {
    await insertSubscriptionChange(tx, { id, subscriptionId: row.id, at, terms });
  }
  if (compareInstants(booking.change.at, tx.now) <= 0) {
    const { parked } = await generateInvoices(tx, {
      subscriptionIds: [row.id],
      cutoffs: new Map([[subscription.timezone, tx.now]]),
      dryRun: false,
      askedChangeIds: asked.map(({ id }) => id),
    });
    refuseParked(parked);
  }
  return (await findSubscription(tx, row.id)) ?? row;
}

/** Decides what `bookChange` would make of a change, by the same code, and writes nothing. */
export async function previewBooking(
  tx: TenantTx,
  { subscription, pending }: Pick<Changeable, "subscription" | "pending">,
  { change, continued = [], drops }: Booking,
): Promise<ChangePreview> {
  const ends = change.terms.kind === "cancel" ? { endsAt: change.at } : {};
  const due = subscription.nextDueAt;
  const nextDueAt = [due, ...continued.map(({ at }) => at)].reduce<Temporal.Instant>(
    (first, at) => (at !== null && compareInstants(at, first) < 0 ? at : first),
    change.at,
  );
  const kept = pending.filter(({ id }) => id === null || !drops.includes(id));
  const changes = [...kept, ...continued, change].sort((a, b) => compareInstants(a.at, b.at));
  const standings = standingOf({ ...subscription, ...ends, nextDueAt }, changes);
  const { drafted, parked } = await billStandings(tx, standings, {
    cutoffs: new Map([[subscription.timezone, change.at]]),
    dryRun: true,
  });
  refuseParked(parked);
  const asked = withOverrides(change, subscription.priceOverrides).terms;
  const made = drafted.find(({ draft }) => draft.applied?.change.terms === asked);
  return { change, invoice: made?.invoice ?? null };
}

function refuseParked(parked: readonly { readonly reason: string }[]): void {
  const [failed] = parked;
  if (failed !== undefined) throw domainError("subscription_broken", `It cannot be billed: ${failed.reason}`);
}
