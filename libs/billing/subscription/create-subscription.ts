import { Temporal } from "temporal-polyfill";
import { assertNoPlaces } from "#libs/core/assert-places.ts";
import { alignedSchedules } from "#libs/core/calendar/aligned-schedules.ts";
import type { Anchor } from "#libs/core/calendar/resolve-anchor.ts";
import {
  assertTimezone,
  compareInstants,
  instantToLocal,
  localToInstant,
} from "#libs/core/calendar/timezone.ts";
import { domainError, type ErrorPlace } from "#libs/core/errors.ts";
import { type ObjectRef, refText } from "#libs/core/object-ref.ts";
import type { DecimalString } from "#libs/core/price/price.ts";
import {
  applyPriceOverride,
  assertPriceOverrides,
  type PriceOverride,
} from "#libs/core/price/price-override.ts";
import { validateMoneyTerms } from "#libs/core/price/validate-money-terms.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import { type CustomerRow, lockCustomer, type Metadata } from "#libs/data/customers.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { emitEvents } from "#libs/data/domain-events.ts";
import { newId } from "#libs/data/new-id.ts";
import { findPaymentMethod } from "#libs/data/payment-methods.ts";
import { findPlan, type PlanRow } from "#libs/data/plans.ts";
import {
  type Collection,
  findSubscription,
  insertSubscription,
  type SubscriptionRow,
  type SubscriptionStatus,
} from "#libs/data/subscriptions.ts";
import { currentSettings } from "#libs/data/tenant-settings.ts";
import { assertMetersFree, metersOfPlan } from "./assert-meters-free.ts";
import { assertOverridesFitMeters } from "./assert-overrides-fit-meters.ts";
import { quantityPlaces } from "./quantity-places.ts";
import { giveCoupon } from "../catalog/give-coupon.ts";

export type NewSubscription = {
  readonly customer: ObjectRef;
  readonly plan: ObjectRef;
  /** Unset: now. */
  readonly startsAt?: Temporal.Instant;
  /** Unset: `calendar`. */
  readonly anchor?: Anchor;
  /** Unset: the customer's, else the tenant's. */
  readonly timezone?: string;
  /** Unset: the plan's trial days after the start; null: no trial. */
  readonly trialEndsAt?: Temporal.Instant | null;
  readonly endsAt?: Temporal.Instant | null;
  /** Seats by price code. */
  readonly quantities?: Readonly<Record<string, DecimalString>>;
  readonly priceOverrides?: readonly PriceOverride[];
  /** UUID of one of the customer's; unset: its default at the time of payment. */
  readonly paymentMethodId?: string | null;
  readonly collection?: Collection;
  /** Discounts this subscription's invoices. */
  readonly coupon?: ObjectRef;
  readonly metadata?: Metadata;
};

type Span = {
  readonly startsAt: Temporal.Instant;
  readonly trialEndsAt: Temporal.Instant | null;
  readonly endsAt: Temporal.Instant | null;
};

/**
 * Subscribes a customer to the newest version of a plan. The schedule starts at the trial's end, else at the start; its
 * first boundary is due there, also when nothing is billed in advance. An inactive customer may hold one and is not billed.
 * Throws `customer_not_found`, `plan_not_found`, `plan_archived`, `payment_method_not_found`, `currency_mismatch`, `meter_already_billed`, `coupon_not_found`,
 * `price_interval_mismatch`, `anchor_invalid`, `timezone_unknown`, `fields_invalid`.
 */
export async function createSubscription(tx: TenantTx, input: NewSubscription): Promise<SubscriptionRow> {
  const { customer, plan } = await loadParties(tx, input);
  const timezone = assertTimezone(
    input.timezone ?? customer.timezone ?? (await currentSettings(tx)).settings.timezone,
  );
  const span = spanOf(tx, input, plan, timezone);
  const overrides = input.priceOverrides ?? [];
  const prices = plan.prices.map((row) => row.definition);
  assertPriceOverrides(prices, overrides);
  assertNoPlaces(
    overrides.flatMap((override, index) =>
      validateMoneyTerms(override, plan.currency, `price_overrides.${index}`),
    ),
  );
  await assertOverridesFitMeters(tx, plan, overrides);
  const quantities = input.quantities ?? {};
  assertNoPlaces(quantityPlaces(prices, quantities));
  await assertMetersFree(tx, { customer, meters: metersOfPlan(plan), span });

  const scheduleStart = span.trialEndsAt ?? span.startsAt;
  const anchor = input.anchor ?? "calendar";
  const intervals = prices.map((price) => price.interval ?? plan.interval);
  const schedules = alignedSchedules({ anchor, intervals, timezone, startsAt: scheduleStart });
  const items = plan.prices.flatMap((row, index) => {
    const schedule = schedules[index];
    if (schedule === undefined) return [];
    const price = applyPriceOverride(row.definition, overrides);
    const given = Object.hasOwn(quantities, row.code) ? quantities[row.code] : undefined;
    const quantity = given ?? price.quantity ?? null;
    return [{ id: newId(), priceId: row.id, quantity, schedule }];
  });
  const isEverBilled = span.endsAt === null || compareInstants(scheduleStart, span.endsAt) < 0;
  const id = newId();
  await insertSubscription(tx, {
    ...{ id, customerId: customer.id, planVersionId: plan.plan_version_id, currency: plan.currency },
    ...{ status: statusAt(tx.now, span), ...span, anchor, timezone, items },
    collection: input.collection ?? "charge_automatically",
    paymentMethodId: input.paymentMethodId ?? null,
    priceOverrides: overrides,
    metadata: input.metadata ?? {},
    nextDueAt: isEverBilled ? scheduleStart : null,
  });
  if (input.coupon !== undefined) {
    await giveCoupon(tx, { customer: { id: customer.id }, coupon: input.coupon, subscriptionId: id });
  }
  return announce(tx, id);
}

