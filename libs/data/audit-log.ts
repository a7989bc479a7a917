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

export type AuditRow = {
  readonly id: string;
  readonly actor: string;
  readonly action: string;
  readonly target_type: string;
  readonly target_id: string;
  readonly reason: string | null;
  readonly request_id: string | null;
  readonly before: unknown;
  readonly after: unknown;
  readonly created_at: Date;
};

/** Writes who did what, in the transaction of the change: one row a verb. Hand it no secrets. */
export async function writeAudit(tx: TenantTx, entry: AuditEntry): Promise<void> {
  await tx.db.$executeRaw`
    insert into audit_log (tenant_id, id, actor, action, target_type, target_id, reason, request_id, address, before, after)
    values (${tx.tenantId}::uuid, ${newId()}::uuid, ${tx.actor}, ${entry.action}, ${entry.targetType}, ${entry.targetId}, ${tx.reason ?? null},
            ${tx.requestId ?? null}, ${tx.address ?? null}, ${toJson(entry.before)}::jsonb, ${toJson(entry.after)}::jsonb)`;
}

/** Newest first. */
export async function listAudit(
  tx: TenantTx,
  query: PageQuery<{ readonly targetId?: string; readonly action?: string }>,
): Promise<Page<AuditRow>> {
  const { targetId = null, action = null } = query.filters ?? {};
  const rows = await tx.db.$queryRaw<AuditRow[]>`
    select id, actor, action, target_type, target_id, reason, request_id, before, after, created_at from audit_log
    where tenant_id = ${tx.tenantId}::uuid and (${query.cursor}::uuid is null or id < ${query.cursor}::uuid)
      and (${targetId}::text is null or target_id = ${targetId}) and (${action}::text is null or action = ${action})
    order by id desc limit ${query.limit + 1}`;
  return toPage(rows, query.limit);
}

function toJson(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return JSON.stringify(value, (_key, field: unknown) => (typeof field === "bigint" ? `${field}` : field));
}
