import type { Temporal } from "temporal-polyfill";
import { type Db, toDate, type TenantTx } from "./database.ts";

export type TenantMode = "live" | "test";

export type TenantRow = {
  readonly id: string;
  readonly name: string;
  readonly mode: TenantMode;
  /** Where a test tenant's clock stands; null = database time. */
  readonly clock_now: Date | null;
  readonly created_at: Date;
};

/** System role. */
export async function insertTenant(
  db: Db,
  tenant: {
    readonly id: string;
    readonly name: string;
    readonly mode: TenantMode;
    readonly clockNow: Temporal.Instant | null;
  },
): Promise<void> {
  await db.$executeRaw`
    insert into tenant (id, name, mode, clock_now)
    values (${tenant.id}::uuid, ${tenant.name}, ${tenant.mode}, ${tenant.clockNow ? toDate(tenant.clockNow) : null}::timestamptz)`;
}

/** The tenant of the transaction. */
export async function findTenant(tx: TenantTx): Promise<TenantRow | null> {
  const rows = await tx.db.$queryRaw<TenantRow[]>`
    select id, name, mode, clock_now, created_at from tenant where id = ${tx.tenantId}::uuid`;
  return rows[0] ?? null;
}

/** Oldest first. System role. */
export async function listTenants(
  db: Db,
  filters: { readonly mode?: TenantMode } = {},
): Promise<TenantRow[]> {
  return db.$queryRaw<TenantRow[]>`
    select id, name, mode, clock_now, created_at from tenant
    where ${filters.mode ?? null}::text is null or mode = ${filters.mode ?? null} order by id`;
}

/** Of every tenant. System role. */
export async function listTenantIds(db: Db): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`select id from tenant order by id`;
  return rows.map((row) => row.id);
}

/** Of every tenant, some at a time: by id, after one. System role. */
export async function listTenantIdsAfter(db: Db, after: string | null, limit: number): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    select id from tenant where ${after}::uuid is null or id > ${after}::uuid order by id limit ${limit}`;
  return rows.map((row) => row.id);
}

/** System time now, and since when there is the tenant. */
export async function readTenantSpan(tx: TenantTx): Promise<{ readonly now: Date; readonly since: Date }> {
  const [row] = await tx.db.$queryRaw<{ now: Date; since: Date }[]>`
    select now() as now, created_at as since from tenant where id = ${tx.tenantId}::uuid`;
  if (row === undefined) throw new Error(`tenant ${tx.tenantId} is gone`);
  return row;
}

/** Moves a test tenant's clock forward; the database refuses to move it back, or to give a live tenant one. */
export async function setTenantClock(tx: TenantTx, to: Temporal.Instant): Promise<void> {
  await tx.db.$executeRaw`update tenant set clock_now = ${toDate(to)} where id = ${tx.tenantId}::uuid`;
}
