import { createHmac } from "node:crypto";
import { type EventType, eventTypes } from "../events.ts";

/** Steps of our own work, which say nothing of the business. */
const innerTypes: ReadonlySet<EventType> = new Set([
  ...(["billing_run.requested", "billing_run.chunk_due", "invoice.generation_requested"] as const),
  ...(["invoice.draft_due", "invoice.send_requested", "invoice.reminder_due", "usage.recount_due"] as const),
  ...([
    "usage.settlement_due",
    "event_import.requested",
    "reconciliation.requested",
    "test_clock.advance_requested",
    "webhook_delivery.due",
  ] as const),
  ...(["webhook_endpoint.tested"] as const),
]);

/** The events that an endpoint can ask for. */
export const webhookEventTypes: readonly EventType[] = eventTypes.filter(isWebhookEvent);

/** Whether endpoints are told of it. */
export function isWebhookEvent(type: EventType): boolean {
  return !innerTypes.has(type);
}

export type WebhookHeaders = Readonly<
  Record<"webhook-id" | "webhook-timestamp" | "webhook-signature", string>
>;

/**
 * Headers of a message by Standard Webhooks 1.0: HMAC-SHA256 over `id.timestamp.body`. The id stays through all retries, so
 * that a receiver knows what it has; the time is that of the try.
 * @param message.secret `whsec_` and the key in base64
 */
export function signWebhook(message: {
  readonly id: string;
  readonly timestampSeconds: number;
  readonly body: string;
  readonly secret: string;
}): WebhookHeaders {
  const key = Buffer.from(message.secret.replace(/^whsec_/, ""), "base64");
  const timestamp = String(message.timestampSeconds);
  const digest = createHmac("sha256", key)
    .update(`${message.id}.${timestamp}.${message.body}`)
    .digest("base64");
  return {
    "webhook-id": message.id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${digest}`,
  };
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** Ten tries within 75 hours and a half. */
const delaysMs = [
  ...[5_000, 5 * minuteMs, 30 * minuteMs, 2 * hourMs, 5 * hourMs],
  ...[10 * hourMs, 14 * hourMs, 20 * hourMs, 24 * hourMs],
];

/** How long to wait after a try that failed, by its number from 1; null: it was the last. */
export function webhookRetryDelayMs(attemptNo: number): number | null {
  return delaysMs[attemptNo - 1] ?? null;
}
