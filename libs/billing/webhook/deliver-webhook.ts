import { domainError } from "#libs/core/errors.ts";
import { publicId } from "#libs/core/public-id.ts";
import { signWebhook, webhookRetryDelayMs } from "#libs/core/webhook/webhook-message.ts";
import { type TenantTx, withTenant } from "#libs/data/database.ts";
import { emitEvents } from "#libs/data/domain-events.ts";
import {
  type DeliveryToSend,
  findDeliveryToSend,
  insertAttempt,
  keepDeliveryBody,
  setDeliveryState,
  wasReachedSince,
} from "#libs/data/webhook-deliveries.ts";
import { findWebhookEndpoint, updateWebhookEndpoint } from "#libs/data/webhook-endpoints.ts";
import type { WebhookAnswer } from "#libs/platform/webhook/webhook-sender.ts";
import type { Deps } from "../deps.ts";
import { webhookBody } from "./webhook-body.ts";
import { endpointSecretOwner } from "./webhook-endpoint.ts";

type DeliverDeps = Pick<Deps, "database" | "failpoint" | "secrets" | "webhooks" | "publicUrl">;

export type DeliverInput = {
  readonly tenantId: string;
  readonly deliveryId: string;
  /** Which try of the delivery this is, from 1. */
  readonly attemptNo: number;
};

type Delivered = { readonly state: "delivered" | "retrying" | "failed" | "skipped" | "dropped" };
type Prepared = { readonly delivery: DeliveryToSend; readonly body: string; readonly secret: string };

const gone = 410;

/**
 * Sends one delivery once, and writes down how it went; whether another try follows is in the row, for the sweep. At least
 * once: a crash between the two sends the same message under the same id again. A receiver that answers 410, or that nothing
 * reached through a whole set of tries, is switched off.
 * @throws encryption_unavailable without MASTER_KEY
 */
export async function deliverWebhook(deps: DeliverDeps, input: DeliverInput): Promise<Delivered> {
  const scope = { tenantId: input.tenantId, actor: "job:webhook.deliver" };
  const prepared = await withTenant(deps.database, scope, (tx) => prepare(tx, deps, input));
  if ("state" in prepared) return prepared;
  const { delivery, body, secret } = prepared;
  const headers = signWebhook({
    ...{ id: publicId("domain_event", delivery.event.id), body, secret },
    timestampSeconds: Math.floor(Date.now() / 1_000),
  });
  const answer = await deps.webhooks.post(delivery.url, { headers, body });
  deps.failpoint("webhook.deliver:posted");
  return withTenant(deps.database, scope, (tx) => record(tx, input, delivery, answer));
}

async function prepare(tx: TenantTx, deps: DeliverDeps, input: DeliverInput): Promise<Delivered | Prepared> {
  const delivery = await findDeliveryToSend(tx, input.deliveryId);
  if (delivery === null || delivery.state !== "pending" || delivery.attempts >= input.attemptNo) {
    return { state: "skipped" };
  }
  if (!delivery.endpoint_on) {
    await setDeliveryState(tx, {
      ...{ id: delivery.id, attempts: delivery.attempts, state: "dropped", status: null, retryAfterMs: null },
      error: "the endpoint is switched off",
    });
    return { state: "dropped" };
  }
  if (deps.secrets === null) {
    throw domainError(
      "encryption_unavailable",
      "MASTER_KEY is not set; the endpoint's secret cannot be read",
    );
  }
  const owner = endpointSecretOwner(input.tenantId, delivery.endpoint_id);
  const secret = deps.secrets.open(delivery.sealed_secret, owner);
  const written = delivery.body ?? (await webhookBody(tx, delivery.event, deps.publicUrl));
  return { delivery, secret, body: await keepDeliveryBody(tx, delivery.id, written) };
}

async function record(
  tx: TenantTx,
  { deliveryId, attemptNo }: DeliverInput,
  delivery: DeliveryToSend,
  answer: WebhookAnswer,
): Promise<Delivered> {
  const { status, error } = answer;
  if (!(await insertAttempt(tx, { deliveryId, attemptNo, ...answer }))) return { state: "skipped" };
  const isDelivered = status !== null && status >= 200 && status < 300;
  const retryAfterMs =
    isDelivered || status === gone ? null : webhookRetryDelayMs(attemptNo - delivery.tries_before);
  const state = isDelivered ? "delivered" : retryAfterMs === null ? "failed" : "pending";
  const said = isDelivered ? null : (error ?? `answered ${status}`);
  await setDeliveryState(tx, {
    ...{ id: deliveryId, attempts: attemptNo, state, status, error: said, retryAfterMs },
  });
  if (state === "failed") await switchOffIfDead(tx, delivery, status, said ?? "");
  return { state: state === "pending" ? "retrying" : state };
}

async function switchOffIfDead(
  tx: TenantTx,
  delivery: DeliveryToSend,
  status: number | null,
  said: string,
): Promise<void> {
  const endpoint = await findWebhookEndpoint(tx, delivery.endpoint_id, true);
  if (endpoint === null || !endpoint.enabled) return;
  if (status !== gone && (await wasReachedSince(tx, { id: delivery.id, endpointId: endpoint.id }))) return;
  const reason =
    status === gone ? "it answered 410 Gone" : `nothing reached it for three days; the last try: ${said}`;
  await updateWebhookEndpoint(tx, { ...endpoint, enabled: false, disabledReason: reason });
  await emitEvents(tx, [
    {
      ...{ type: "webhook_endpoint.disabled", subjectType: "webhook_endpoint", subjectId: endpoint.id },
      data: { url: endpoint.url, reason },
    },
  ]);
}
