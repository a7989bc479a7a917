import type { AuditFacts, AuditHead, AuditLink } from "#libs/core/audit/audit-chain.ts";
import type { TenantTx } from "./database.ts";

/** Takes the tenant's chain until the commit; false: another process is chaining it. */
export async function lockAuditChain(tx: TenantTx): Promise<boolean> {
  const rows = await tx.db.$queryRaw<{ taken: boolean }[]>`
    select pg_try_advisory_xact_lock(hashtextextended('audit_chain:' || ${tx.tenantId}, 0)) as taken`;
  return rows[0]?.taken === true;
}

/** The last link; null before the first. */
export async function findAuditTail(tx: TenantTx): Promise<AuditHead | null> {
  const rows = await tx.db.$queryRaw<AuditHead[]>`
    select sequence, hash from audit_chain where tenant_id = ${tx.tenantId}::uuid order by sequence desc limit 1`;
  return rows[0] ?? null;
}

/**
 * Rows that no link binds yet, oldest first. Ids follow the time of writing and transactions commit out of order,
 * so the search begins an hour (longer than any transaction lives) before the newest row that is chained.
 */
export async function listUnchainedAudit(tx: TenantTx, limit: number): Promise<AuditFacts[]> {
  return tx.db.$queryRaw<AuditFacts[]>`
    with newest as (
      select max(l.created_at) - interval '1 hour' as since from audit_chain c
      join audit_log l on l.tenant_id = c.tenant_id and l.id = c.audit_log_id
      where c.tenant_id = ${tx.tenantId}::uuid
        and c.sequence > (select max(sequence) - 1000 from audit_chain where tenant_id = ${tx.tenantId}::uuid))
    select l.id, l.actor, l.action, l.target_type, l.target_id, l.reason, l.request_id, l.address,
      l.before::text as before, l.after::text as after,
      to_char(l.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as created_at
    from audit_log l cross join newest
    where l.tenant_id = ${tx.tenantId}::uuid
      and (newest.since is null or l.id >= (lpad(to_hex((extract(epoch from newest.since) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid)
      and not exists (select 1 from audit_chain c where c.tenant_id = l.tenant_id and c.audit_log_id = l.id)
    order by l.id limit ${limit}`;
}

export async function insertAuditLinks(
  tx: TenantTx,
  links: readonly (AuditLink & { readonly auditLogId: string })[],
): Promise<void> {
  await tx.db.$executeRaw`
    insert into audit_chain (tenant_id, sequence, audit_log_id, previous_hash, hash)
    select ${tx.tenantId}::uuid, u.* from unnest(${links.map((link) => link.sequence)}::bigint[], ${links.map((link) => link.auditLogId)}::uuid[],
      ${links.map((link) => link.previousHash)}::text[], ${links.map((link) => link.hash)}::text[]) u`;
}

type ChainRow = AuditFacts & {
  readonly sequence: bigint;
  readonly previous_hash: string;
  readonly hash: string;
};

/** Links after a sequence, in order, each with the row it binds. */
export async function listAuditLinks(
  tx: TenantTx,
  after: bigint,
  limit: number,
): Promise<(AuditLink & { readonly facts: AuditFacts })[]> {
  const rows = await tx.db.$queryRaw<ChainRow[]>`
    select c.sequence, c.previous_hash, c.hash, l.id, l.actor, l.action, l.target_type, l.target_id, l.reason, l.request_id, l.address,
      l.before::text as before, l.after::text as after,
      to_char(l.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as created_at
    from audit_chain c join audit_log l on l.tenant_id = c.tenant_id and l.id = c.audit_log_id
    where c.tenant_id = ${tx.tenantId}::uuid and c.sequence > ${after}
    order by c.sequence limit ${limit}`;
  return rows.map(({ sequence, previous_hash, hash, ...facts }) => ({
    ...{ sequence, previousHash: previous_hash, hash, facts },
  }));
}

/** How many rows no link binds, and the oldest of them. */
export async function countUnchainedAudit(
  tx: TenantTx,
): Promise<{ readonly rows: number; readonly oldest: Date | null }> {
  const rows = await tx.db.$queryRaw<{ rows: number; oldest: Date | null }[]>`
    select count(*)::int as rows, min(l.created_at) as oldest from audit_log l
    where l.tenant_id = ${tx.tenantId}::uuid
      and not exists (select 1 from audit_chain c where c.tenant_id = l.tenant_id and c.audit_log_id = l.id)`;
  return rows[0] ?? { rows: 0, oldest: null };
}
