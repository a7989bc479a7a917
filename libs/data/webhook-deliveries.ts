import type { DomainEvent, EventType } from "#libs/core/events.ts";
import { isWebhookEvent } from "#libs/core/webhook/webhook-message.ts";
import type { Db, TenantTx } from "./database.ts";
import { newId } from "./new-id.ts";
import { type Page, type PageQuery, toPage } from "./page.ts";

export type DeliveryState = "pending" | "delivered" | "failed" | "dropped";

/**
 * Writes what the tenant's endpoints are to be told of events, each pair once. Endpoints that are off are told nothing.
 * @returns the deliveries that are new
 */
export async function insertDeliveries(
  tx: TenantTx,
  events: readonly Pick<DomainEvent, "id" | "type">[],
): Promise<{ readonly id: string; readonly attempts: number }[]> {
  const endpoints = await tx.db.$queryRaw<{ id: string; event_types: EventType[] }[]>`
    select id, event_types from webhook_endpoint where tenant_id = ${tx.tenantId}::uuid and enabled and deleted_at is null`;
  const pairs = endpoints.flatMap(({ id, event_types: asked }) =>
    events
      .filter(({ type }) => isWebhookEvent(type) && (asked.length === 0 || asked.includes(type)))
      .map((event) => ({ endpointId: id, eventId: event.id })),
  );
  if (pairs.length === 0) return [];
  const rows = await tx.db.$queryRaw<{ id: string }[]>`
    insert into webhook_delivery (tenant_id, id, webhook_endpoint_id, domain_event_id)
    select ${tx.tenantId}::uuid, p.* from unnest(${pairs.map(() => newId())}::uuid[], ${pairs.map((p) => p.endpointId)}::uuid[],
      ${pairs.map((p) => p.eventId)}::uuid[]) p
    on conflict (tenant_id, webhook_endpoint_id, domain_event_id) do nothing returning id`;
  return rows.map((row) => ({ id: row.id, attempts: 0 }));
}

export type DeliveryToSend = {
  readonly id: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  /** Tries before the present set, which a retry or a replay began. */
  readonly tries_before: number;
  readonly body: string | null;
  readonly url: string;
  readonly sealed_secret: Uint8Array;
  readonly endpoint_id: string;
  /** On, and not deleted. */
  readonly endpoint_on: boolean;
  readonly event: Pick<DomainEvent, "id" | "type" | "subjectType" | "subjectId" | "data"> & {
    readonly occurredAt: string;
  };
};

/** A delivery with all that sending it takes. */
export async function findDeliveryToSend(tx: TenantTx, id: string): Promise<DeliveryToSend | null> {
  const rows = await tx.db.$queryRaw<DeliveryToSend[]>`
    select d.id, d.state, d.attempts, d.tries_before, d.body, w.url, w.secret as sealed_secret, w.id as endpoint_id, w.enabled and w.deleted_at is null as endpoint_on,
      jsonb_build_object('id', e.id, 'type', e.type, 'subjectType', e.subject_type, 'subjectId', e.subject_id, 'data', e.data,
        'occurredAt', to_char(e.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) as event
    from webhook_delivery d
    join webhook_endpoint w on w.tenant_id = d.tenant_id and w.id = d.webhook_endpoint_id
    join domain_event e on e.tenant_id = d.tenant_id and e.id = d.domain_event_id
    where d.tenant_id = ${tx.tenantId}::uuid and d.id = ${id}::uuid`;
  return rows[0] ?? null;
}

/** Keeps what is sent; the first writer's words stay. */
export async function keepDeliveryBody(tx: TenantTx, id: string, body: string): Promise<string> {
  const rows = await tx.db.$queryRaw<{ body: string }[]>`
    update webhook_delivery set body = coalesce(body, ${body}) where tenant_id = ${tx.tenantId}::uuid and id = ${id}::uuid returning body`;
  return rows[0]?.body ?? body;
}

