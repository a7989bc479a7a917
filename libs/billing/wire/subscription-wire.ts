import { z } from "zod";
import type { NewSubscription } from "#libs/billing/subscription/create-subscription.ts";
import type { SubscriptionUpdate } from "#libs/billing/subscription/update-subscription.ts";
import { assertNoPlaces } from "#libs/core/assert-places.ts";
import type { Anchor } from "#libs/core/calendar/resolve-anchor.ts";
import { defined } from "#libs/core/defined.ts";
import { domainError, type ErrorPlace } from "#libs/core/errors.ts";
import { parseRef } from "#libs/core/object-ref.ts";
import { parsePublicId, publicId } from "#libs/core/public-id.ts";
import type { SubscriptionRow } from "#libs/data/subscriptions.ts";
import { pendingChangeWire, presentPendingChange } from "./subscription-change-wire.ts";
import { parsePriceOverride, priceOverrideToWire, priceOverrideWire } from "./price-wire.ts";
import {
  decimalText,
  metadata,
  nullableTimestamp,
  parseTimestamp,
  text,
  timestamp,
  timestampToWire,
  timezoneName,
  version,
} from "./wire-values.ts";

const anchor = z.union([text(40), z.strictObject({ day: z.int().min(1).max(31) })], {
  error:
    'must be "calendar", "anniversary", a local date-time such as "2026-01-31T00:00:00", or {"day": 1..31}',
});
const collection = z.enum(["charge_automatically", "send_invoice"]);

/** `POST /v1/subscriptions`. */
export const createSubscriptionBody = z.strictObject({
  customer: text(255).meta({ description: "Id or external id" }),
  plan: text(100).meta({ description: "Id or code; its newest version" }),
  starts_at: timestamp.optional().meta({ description: "Default: now" }),
  anchor: anchor.optional().meta({ description: "Default: calendar" }),
  timezone: timezoneName.optional().meta({ description: "Default: the customer's, else the tenant's" }),
  trial_ends_at: timestamp.nullable().optional().meta({ description: "null: no trial; unset: the plan's" }),
  ends_at: timestamp.nullable().optional(),
  quantities: z.record(text(100), decimalText).optional().meta({ description: "Seats by price code" }),
  price_overrides: z.array(priceOverrideWire).max(100).optional(),
  payment_method: text(40).nullable().optional(),
  collection: collection.optional(),
  coupon: text(255).optional().meta({ description: "Id or code: it discounts this subscription's invoices" }),
  metadata: metadata.optional(),
});

/** `PATCH /v1/subscriptions/{id}`. Plan, quantities and end are changed by `change` and `cancel`. */
export const updateSubscriptionBody = z.strictObject({
  anchor: anchor.optional(),
  timezone: timezoneName.optional(),
  payment_method: text(40).nullable().optional(),
  collection: collection.optional(),
  metadata: metadata.optional(),
});

export const subscriptionWire = z.strictObject({
  id: z.string(),
  customer: z.string(),
  plan: z.string(),
  plan_code: z.string(),
  plan_version: z.int(),
  currency: z.string(),
  status: z.enum(["scheduled", "trialing", "active", "past_due", "paused", "canceled", "ended"]),
  starts_at: z.string(),
  anchor,
  timezone: z.string(),
  trial_ends_at: z.string().nullable(),
  ends_at: z.string().nullable(),
  canceled_at: z.string().nullable(),
  paused_at: z.string().nullable(),
  next_billing_at: z.string().nullable().meta({ description: "The next boundary that is not billed yet" }),
  quantities: z.record(z.string(), z.string()),
  price_overrides: z.array(priceOverrideWire),
  items: z.array(
    z.strictObject({
      id: z.string(),
      price: z.string(),
      price_code: z.string(),
      quantity: z.string().nullable(),
    }),
  ),
  pending_changes: z.array(pendingChangeWire).meta({ description: "What waits to take effect, in order" }),
  payment_method: z.string().nullable(),
  collection,
  parked: z
    .strictObject({ at: z.string(), code: z.string().nullable(), reason: z.string().nullable() })
    .nullable()
    .meta({ description: "Why its billing was put aside; null when it goes on" }),
  metadata,
  version,
  created_at: z.string(),
  updated_at: z.string(),
});

