import { z } from "zod";
import { createSubscription } from "#libs/billing/subscription/create-subscription.ts";
import { unparkSubscription } from "#libs/billing/subscription/unpark-subscription.ts";
import { readCurrentUsage } from "#libs/billing/usage/read-usage.ts";
import {
  createSubscriptionBody,
  parseSubscription,
  subscriptionToWire,
  subscriptionWire,
} from "#libs/billing/wire/subscription-wire.ts";
import type { Tx } from "#libs/billing/work/tx.ts";
import { defined } from "#libs/core/defined.ts";
import { domainError } from "#libs/core/errors.ts";
import { parseRef } from "#libs/core/object-ref.ts";
import { parsePublicId, publicId } from "#libs/core/public-id.ts";
import { findCustomer } from "#libs/data/customers.ts";
import { findPlan } from "#libs/data/plans.ts";
import { findSubscription, listSubscriptions, type SubscriptionRow } from "#libs/data/subscriptions.ts";
import { defineRoute, type Route } from "../define-route.ts";
import { listAnswer, listOf, pageFields, pageQuery } from "../list-page.ts";

export const subscription = subscriptionWire.meta({ id: "Subscription" });
const byId = z.strictObject({ id: z.string().min(1).max(64) });
const tag = "Subscriptions";
const exampleId = "sub_01jq8z5c3e7wq8m2v4t6y9r1p3";

export function subscriptionIdOf(text: string): string {
  const id = parsePublicId("subscription", text);
  if (id === null)
    throw domainError("subscription_not_found", `There is no subscription ${JSON.stringify(text)}.`);
  return id;
}

async function mustFind(tx: Tx, text: string): Promise<SubscriptionRow> {
  const row = await findSubscription(tx, subscriptionIdOf(text));
  if (row === null)
    throw domainError("subscription_not_found", `There is no subscription ${JSON.stringify(text)}.`);
  return row;
}

const create = defineRoute({
  method: "post",
  path: "/v1/subscriptions",
  tag,
  summary: "Subscribe a customer to a plan",
  description:
    "Takes the plan's newest version. What is due already is billed by the next sweep or run, in order.",
  access: "write",
  body: createSubscriptionBody,
  response: { status: 201, schema: subscription },
  errors: [
    ...(["customer_not_found", "plan_not_found", "plan_archived", "payment_method_not_found"] as const),
    ...(["currency_mismatch", "meter_already_billed", "anchor_invalid", "timezone_unknown"] as const),
    ...(["price_interval_mismatch", "coupon_not_found"] as const),
  ],
  example: { body: { customer: "acme", plan: "team", starts_at: "2026-02-01T00:00:00Z" } },
  transaction: async (tx, { body }) => ({
    body: subscriptionToWire(await createSubscription(tx, parseSubscription(body))),
  }),
});

const list = defineRoute({
  method: "get",
  path: "/v1/subscriptions",
  tag,
  summary: "List subscriptions",
  access: "read",
  query: z.strictObject({
    ...pageFields,
    customer: z.string().max(255).optional().describe("Id or external id"),
    plan: z.string().max(255).optional().describe("Id or code"),
    status: z.enum(["scheduled", "trialing", "active", "past_due", "paused", "canceled", "ended"]).optional(),
    parked: z.enum(["true", "false"]).optional(),
  }),
  response: { status: 200, schema: listOf(subscription) },
  errors: ["customer_not_found", "plan_not_found"],
  example: { query: { customer: "acme" } },
  transaction: async (tx, { query }) => {
    const filters = defined({
      customerId: query.customer === undefined ? undefined : await customerIdOf(tx, query.customer),
      planId: query.plan === undefined ? undefined : await planIdOf(tx, query.plan),
      status: query.status,
      parked: query.parked === undefined ? undefined : query.parked === "true",
    });
    const page = await listSubscriptions(tx, pageQuery("subscription", query, filters));
    return listAnswer("subscription", page, subscriptionToWire);
  },
});

export async function customerIdOf(tx: Tx, text: string): Promise<string> {
  const row = await findCustomer(tx, parseRef("customer", text));
  if (row === null) throw domainError("customer_not_found", `There is no customer ${JSON.stringify(text)}.`);
  return row.id;
}

async function planIdOf(tx: Tx, text: string): Promise<string> {
  const row = await findPlan(tx, parseRef("plan", text));
  if (row === null) throw domainError("plan_not_found", `There is no plan ${JSON.stringify(text)}.`);
  return row.id;
}

const get = defineRoute({
  method: "get",
  path: "/v1/subscriptions/{id}",
  tag,
  summary: "Get a subscription",
  access: "read",
  params: byId,
  response: { status: 200, schema: subscription },
  errors: ["subscription_not_found"],
  example: { params: { id: exampleId } },
  transaction: async (tx, { params }) => ({ body: subscriptionToWire(await mustFind(tx, params.id)) }),
});

const unpark = defineRoute({
  method: "post",
  path: "/v1/subscriptions/{id}/unpark",
  tag,
  summary: "Let a parked subscription be billed again",
  access: "write",
  params: byId,
  response: { status: 200, schema: subscription },
  errors: ["subscription_not_found"],
  example: { params: { id: exampleId } },
  transaction: async (tx, { params }) => ({
    body: subscriptionToWire(await unparkSubscription(tx, { subscriptionId: subscriptionIdOf(params.id) })),
  }),
});

const usageWire = z
  .object({
    subscription: z.string(),
    data: z.array(
      z.object({
        subscription_item: z.string(),
        price_code: z.string(),
        meter: z.string(),
        meter_code: z.string(),
        period_start: z.iso.datetime(),
        period_end: z.iso.datetime(),
        group: z.string(),
        quantity: z.string(),
        event_count: z.string(),
      }),
    ),
  })
  .meta({ id: "SubscriptionUsage" });

const usage = defineRoute({
  method: "get",
  path: "/v1/subscriptions/{id}/usage",
  tag,
  summary: "Get usage of the current period",
  access: "read",
  params: byId,
  response: { status: 200, schema: usageWire },
  errors: ["subscription_not_found"],
  example: { params: { id: exampleId } },
  transaction: async (tx, { params }) => {
    const rows = await readCurrentUsage(tx, subscriptionIdOf(params.id));
    return {
      body: {
        subscription: params.id,
        data: rows.map((row) => ({
          subscription_item: publicId("subscription_item", row.itemId),
          price_code: row.priceCode,
          meter: publicId("meter", row.meterId),
          meter_code: row.meterCode,
          period_start: row.start.toString(),
          period_end: row.end.toString(),
          group: row.group,
          quantity: row.quantity,
          event_count: row.eventCount.toString(),
        })),
      },
    };
  },
});

export const subscriptionRoutes: readonly Route[] = [create, list, get, unpark, usage];