async function announce(tx: TenantTx, id: string): Promise<SubscriptionRow> {
  const row = await findSubscription(tx, id);
  if (row === null) throw domainError("internal", `subscription ${id} vanished while it was created`);
  await emitEvents(tx, [
    {
      type: "subscription.created",
      subjectType: "subscription",
      subjectId: id,
      data: { customerId: row.customer_id, planVersionId: row.plan_version_id },
    },
  ]);
  await writeAudit(tx, {
    action: "subscription.create",
    targetType: "subscription",
    targetId: id,
    after: row,
  });
  return row;
}

/** The lock on the customer makes the check of its meters hold until the commit. */
async function loadParties(
  tx: TenantTx,
  input: NewSubscription,
): Promise<{ customer: CustomerRow; plan: PlanRow }> {
  const customer = await lockCustomer(tx, input.customer);
  if (customer === null) {
    throw domainError("customer_not_found", `there is no customer ${refText(input.customer)}`);
  }
  const plan = await findPlan(tx, input.plan);
  if (plan === null) throw domainError("plan_not_found", `there is no plan ${refText(input.plan)}`);
  if (plan.archived_at !== null) {
    throw domainError("plan_archived", `the plan ${plan.code} is archived; it takes no new subscriptions`);
  }
  if (customer.currency !== null && customer.currency !== plan.currency) {
    throw domainError(
      "currency_mismatch",
      `the plan ${plan.code} is in ${plan.currency}, but ${customer.name} pays in ${customer.currency}; ` +
        "choose a plan in that currency, or take the customer's currency away",
    );
  }
  if (input.paymentMethodId) {
    const method = await findPaymentMethod(tx, customer.id, input.paymentMethodId);
    if (method === null) {
      throw domainError(
        "payment_method_not_found",
        `${customer.name} has no such payment method; add it first`,
      );
    }
  }
  return { customer, plan };
}

function spanOf(tx: TenantTx, input: NewSubscription, plan: PlanRow, timezone: string): Span {
  const startsAt = toMilliseconds(input.startsAt ?? tx.now);
  const planTrial =
    plan.trial_days === 0
      ? null
      : localToInstant(instantToLocal(startsAt, timezone).add({ days: plan.trial_days }), timezone);
  const given = input.trialEndsAt === undefined ? planTrial : input.trialEndsAt;
  const trialEndsAt = given === null ? null : toMilliseconds(given);
  const endsAt = input.endsAt ? toMilliseconds(input.endsAt) : null;
  const after = (path: string, at: Temporal.Instant | null): ErrorPlace[] =>
    at === null || compareInstants(startsAt, at) < 0
      ? []
      : [
          {
            path,
            code: "not_after_start",
            message: `must be after starts_at ${startsAt.toString()}, got ${at.toString()}`,
          },
        ];
  assertNoPlaces([...after("trial_ends_at", trialEndsAt), ...after("ends_at", endsAt)]);
  return { startsAt, trialEndsAt, endsAt };
}

/** What the database keeps of an instant. */
function toMilliseconds(at: Temporal.Instant): Temporal.Instant {
  return Temporal.Instant.fromEpochMilliseconds(at.epochMilliseconds);
}

function statusAt(now: Temporal.Instant, span: Span): SubscriptionStatus {
  if (compareInstants(now, span.startsAt) < 0) return "scheduled";
  if (span.trialEndsAt !== null && compareInstants(now, span.trialEndsAt) < 0) return "trialing";
  return "active";
}
