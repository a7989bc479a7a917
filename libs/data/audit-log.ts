import type { TenantTx } from "./database.ts";
import { newId } from "./new-id.ts";
import { type Page, type PageQuery, toPage } from "./page.ts";

export type AuditEntry = {
  /** `customer.create`: what the actor did. */
  readonly action: string;
  readonly targetType: string;
  /** Our UUID, or the tenant's for settings. */
  readonly targetId: string;
  readonly before?: unknown;
  readonly after?: unknown;
};

/** Writes who did what, in the transaction of the change: one row a verb. Hand it no secrets. */
export async function writeAudit(tx: TenantTx, entry: AuditEntry): Promise<void> {
  await tx.db.$executeRaw`
    insert into audit_log (tenant_id, id, actor, action, target_type, target_id, reason, request_id, address, before, after)
    values (${tx.tenantId}::uuid, ${newId()}::uuid, ${tx.actor}, ${entry.action}, ${entry.targetType}, ${entry.targetId}, ${tx.reason ?? null},
            ${tx.requestId ?? null}, ${tx.address ?? null}, ${toJson(entry.before)}::jsonb, ${toJson(entry.after)}::jsonb)`;
}

/** What nobody asks for at that moment, such as a change that was stored for a later one: by `system`, one row each, one statement. */
export async function writeSystemAudit(
  tx: TenantTx,
  entries: readonly (AuditEntry & { readonly reason: string })[],
): Promise<void> {
  if (entries.length === 0) return;
  await tx.db.$executeRaw`
    insert into audit_log (tenant_id, id, actor, action, target_type, target_id, reason, request_id, before, after)
    select ${tx.tenantId}::uuid, e.id, 'system', e.action, e.target_type, e.target_id, e.reason, ${tx.requestId ?? null}::text, e.before::jsonb, e.after::jsonb
    from unnest(${entries.map(() => newId())}::uuid[], ${entries.map((e) => e.action)}::text[], ${entries.map((e) => e.targetType)}::text[],
                ${entries.map((e) => e.targetId)}::text[], ${entries.map((e) => e.reason)}::text[], ${entries.map((e) => toJson(e.before))}::text[],
                ${entries.map((e) => toJson(e.after))}::text[])
      as e (id, action, target_type, target_id, reason, before, after)`;
}

function toJson(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return JSON.stringify(value, (_key, field: unknown) => (typeof field === "bigint" ? `${field}` : field));
}

export type AuditView = {
  readonly id: string;
  readonly actor: string;
  readonly action: string;
  readonly target_type: string;
  readonly target_id: string;
  readonly reason: string | null;
  readonly request_id: string | null;
  readonly address: string | null;
  readonly before: unknown;
  readonly after: unknown;
  readonly created_at: Date;
  /** Null until the chainer has bound the row. */
  readonly sequence: bigint | null;
  readonly hash: string | null;
};

export type AuditFilters = {
  readonly actor?: string;
  readonly action?: string;
  readonly targetType?: string;
  readonly targetId?: string;
  readonly requestId?: string;
  /** [from, to) of the time of writing. */
  readonly from?: Date;
  readonly to?: Date;
};

/** What was done, newest first, each with its link in the chain. */
export async function listAudit(tx: TenantTx, query: PageQuery<AuditFilters>): Promise<Page<AuditView>> {
  const filters = query.filters ?? {};
  const { actor = null, action = null, targetType = null, targetId = null } = filters;
  const { requestId = null, from = null, to = null } = filters;
  const rows = await tx.db.$queryRaw<AuditView[]>`
    select l.id, l.actor, l.action, l.target_type, l.target_id, l.reason, l.request_id, l.address, l.before, l.after, l.created_at,
      c.sequence, c.hash
    from audit_log l left join audit_chain c on c.tenant_id = l.tenant_id and c.audit_log_id = l.id
    where l.tenant_id = ${tx.tenantId}::uuid and (${query.cursor}::uuid is null or l.id < ${query.cursor}::uuid)
      and (${actor}::text is null or l.actor = ${actor}) and (${action}::text is null or l.action = ${action})
      and (${targetType}::text is null or l.target_type = ${targetType}) and (${targetId}::text is null or l.target_id = ${targetId})
      and (${requestId}::text is null or l.request_id = ${requestId})
      and (${from}::timestamptz is null or l.created_at >= ${from}) and (${to}::timestamptz is null or l.created_at < ${to})
    order by l.id desc limit ${query.limit + 1}`;
  return toPage(rows, query.limit);
}
