import type { EventType } from "#libs/core/events.ts";
import { type Page, type PageQuery, toPage } from "./page.ts";
import type { TenantTx } from "./database.ts";

export type WebhookEndpointRow = {
  readonly id: string;
  readonly url: string;
  readonly description: string | null;
  /** Empty: all. */
  readonly event_types: readonly EventType[];
  readonly enabled: boolean;
  readonly disabled_reason: string | null;
  readonly disabled_at: Date | null;
  readonly version: number;
  readonly created_at: Date;
};

export async function insertWebhookEndpoint(
  tx: TenantTx,
  endpoint: {
    readonly id: string;
    readonly url: string;
    readonly description: string | null;
    readonly sealedSecret: Buffer;
    readonly eventTypes: readonly EventType[];
  },
): Promise<void> {
  await tx.db.$executeRaw`
    insert into webhook_endpoint (tenant_id, id, url, description, secret, event_types)
    values (${tx.tenantId}::uuid, ${endpoint.id}::uuid, ${endpoint.url}, ${endpoint.description}, ${endpoint.sealedSecret},
            ${JSON.stringify(endpoint.eventTypes)}::jsonb)`;
}

/** One that was not deleted; locked for the rest of the transaction when asked. */
export async function findWebhookEndpoint(
  tx: TenantTx,
  id: string,
  lock = false,
): Promise<WebhookEndpointRow | null> {
  if (lock)
    await tx.db
      .$executeRaw`select from webhook_endpoint where tenant_id = ${tx.tenantId}::uuid and id = ${id}::uuid for update`;
  const rows = await tx.db.$queryRaw<WebhookEndpointRow[]>`
    select id, url, description, event_types, enabled, disabled_reason, disabled_at, version, created_at from webhook_endpoint
    where tenant_id = ${tx.tenantId}::uuid and id = ${id}::uuid and deleted_at is null`;
  return rows[0] ?? null;
}

/** Newest first, without the deleted. */
export async function listWebhookEndpoints(
  tx: TenantTx,
  query: PageQuery,
): Promise<Page<WebhookEndpointRow>> {
  const rows = await tx.db.$queryRaw<WebhookEndpointRow[]>`
    select id, url, description, event_types, enabled, disabled_reason, disabled_at, version, created_at from webhook_endpoint
    where tenant_id = ${tx.tenantId}::uuid and deleted_at is null and (${query.cursor}::uuid is null or id < ${query.cursor}::uuid)
    order by id desc limit ${query.limit + 1}`;
  return toPage(rows, query.limit);
}

export async function updateWebhookEndpoint(
  tx: TenantTx,
  endpoint: Pick<WebhookEndpointRow, "id" | "url" | "description" | "event_types" | "enabled"> & {
    readonly disabledReason: string | null;
  },
): Promise<void> {
  await tx.db.$executeRaw`
    update webhook_endpoint set url = ${endpoint.url}, description = ${endpoint.description},
      event_types = ${JSON.stringify(endpoint.event_types)}::jsonb, enabled = ${endpoint.enabled},
      disabled_reason = ${endpoint.disabledReason}, disabled_at = case when ${endpoint.enabled} then null else coalesce(disabled_at, now()) end,
      version = version + 1
    where tenant_id = ${tx.tenantId}::uuid and id = ${endpoint.id}::uuid`;
}

/** Hides an endpoint and drops its secret; its deliveries stay to be read. */
export async function deleteWebhookEndpoint(tx: TenantTx, id: string): Promise<void> {
  await tx.db.$executeRaw`
    update webhook_endpoint set deleted_at = now(), enabled = false, secret = '\\x'::bytea, version = version + 1
    where tenant_id = ${tx.tenantId}::uuid and id = ${id}::uuid`;
}
