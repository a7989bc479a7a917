import { assertNoPlaces } from "#libs/core/assert-places.ts";
import { assertAlignedIntervals } from "#libs/core/calendar/aligned-schedules.ts";
import { compareInstants } from "#libs/core/calendar/timezone.ts";
import { domainError } from "#libs/core/errors.ts";
import { formatDecimal, parseDecimal } from "#libs/core/money/decimal.ts";
import { type ObjectRef, refText } from "#libs/core/object-ref.ts";
import type { DecimalString } from "#libs/core/price/price.ts";
import { assertPriceOverrides } from "#libs/core/price/price-override.ts";
import type { ChangeProration, ChangeTerms } from "#libs/core/subscription/change-terms.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { findPlan, type PlanRow } from "#libs/data/plans.ts";
import type { SubscriptionRow } from "#libs/data/subscriptions.ts";
import { loadOffers } from "../run/load-changes.ts";
import { assertMetersFree, metersOfPlan } from "./assert-meters-free.ts";
import { bookChange, type Booking, type ChangePreview, previewBooking } from "./book-change.ts";
import {
  assertRunning,
  type Changeable,
  type ChangeTarget,
  loadChangeable,
} from "./changeable-subscription.ts";
import { effectiveInstant, type EffectiveWhen } from "./effective-instant.ts";
import { quantityPlaces } from "./quantity-places.ts";

export type SubscriptionChange = ChangeTarget & {
  /** Its newest version; unset: the plan stays. The own plan moves to its newest version. */
  readonly plan?: ObjectRef;
  /** Seats by price code; the others stay. */
  readonly quantities?: Readonly<Record<string, DecimalString>>;
  /** Unset: now. */
  readonly at?: EffectiveWhen;
  /** Unset: as each price says. */
  readonly proration?: ChangeProration;
};

/**
 * Changes plan or quantities of a subscription, at once or later. What was paid in advance and is not used comes back as
 * a credit, the new fees are charged for the rest of the period, usage is billed up to the change: one invoice. What
 * is as it was already changes nothing. A second wish for the same instant replaces the first.
 * @throws DomainError subscription_not_found, version_conflict, subscription_ended, subscription_paused, subscription_parked,
 *   subscription_broken, plan_not_found, plan_archived, currency_mismatch, meter_already_billed, price_interval_mismatch, fields_invalid
 */
export async function changeSubscription(
  outer: TenantTx,
  input: SubscriptionChange,
): Promise<SubscriptionRow> {
  const changeable = await loadChangeable(outer, input);
  const { tx } = changeable;
  const booking = await decideChange(changeable, input);
  if (booking === null) return changeable.row;
  const after = await bookChange(tx, changeable, booking);
  await writeAudit(tx, {
    action: "subscription.change",
    targetType: "subscription",
    targetId: after.id,
    before: changeable.row,
    after: { ...after, change: { at: booking.change.at.toString(), ...booking.change.terms } },
  });
  return after;
}

/** What `changeSubscription` would bill; null when it would change nothing. Writes nothing. */
export async function previewSubscriptionChange(
  outer: TenantTx,
  input: SubscriptionChange,
): Promise<ChangePreview | null> {
  const changeable = await loadChangeable(outer, input);
  const { tx } = changeable;
  const booking = await decideChange(changeable, input);
  return booking === null ? null : previewBooking(tx, changeable, booking);
}

async function decideChange(changeable: Changeable, input: SubscriptionChange): Promise<Booking | null> {
  assertRunning(changeable);
  const { tx, row, subscription, pending } = changeable;
  const plan = await targetPlan(tx, row, input.plan);
  assertFits(changeable, plan, input);
  const quantities = Object.fromEntries(
    Object.entries(input.quantities ?? {}).map(([code, text]) => [
      code,
      formatDecimal(parseDecimal(text, `quantities.${code}`)),
    ]),
  );
  const at = effectiveInstant(subscription, input.at ?? "now", { now: tx.now, mayBeEnd: false });
  const span = { startsAt: at, endsAt: subscription.endsAt };
  const moves = plan.plan_version_id !== row.plan_version_id;
  if (moves) {
    const { customer } = subscription;
    await assertMetersFree(tx, { customer, meters: metersOfPlan(plan), span, except: row.id });
  }
  const terms: ChangeTerms = {
    ...{ kind: "change", planVersionId: moves ? plan.plan_version_id : null },
    ...{ quantities, proration: input.proration ?? null },
  };
  const same = pending.filter((each) => each.terms.kind === "change" && compareInstants(each.at, at) === 0);
  const isSame = !moves && row.items.every((item) => isKept(item, quantities));
  if (isSame && pending.every((each) => each.terms.kind !== "change")) return null;
  const offered = (await loadOffers(tx, [terms]))(terms);
  return {
    change: { id: null, at, terms, offered },
    drops: same.flatMap((each) => each.id ?? []),
  };
}

function isKept(item: SubscriptionRow["items"][number], quantities: Readonly<Record<string, DecimalString>>) {
  const given = Object.hasOwn(quantities, item.price_code) ? quantities[item.price_code] : undefined;
  return given === undefined || given === item.quantity;
}

async function targetPlan(
  tx: TenantTx,
  row: SubscriptionRow,
  asked: ObjectRef | undefined,
): Promise<PlanRow> {
  const ref = asked ?? { id: row.plan_id };
  const plan = await findPlan(tx, ref, asked === undefined ? row.plan_version : null);
  if (plan === null) throw domainError("plan_not_found", `there is no plan ${refText(ref)}`);
  if (asked !== undefined && plan.archived_at !== null) {
    throw domainError("plan_archived", `the plan ${plan.code} is archived; it takes no new subscriptions`);
  }
  if (plan.currency === row.currency) return plan;
  throw domainError(
    "currency_mismatch",
    `the plan ${plan.code} is in ${plan.currency}, but the subscription is in ${row.currency}; make a new subscription for another currency`,
  );
}

/** Whether the plan can be billed with what the subscription brings along. */
function assertFits({ subscription }: Changeable, plan: PlanRow, input: SubscriptionChange): void {
  const prices = plan.prices.map((price) => price.definition);
  const quantities = input.quantities ?? {};
  const counted = input.plan === undefined ? prices.filter((price) => price.kind !== "one_time") : prices;
  assertNoPlaces(quantityPlaces(counted, quantities));
  const codes = prices.map((price) => price.code);
  assertPriceOverrides(
    prices,
    subscription.priceOverrides.filter((override) => codes.includes(override.price)),
  );
  assertAlignedIntervals(prices.map((price) => price.interval ?? plan.interval));
}
