import { randomBytes } from "node:crypto";
import { assertNoPlaces } from "#libs/core/assert-places.ts";
import { domainError } from "#libs/core/errors.ts";
import type { EventType } from "#libs/core/events.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { newId } from "#libs/data/new-id.ts";
import { findTenant } from "#libs/data/tenants.ts";
import {
  deleteWebhookEndpoint as deleteRow,
  findWebhookEndpoint,
  insertWebhookEndpoint,
  updateWebhookEndpoint as updateRow,
  type WebhookEndpointRow,
} from "#libs/data/webhook-endpoints.ts";
import type { SecretOwner } from "#libs/platform/secret-box.ts";
import type { Deps } from "../deps.ts";

type EndpointDeps = Pick<Deps, "secrets" | "webhooks">;

export type EndpointFields = {
  readonly url: string;
  readonly description: string | null;
  /** Empty: all. */
  readonly eventTypes: readonly EventType[];
};

const targetType = "webhook_endpoint";

/** What the signing secret of an endpoint is bound to. */
export function endpointSecretOwner(tenantId: string, endpointId: string): SecretOwner {
  return { tenantId, purpose: `webhook_endpoint/${endpointId}` };
}

/**
 * Makes an endpoint and the secret that signs what is sent to it. The secret comes back here and never again.
 * @throws encryption_unavailable without MASTER_KEY; fields_invalid for a URL that must not be called
 */
export async function createWebhookEndpoint(
  tx: TenantTx,
  deps: EndpointDeps,
  fields: EndpointFields,
): Promise<{ readonly row: WebhookEndpointRow; readonly secret: string }> {
  const { secrets } = deps;
  if (secrets === null) {
    throw domainError("encryption_unavailable", "set MASTER_KEY to keep the endpoint's signing secret");
  }
  await assertUrl(tx, deps, fields.url);
  const id = newId();
  const secret = `whsec_${randomBytes(32).toString("base64")}`;
  const sealedSecret = secrets.seal(secret, endpointSecretOwner(tx.tenantId, id));
  await insertWebhookEndpoint(tx, { id, ...fields, sealedSecret });
  const row = await mustFindEndpoint(tx, id);
  await writeAudit(tx, { action: "webhook_endpoint.create", targetType, targetId: id, after: row });
  return { row, secret };
}

/**
 * Changes an endpoint. Switching it on again forgets why it was off; what it missed is sent by a replay.
 * @throws webhook_endpoint_not_found, version_conflict, fields_invalid
 */
export async function updateWebhookEndpoint(
  tx: TenantTx,
  deps: EndpointDeps,
  input: {
    readonly id: string;
    readonly change: Partial<EndpointFields> & { readonly enabled?: boolean };
    readonly ifVersion?: number;
  },
): Promise<WebhookEndpointRow> {
  const before = await mustFindEndpoint(tx, input.id, true);
  if (input.ifVersion !== undefined && input.ifVersion !== before.version) {
    throw domainError(
      "version_conflict",
      `the endpoint is at version ${before.version}, not ${input.ifVersion}`,
    );
  }
  const { url = before.url, description = before.description, eventTypes, enabled } = input.change;
  if (url !== before.url) await assertUrl(tx, deps, url);
  await updateRow(tx, {
    ...{ id: before.id, url, description, event_types: eventTypes ?? before.event_types },
    enabled: enabled ?? before.enabled,
    disabledReason: enabled === undefined ? before.disabled_reason : enabled ? null : "switched off",
  });
  const after = await mustFindEndpoint(tx, before.id);
  await writeAudit(tx, {
    ...{ action: "webhook_endpoint.update", targetType, targetId: before.id, before, after },
  });
  return after;
}

/** Ends an endpoint: nothing more is sent to it, its secret is gone, its deliveries can be read. @throws webhook_endpoint_not_found */
export async function deleteWebhookEndpoint(tx: TenantTx, id: string): Promise<void> {
  const before = await mustFindEndpoint(tx, id, true);
  await deleteRow(tx, id);
  await writeAudit(tx, { action: "webhook_endpoint.delete", targetType, targetId: id, before });
}

/** @throws webhook_endpoint_not_found */
export async function mustFindEndpoint(tx: TenantTx, id: string, lock = false): Promise<WebhookEndpointRow> {
  const row = await findWebhookEndpoint(tx, id, lock);
  if (row === null) throw domainError("webhook_endpoint_not_found", "there is no such webhook endpoint");
  return row;
}

async function assertUrl(tx: TenantTx, { webhooks }: EndpointDeps, url: string): Promise<void> {
  const isLive = (await findTenant(tx))?.mode === "live";
  const plain = isLive && !url.startsWith("https://") ? "begin with https:// for a live tenant" : null;
  const wrong = webhooks.complaint(url) ?? plain;
  assertNoPlaces(wrong === null ? [] : [{ path: "url", code: "url_invalid", message: `must ${wrong}` }]);
}
