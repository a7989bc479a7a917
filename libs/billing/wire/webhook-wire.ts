import { z } from "zod";
import { publicId } from "#libs/core/public-id.ts";
import { webhookEventTypes } from "#libs/core/webhook/webhook-message.ts";
import type { AttemptView, DeliveryView } from "#libs/data/webhook-deliveries.ts";
import type { WebhookEndpointRow } from "#libs/data/webhook-endpoints.ts";
import { longText, nullableTimestamp, text, timestampToWire, version } from "./wire-values.ts";

const instant = z.iso.datetime();
const eventType = z.enum(webhookEventTypes);
const url = text(2_000).describe("Gets a POST for each event; https on the public internet");
const eventTypesAsked = z
  .array(eventType)
  .max(100)
  .describe(
    "Which events; empty: all. invoice.overdue is told once per invoice, when its due date has passed and it is not paid, void or written off",
  );

export const createEndpointBody = z.strictObject({
  url,
  description: longText(500).optional(),
  event_types: eventTypesAsked.default([]),
});

export const updateEndpointBody = z.strictObject({
  url: url.optional(),
  description: longText(500).nullable().optional(),
  event_types: eventTypesAsked.optional(),
  enabled: z.boolean().optional(),
});

const endpointFields = {
  id: z.string(),
  url: z.string(),
  description: z.string().nullable(),
  event_types: z.array(z.string()),
  enabled: z.boolean(),
  disabled_reason: z
    .string()
    .nullable()
    .describe("By you, or by Billwright when nothing reached it for three days or it answered 410"),
  disabled_at: instant.nullable(),
  version,
  created_at: instant,
};

export const endpointWire = z.object(endpointFields).meta({ id: "WebhookEndpoint" });

export const newEndpointWire = z
  .object({
    ...endpointFields,
    secret: z
      .string()
      .nullable()
      .describe("Signs the messages (Standard Webhooks). Shown here once; null when the answer is replayed"),
  })
  .meta({ id: "NewWebhookEndpoint" });

export function presentEndpoint(row: WebhookEndpointRow): z.infer<typeof endpointWire> {
  return {
    id: publicId("webhook_endpoint", row.id),
    url: row.url,
    description: row.description,
    event_types: [...row.event_types],
    enabled: row.enabled,
    disabled_reason: row.disabled_reason,
    disabled_at: nullableTimestamp(row.disabled_at),
    version: row.version,
    created_at: timestampToWire(row.created_at),
  };
}

export const deliveryStates = ["pending", "delivered", "failed", "dropped"] as const;

const deliveryFields = {
  id: z.string(),
  webhook_endpoint: z.string(),
  event: z.string().describe("The webhook-id of the message"),
  event_type: z.string(),
  state: z
    .enum(deliveryStates)
    .describe(
      "pending: it is sent or tried again; failed: after the last try; dropped: the endpoint was off",
    ),
  attempts: z.int(),
  last_status: z.int().nullable().describe("HTTP status of the last answer; null: nobody answered"),
  last_error: z.string().nullable(),
  next_attempt_at: instant.nullable(),
  delivered_at: instant.nullable(),
  created_at: instant,
};

export const deliveryWire = z.object(deliveryFields).meta({ id: "WebhookDelivery" });

export const wholeDeliveryWire = z
  .object({
    ...deliveryFields,
    body: z.string().nullable().describe("What is sent, word for word; null before the first try"),
    tries: z.array(
      z.object({
        attempt_no: z.int(),
        status: z.int().nullable(),
        error: z.string().nullable(),
        answer: z.string().nullable().describe("The beginning of what came back"),
        duration_ms: z.int(),
        created_at: instant,
      }),
    ),
  })
  .meta({ id: "WholeWebhookDelivery" });

export function presentDelivery(row: DeliveryView): z.infer<typeof deliveryWire> {
  return {
    id: publicId("webhook_delivery", row.id),
    webhook_endpoint: publicId("webhook_endpoint", row.webhook_endpoint_id),
    event: publicId("domain_event", row.domain_event_id),
    event_type: row.event_type,
    state: row.state,
    attempts: row.attempts,
    last_status: row.last_status,
    last_error: row.last_error,
    next_attempt_at: nullableTimestamp(row.next_attempt_at),
    delivered_at: nullableTimestamp(row.delivered_at),
    created_at: timestampToWire(row.created_at),
  };
}

export function presentWholeDelivery(
  row: DeliveryView & { readonly tries: readonly AttemptView[] },
): z.infer<typeof wholeDeliveryWire> {
  return {
    ...presentDelivery(row),
    body: row.body,
    tries: row.tries.map((attempt) => ({ ...attempt, created_at: timestampToWire(attempt.created_at) })),
  };
}