/** Throws `fields_invalid` for an override that is not whole, `payment_method_not_found` for an id that is none. */
export function parseSubscription(body: z.infer<typeof createSubscriptionBody>): NewSubscription {
  const places: ErrorPlace[] = [];
  const priceOverrides = body.price_overrides?.map((override, index) =>
    parsePriceOverride(override, `price_overrides.${index}`, places),
  );
  assertNoPlaces(places);
  return defined({
    customer: parseRef("customer", body.customer),
    plan: parseRef("plan", body.plan),
    startsAt: body.starts_at === undefined ? undefined : parseTimestamp(body.starts_at),
    anchor: body.anchor === undefined ? undefined : parseAnchor(body.anchor),
    timezone: body.timezone,
    trialEndsAt: parseNullable(body.trial_ends_at),
    endsAt: parseNullable(body.ends_at),
    quantities: body.quantities,
    priceOverrides,
    paymentMethodId:
      typeof body.payment_method === "string" ? parsePaymentMethodId(body.payment_method) : undefined,
    collection: body.collection,
    coupon: body.coupon === undefined ? undefined : parseRef("coupon", body.coupon),
    metadata: body.metadata,
  });
}

/** Throws `payment_method_not_found` for an id that is none. */
export function parseSubscriptionUpdate(
  body: z.infer<typeof updateSubscriptionBody>,
): Omit<SubscriptionUpdate, "subscriptionId"> {
  const { payment_method: method } = body;
  return defined({
    anchor: body.anchor === undefined ? undefined : parseAnchor(body.anchor),
    timezone: body.timezone,
    paymentMethodId: typeof method === "string" ? parsePaymentMethodId(method) : method,
    collection: body.collection,
    metadata: body.metadata,
  });
}

function parseAnchor(value: z.infer<typeof anchor>): Anchor {
  if (typeof value !== "string") return value;
  return value === "calendar" || value === "anniversary" ? value : { at: value };
}

function parseNullable(value: string | null | undefined) {
  return typeof value === "string" ? parseTimestamp(value) : value;
}

function parsePaymentMethodId(text: string): string {
  const id = parsePublicId("payment_method", text);
  if (id !== null) return id;
  throw domainError(
    "payment_method_not_found",
    `payment_method is the id of one of the customer's methods (pm_...), got ${JSON.stringify(text)}`,
  );
}

export function subscriptionToWire(row: SubscriptionRow): z.infer<typeof subscriptionWire> {
  const quantities = row.items.flatMap((item) =>
    item.quantity === null ? [] : [[item.price_code, item.quantity] as const],
  );
  return {
    id: publicId("subscription", row.id),
    customer: publicId("customer", row.customer_id),
    plan: publicId("plan", row.plan_id),
    plan_code: row.plan_code,
    plan_version: row.plan_version,
    currency: row.currency,
    status: row.status,
    starts_at: timestampToWire(row.starts_at),
    anchor: typeof row.anchor === "object" && "at" in row.anchor ? row.anchor.at : row.anchor,
    timezone: row.timezone,
    trial_ends_at: nullableTimestamp(row.trial_ends_at),
    ends_at: nullableTimestamp(row.ends_at),
    canceled_at: nullableTimestamp(row.canceled_at),
    paused_at: nullableTimestamp(row.paused_at),
    next_billing_at: nullableTimestamp(row.next_due_at),
    quantities: Object.fromEntries(quantities),
    price_overrides: row.price_overrides.map(priceOverrideToWire),
    items: row.items.map((item) => ({
      id: publicId("subscription_item", item.id),
      price: publicId("price", item.price_id),
      price_code: item.price_code,
      quantity: item.quantity,
    })),
    pending_changes: row.pending_changes.map(presentPendingChange),
    payment_method: row.payment_method_id === null ? null : publicId("payment_method", row.payment_method_id),
    collection: row.collection,
    parked:
      row.parked_at === null
        ? null
        : { at: timestampToWire(row.parked_at), code: row.parked_code, reason: row.parked_reason },
    metadata: { ...row.metadata },
    version: row.version,
    created_at: timestampToWire(row.created_at),
    updated_at: timestampToWire(row.updated_at),
  };
}
