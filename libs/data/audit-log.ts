import type { TenantTx } from "./database.ts";
import { newId } from "./new-id.ts";

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

function toJson(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return JSON.stringify(value, (_key, field: unknown) => (typeof field === "bigint" ? `${field}` : field));
}