/** Writes down one try; false when this number was written before. */
export async function insertAttempt(
  tx: TenantTx,
  attempt: {
    readonly deliveryId: string;
    readonly attemptNo: number;
    readonly status: number | null;
    readonly error: string | null;
    readonly answer: string | null;
    readonly durationMs: number;
  },
): Promise<boolean> {
  const inserted = await tx.db.$executeRaw`
    insert into webhook_attempt (tenant_id, id, webhook_delivery_id, attempt_no, status, error, answer, duration_ms)
    values (${tx.tenantId}::uuid, ${newId()}::uuid, ${attempt.deliveryId}::uuid, ${attempt.attemptNo}, ${attempt.status}::int, ${attempt.error}::text,
            ${attempt.answer}::text, ${attempt.durationMs})
    on conflict (tenant_id, webhook_delivery_id, attempt_no) do nothing`;
  return inserted === 1;
}

/** How a delivery stands after a try; `retryAfterMs` of database time, or null for none by itself. */
export async function setDeliveryState(
  tx: TenantTx,
  delivery: {
    readonly id: string;
    readonly state: DeliveryState;
    readonly attempts: number;
    readonly status: number | null;
    readonly error: string | null;
    readonly retryAfterMs: number | null;
  },
): Promise<void> {
  await tx.db.$executeRaw`
    update webhook_delivery set state = ${delivery.state}, attempts = ${delivery.attempts}, last_status = ${delivery.status}::int,
      last_error = ${delivery.error}::text, delivered_at = case when ${delivery.state} = 'delivered' then now() else delivered_at end,
      next_attempt_at = now() + ${delivery.retryAfterMs}::int * interval '1 millisecond'
    where tenant_id = ${tx.tenantId}::uuid and id = ${delivery.id}::uuid`;
}

/** Whether anything reached the endpoint since a delivery was written. */
export async function wasReachedSince(
  tx: TenantTx,
  delivery: { readonly id: string; readonly endpointId: string },
): Promise<boolean> {
  const rows = await tx.db.$queryRaw<object[]>`
    select from webhook_delivery d join webhook_delivery o on o.tenant_id = d.tenant_id and o.id = ${delivery.id}::uuid
    where d.tenant_id = ${tx.tenantId}::uuid and d.webhook_endpoint_id = ${delivery.endpointId}::uuid and d.delivered_at >= o.created_at limit 1`;
  return rows.length === 1;
}

/** Deliveries whose next try is due, of every tenant. System role. */
export async function listDueDeliveries(
  db: Db,
  limit: number,
): Promise<{ readonly tenant_id: string; readonly id: string; readonly attempts: number }[]> {
  return db.$queryRaw<{ tenant_id: string; id: string; attempts: number }[]>`
    select tenant_id, id, attempts from webhook_delivery where next_attempt_at <= now() order by next_attempt_at limit ${limit}`;
}

/** The next try is on its way. */
export async function clearNextAttempt(tx: TenantTx, ids: readonly string[]): Promise<void> {
  await tx.db.$executeRaw`
    update webhook_delivery set next_attempt_at = null where tenant_id = ${tx.tenantId}::uuid and id = any(${[...ids]}::uuid[])`;
}

/** Makes deliveries pending again, with a fresh set of tries after those they had; `attempts` of each comes back. */
export async function reopenDeliveries(
  tx: TenantTx,
  ids: readonly string[],
): Promise<{ readonly id: string; readonly attempts: number }[]> {
  return tx.db.$queryRaw<{ id: string; attempts: number }[]>`
    update webhook_delivery set state = 'pending', next_attempt_at = null, tries_before = attempts
    where tenant_id = ${tx.tenantId}::uuid and id = any(${[...ids]}::uuid[]) returning id, attempts`;
}

/** Events of some types in a range of business time, [from, to), oldest first; one more than the limit when there are more. */
export async function listEventsBetween(
  tx: TenantTx,
  range: {
    readonly from: Date;
    readonly to: Date;
    readonly types: readonly EventType[];
    readonly limit: number;
  },
): Promise<string[]> {
  const rows = await tx.db.$queryRaw<{ id: string }[]>`
    select id from domain_event where tenant_id = ${tx.tenantId}::uuid and occurred_at >= ${range.from} and occurred_at < ${range.to}
      and type = any(${[...range.types]}::text[])
    order by occurred_at, id limit ${range.limit + 1}`;
  return rows.map((row) => row.id);
}

