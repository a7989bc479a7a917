import { domainError } from "#libs/core/errors.ts";
import { webhookEventTypes } from "#libs/core/webhook/webhook-message.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import { type Database, type TenantTx, withSystem, withTenant } from "#libs/data/database.ts";
import { emitEvents, planDeliveries } from "#libs/data/domain-events.ts";
import {
  clearNextAttempt,
  ensureDeliveries,
  findDelivery,
  listDueDeliveries,
  listEventsBetween,
  reopenDeliveries,
} from "#libs/data/webhook-deliveries.ts";
import { mustFindEndpoint } from "./webhook-endpoint.ts";

const mostReplayed = 10_000;

/** Sends a delivery once more, with a fresh set of tries, whatever became of it. @throws webhook_delivery_not_found */
export async function retryDelivery(tx: TenantTx, deliveryId: string): Promise<void> {
  const before = await findDelivery(tx, deliveryId);
  if (before === null) throw domainError("webhook_delivery_not_found", "there is no such delivery");
  await mustBeOn(tx, before.webhook_endpoint_id);
  await planDeliveries(tx, await reopenDeliveries(tx, [deliveryId]));
  await writeAudit(tx, {
    ...{ action: "webhook_delivery.retry", targetType: "webhook_delivery", targetId: deliveryId },
    before: { state: before.state, attempts: before.attempts, last_error: before.last_error },
  });
}

/**
 * Sends an endpoint everything that happened in [from, to) of business time and that it asks for, oldest first; also what it
 * was never told, because it was off or did not exist. Messages keep their ids.
 * @returns how many are sent
 * @throws webhook_endpoint_not_found, webhook_endpoint_disabled, webhook_replay_too_large
 */
export async function replayWebhooks(
  tx: TenantTx,
  input: { readonly endpointId: string; readonly from: Date; readonly to: Date },
): Promise<number> {
  const endpoint = await mustBeOn(tx, input.endpointId);
  const events = await listEventsBetween(tx, {
    ...{ from: input.from, to: input.to, limit: mostReplayed },
    types: endpoint.event_types.length === 0 ? webhookEventTypes : endpoint.event_types,
  });
  if (events.length > mostReplayed) {
    throw domainError(
      "webhook_replay_too_large",
      `more than ${mostReplayed} events lie between; replay a shorter time`,
    );
  }
  const deliveryIds = await ensureDeliveries(tx, endpoint.id, events);
  await planDeliveries(tx, await reopenDeliveries(tx, deliveryIds));
  await writeAudit(tx, {
    ...{ action: "webhook_endpoint.replay", targetType: "webhook_endpoint", targetId: endpoint.id },
    after: { from: input.from, to: input.to, deliveries: deliveryIds.length },
  });
  return deliveryIds.length;
}

/**
 * Sends an endpoint, and no other, an event by which it can show that it works.
 * @returns the delivery's id
 * @throws webhook_endpoint_not_found, webhook_endpoint_disabled
 */
export async function testWebhook(tx: TenantTx, endpointId: string): Promise<string> {
  const { id: subjectId, url } = await mustBeOn(tx, endpointId);
  const type = "webhook_endpoint.tested";
  const events = await emitEvents(tx, [{ type, subjectType: "webhook_endpoint", subjectId, data: { url } }]);
  const [deliveryId = ""] = await ensureDeliveries(tx, subjectId, events);
  await planDeliveries(tx, await reopenDeliveries(tx, [deliveryId]));
  return deliveryId;
}

/** Sends off what is due for its next try, of every tenant. Returns how many. */
export async function sweepWebhookRetries(database: Database, limit = 500): Promise<number> {
  const due = await withSystem(database, (db) => listDueDeliveries(db, limit));
  const byTenant = new Map<string, (typeof due)[number][]>();
  for (const row of due) byTenant.set(row.tenant_id, [...(byTenant.get(row.tenant_id) ?? []), row]);
  for (const [tenantId, rows] of byTenant) {
    await withTenant(database, { tenantId, actor: "webhook.retry" }, async (tx) => {
      await planDeliveries(tx, rows);
      await clearNextAttempt(
        tx,
        rows.map((row) => row.id),
      );
    });
  }
  return due.length;
}

async function mustBeOn(tx: TenantTx, endpointId: string) {
  const endpoint = await mustFindEndpoint(tx, endpointId);
  if (endpoint.enabled) return endpoint;
  throw domainError("webhook_endpoint_disabled", "switch the endpoint on before it is sent anything");
}
