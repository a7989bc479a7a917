import { type Database, type Db, type TenantSql, type TenantTx, withSystem } from "./database.ts";
import { type Page, type PageQuery, toPage } from "./page.ts";
import type { TenantMode } from "./tenants.ts";

export type ApiKeyRole = "admin" | "operator" | "ingest" | "reader";

export type ApiKeyRow = {
  readonly id: string;
  readonly name: string;
  readonly role: ApiKeyRole;
  readonly last_four: string;
  readonly expires_at: Date | null;
  readonly revoked_at: Date | null;
  readonly last_used_at: Date | null;
  /** The key that a rotation made in its place. */
  readonly replaced_by: string | null;
  readonly created_at: Date;
};

export type NewApiKey = {
  readonly tenantId: string;
  readonly id: string;
  readonly name: string;
  readonly role: ApiKeyRole;
  /** SHA-256 of the secret, in hex. */
  readonly hash: string;
  readonly lastFour: string;
  readonly expiresAt: Date | null;
};

/** False when a key with this hash exists already. Application or system role. */
export async function insertApiKey(db: Db, key: NewApiKey): Promise<boolean> {
  const inserted = await db.$executeRaw`
    insert into api_key (tenant_id, id, name, role, hash, last_four, expires_at)
    values (${key.tenantId}::uuid, ${key.id}::uuid, ${key.name}, ${key.role}, ${key.hash}, ${key.lastFour}, ${key.expiresAt}::timestamptz)
    on conflict (hash) do nothing`;
  return inserted === 1;
}

/** Whether any key can still be used, whosever it is. */
export async function hasApiKeys(database: Database): Promise<boolean> {
  const rows = await withSystem(
    database,
    (db) => db.$queryRaw<object[]>`
      select from api_key where revoked_at is null and (expires_at is null or expires_at > now()) limit 1`,
  );
  return rows.length > 0;
}

/** One starter at a time: held until the transaction ends. System role. */
export async function lockBootstrap(db: Db): Promise<void> {
  await db.$executeRaw`select pg_advisory_xact_lock(hashtext('billwright.bootstrap'))`;
}

export type UsableKey = {
  readonly id: string;
  readonly tenant_id: string;
  readonly role: ApiKeyRole;
  readonly mode: TenantMode;
  readonly hash: string;
};

/** The key of this hash, unless it is revoked or expired; notes its use once a minute. System role. */
export async function useApiKey(db: Db, hash: string): Promise<UsableKey | null> {
  const rows = await db.$queryRaw<UsableKey[]>`
    with usable as (
      select k.id, k.tenant_id, k.role, t.mode, k.hash, k.last_used_at from api_key k join tenant t on t.id = k.tenant_id
      where k.hash = ${hash} and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
    ), noted as (
      update api_key k set last_used_at = now() from usable u
      where k.tenant_id = u.tenant_id and k.id = u.id and (u.last_used_at is null or u.last_used_at < now() - interval '1 minute')
    )
    select id, tenant_id, role, mode, hash from usable`;
  return rows[0] ?? null;
}

/** Of these keys of the tenant, the ids of those that are neither revoked nor expired. */
export async function findUsableKeys(tx: TenantSql, ids: readonly string[]): Promise<Set<string>> {
  const rows = await tx.db.$queryRaw<{ id: string }[]>`
    select id from api_key
    where tenant_id = ${tx.tenantId}::uuid and id = any(${ids}::uuid[])
      and revoked_at is null and (expires_at is null or expires_at > now())`;
  return new Set(rows.map(({ id }) => id));
}

export async function findApiKeyByHash(
  db: Db,
  hash: string,
): Promise<{ id: string; tenant_id: string } | null> {
  const rows = await db.$queryRaw<{ id: string; tenant_id: string }[]>`
    select id, tenant_id from api_key where hash = ${hash}`;
  return rows[0] ?? null;
}

export async function findApiKey(tx: TenantTx, id: string): Promise<ApiKeyRow | null> {
  const rows = await tx.db.$queryRaw<ApiKeyRow[]>`
    select id, name, role, last_four, expires_at, revoked_at, last_used_at, replaced_by, created_at from api_key
    where tenant_id = ${tx.tenantId}::uuid and id = ${id}::uuid for update`;
  return rows[0] ?? null;
}

export async function listApiKeys(tx: TenantTx, query: PageQuery): Promise<Page<ApiKeyRow>> {
  const rows = await tx.db.$queryRaw<ApiKeyRow[]>`
    select id, name, role, last_four, expires_at, revoked_at, last_used_at, replaced_by, created_at from api_key
    where tenant_id = ${tx.tenantId}::uuid and (${query.cursor}::uuid is null or id < ${query.cursor}::uuid)
    order by id desc limit ${query.limit + 1}`;
  return toPage(rows, query.limit);
}

/** Leaves a key that is revoked already as it is. */
export async function revokeApiKeyRow(tx: TenantTx, id: string): Promise<void> {
  await tx.db.$executeRaw`
    update api_key set revoked_at = now() where tenant_id = ${tx.tenantId}::uuid and id = ${id}::uuid and revoked_at is null`;
}

/**
 * Lets a key end after `overlapMs`, or when it would anyway, and says until when a successor with as long a life would last (null:
 * for ever). Null: the key has ended already.
 */
export async function endApiKeyAfter(
  tx: TenantTx,
  id: string,
  overlapMs: number,
): Promise<{ readonly successor_expires_at: Date | null } | null> {
  const rows = await tx.db.$queryRaw<{ successor_expires_at: Date | null }[]>`
    with usable as (
      select id, now() + (expires_at - created_at) as successor_expires_at from api_key
      where tenant_id = ${tx.tenantId}::uuid and id = ${id}::uuid and revoked_at is null and (expires_at is null or expires_at > now()) for update
    )
    update api_key k set expires_at = least(k.expires_at, now() + ${overlapMs} * interval '1 millisecond') from usable u
    where k.tenant_id = ${tx.tenantId}::uuid and k.id = u.id returning u.successor_expires_at`;
  return rows[0] ?? null;
}

/** Notes which key took the place of a rotated one. */
export async function setApiKeySuccessor(tx: TenantTx, id: string, successorId: string): Promise<void> {
  await tx.db.$executeRaw`
    update api_key set replaced_by = ${successorId}::uuid where tenant_id = ${tx.tenantId}::uuid and id = ${id}::uuid`;
}
