import { arrayLiteral } from "./array-literal.ts";
import type { Db, TenantTx } from "./database.ts";

export type InboxState = "received" | "applied" | "ignored" | "failed";

/** What identifies one message of a provider; `account` is "" for the installation's own account. */
export type InboxKey = { readonly provider: string; readonly account: string; readonly eventId: string };

export type InboxRow = {
  readonly provider: string;
  readonly account: string;
  readonly event_id: string;
  readonly tenant_id: string | null;
  readonly type: string;
  readonly object_id: string | null;
  readonly payload: unknown;
  readonly state: InboxState;
  readonly attempts: number;
};

export type NewInboxMessage = InboxKey & {
  readonly type: string;
  readonly objectId: string | null;
  readonly payload: string;
  readonly state: "received" | "ignored";
  readonly createdAt: Date;
  /** Null: nobody knows it yet, which counts as a first look in vain at one that was received. */
  readonly tenantId: string | null;
};

/**
 * Stores messages before anybody looks at them, in the order of their keys, so that two writers never wait for each other.
 * @returns for each whether it is new: not one that was stored before, nor that of an earlier one of these. System role.
 */
export async function insertInboxMessages(db: Db, messages: readonly NewInboxMessage[]): Promise<boolean[]> {
  const column = (of: (message: NewInboxMessage) => string | null) => arrayLiteral(messages.map(of));
  const rows = await db.$queryRaw<{ provider: string; account: string; event_id: string }[]>`
    insert into webhook_inbox (provider, account, event_id, type, object_id, payload, state, provider_created_at, tenant_id, attempts, error)
    select m.provider, m.account, m.event_id, m.type, m.object_id, m.payload::jsonb, m.state, m.created_at, m.tenant_id,
      case when m.state = 'received' and m.tenant_id is null then 1 else 0 end,
      case when m.state = 'received' and m.tenant_id is null then 'nobody here knows its object' end
    from unnest(${column((each) => each.provider)}::text[], ${column((each) => each.account)}::text[], ${column((each) => each.eventId)}::text[],
      ${column((each) => each.type)}::text[], ${column((each) => each.objectId)}::text[], ${column((each) => each.payload)}::text[],
      ${column((each) => each.state)}::text[], ${column((each) => each.createdAt.toISOString())}::timestamptz[], ${column((each) => each.tenantId)}::uuid[])
      as m (provider, account, event_id, type, object_id, payload, state, created_at, tenant_id)
    order by m.provider, m.account, m.event_id
    on conflict (provider, account, event_id) do nothing
    returning provider, account, event_id`;
  const fresh = new Set(rows.map((row) => JSON.stringify([row.provider, row.account, row.event_id])));
  return messages.map(({ provider, account, eventId }) =>
    fresh.delete(JSON.stringify([provider, account, eventId])),
  );
}

/**
 * Messages that wait for longer than `olderThanMs`, oldest first; each is looked at more rarely the more often it was, up
 * to a month. System role.
 */
export async function listWaitingMessages(db: Db, olderThanMs: number, limit: number): Promise<InboxRow[]> {
  return db.$queryRaw<InboxRow[]>`
    select provider, account, event_id, tenant_id, type, object_id, payload, state, attempts from webhook_inbox
    where state = 'received' and received_at <= now() - ${olderThanMs} * power(1.5, least(attempts, 40)) * interval '1 millisecond'
    order by received_at limit ${limit}`;
}

/** Whose the message is, now that it is known. System role. */
export async function assignInboxMessage(db: Db, key: InboxKey, tenantId: string): Promise<void> {
  await db.$executeRaw`
    update webhook_inbox set tenant_id = ${tenantId}::uuid
    where provider = ${key.provider} and account = ${key.account} and event_id = ${key.eventId} and tenant_id is null`;
}

/** Counts a look that found no owner; after `budget` of them the message is set aside as failed. System role. */
export async function missInboxMessage(db: Db, key: InboxKey, budget: number): Promise<void> {
  await db.$executeRaw`
    update webhook_inbox set attempts = attempts + 1, error = 'nobody here knows its object',
      state = case when attempts + 1 >= ${budget} then 'failed' else state end
    where provider = ${key.provider} and account = ${key.account} and event_id = ${key.eventId} and state = 'received'`;
}

/** Locks one message of this tenant; null when it is not there. */
export async function lockInboxMessage(tx: TenantTx, key: InboxKey): Promise<InboxRow | null> {
  const rows = await tx.db.$queryRaw<InboxRow[]>`
    select provider, account, event_id, tenant_id, type, object_id, payload, state, attempts from webhook_inbox
    where tenant_id = ${tx.tenantId}::uuid and provider = ${key.provider} and account = ${key.account} and event_id = ${key.eventId}
    for update`;
  return rows[0] ?? null;
}

/** Counts a look in vain of the tenant's: what it is about is not here yet. After `budget` of them it is set aside. */
export async function keepInboxMessage(tx: TenantTx, key: InboxKey, budget: number): Promise<InboxState> {
  const [row] = await tx.db.$queryRaw<{ state: InboxState }[]>`
    update webhook_inbox set attempts = attempts + 1, error = 'what it is about is not here yet',
      state = case when attempts + 1 >= ${budget} then 'failed' else state end
    where tenant_id = ${tx.tenantId}::uuid and provider = ${key.provider} and account = ${key.account} and event_id = ${key.eventId}
    returning state`;
  return row?.state ?? "failed";
}

/** Ends a message in the transaction of what it changed. */
export async function endInboxMessage(
  tx: TenantTx,
  key: InboxKey,
  state: "applied" | "ignored",
): Promise<void> {
  await tx.db.$executeRaw`
    update webhook_inbox set state = ${state}, attempts = attempts + 1, applied_at = now(), error = null
    where tenant_id = ${tx.tenantId}::uuid and provider = ${key.provider} and account = ${key.account} and event_id = ${key.eventId}`;
}