/** The deliveries of events to one endpoint, made where they are missing. Returns their ids. */
export async function ensureDeliveries(
  tx: TenantTx,
  endpointId: string,
  eventIds: readonly string[],
): Promise<string[]> {
  await tx.db.$executeRaw`
    insert into webhook_delivery (tenant_id, id, webhook_endpoint_id, domain_event_id)
    select ${tx.tenantId}::uuid, p.id, ${endpointId}::uuid, p.event_id from unnest(${eventIds.map(() => newId())}::uuid[], ${[...eventIds]}::uuid[]) p (id, event_id)
    on conflict (tenant_id, webhook_endpoint_id, domain_event_id) do nothing`;
  const rows = await tx.db.$queryRaw<{ id: string }[]>`
    select id from webhook_delivery where tenant_id = ${tx.tenantId}::uuid and webhook_endpoint_id = ${endpointId}::uuid
      and domain_event_id = any(${[...eventIds]}::uuid[])`;
  return rows.map((row) => row.id);
}

export type DeliveryView = {
  readonly id: string;
  readonly webhook_endpoint_id: string;
  readonly domain_event_id: string;
  readonly event_type: EventType;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly last_status: number | null;
  readonly last_error: string | null;
  readonly next_attempt_at: Date | null;
  readonly delivered_at: Date | null;
  readonly created_at: Date;
  readonly body: string | null;
};

export type DeliveryFilters = {
  readonly endpointId?: string;
  readonly state?: DeliveryState;
  readonly eventType?: string;
};

/** Newest first. */
export async function listDeliveries(
  tx: TenantTx,
  query: PageQuery<DeliveryFilters>,
): Promise<Page<DeliveryView>> {
  const { endpointId = null, state = null, eventType = null } = query.filters ?? {};
  const rows = await tx.db.$queryRaw<DeliveryView[]>`
    select d.id, d.webhook_endpoint_id, d.domain_event_id, e.type as event_type, d.state, d.attempts, d.last_status, d.last_error, d.next_attempt_at,
      d.delivered_at, d.created_at, d.body
    from webhook_delivery d join domain_event e on e.tenant_id = d.tenant_id and e.id = d.domain_event_id
    where d.tenant_id = ${tx.tenantId}::uuid and (${query.cursor}::uuid is null or d.id < ${query.cursor}::uuid)
      and (${endpointId}::uuid is null or d.webhook_endpoint_id = ${endpointId}::uuid) and (${state}::text is null or d.state = ${state})
      and (${eventType}::text is null or e.type = ${eventType})
    order by d.id desc limit ${query.limit + 1}`;
  return toPage(rows, query.limit);
}

export type AttemptView = {
  readonly attempt_no: number;
  readonly status: number | null;
  readonly error: string | null;
  readonly answer: string | null;
  readonly duration_ms: number;
  readonly created_at: Date;
};

/** One delivery with every try of it, oldest first. */
export async function findDelivery(
  tx: TenantTx,
  id: string,
): Promise<(DeliveryView & { readonly tries: readonly AttemptView[] }) | null> {
  const [row] = await tx.db.$queryRaw<DeliveryView[]>`
    select d.id, d.webhook_endpoint_id, d.domain_event_id, e.type as event_type, d.state, d.attempts, d.last_status, d.last_error, d.next_attempt_at,
      d.delivered_at, d.created_at, d.body
    from webhook_delivery d join domain_event e on e.tenant_id = d.tenant_id and e.id = d.domain_event_id
    where d.tenant_id = ${tx.tenantId}::uuid and d.id = ${id}::uuid`;
  if (row === undefined) return null;
  const tries = await tx.db.$queryRaw<AttemptView[]>`
    select attempt_no, status, error, answer, duration_ms, created_at from webhook_attempt
    where tenant_id = ${tx.tenantId}::uuid and webhook_delivery_id = ${id}::uuid order by attempt_no`;
  return { ...row, tries };
}
