import type { Temporal } from "temporal-polyfill";
import { type Db, toDate, type TenantTx } from "./database.ts";

export const tenantScheduleNames = ["billing.month", "billing.legacy"] as const;
export type TenantScheduleName = (typeof tenantScheduleNames)[number];

export type TenantScheduleRow = {
  readonly name: TenantScheduleName;
  readonly cron: string;
  readonly timezone: string;
  readonly enabled: boolean;
  readonly last_run_at: Date | null;
  readonly next_run_at: Date | null;
  readonly version: number;
};

/** The schedules that the tenant has set for itself. */
export async function listTenantSchedules(tx: TenantTx): Promise<TenantScheduleRow[]> {
  return tx.db.$queryRaw<TenantScheduleRow[]>`
    select name, cron, timezone, enabled, last_run_at, next_run_at, version from tenant_schedule
    where tenant_id = ${tx.tenantId}::uuid order by name`;
}

/** Database time: schedules follow it also where business follows a test clock. */
export async function findTenantSchedule(
  tx: TenantTx,
  name: TenantScheduleName,
  lock = false,
): Promise<TenantScheduleRow | null> {
  const rows = lock
    ? await tx.db.$queryRaw<TenantScheduleRow[]>`
        select name, cron, timezone, enabled, last_run_at, next_run_at, version from tenant_schedule
        where tenant_id = ${tx.tenantId}::uuid and name = ${name} for update`
    : await tx.db.$queryRaw<TenantScheduleRow[]>`
        select name, cron, timezone, enabled, last_run_at, next_run_at, version from tenant_schedule
        where tenant_id = ${tx.tenantId}::uuid and name = ${name}`;
  return rows[0] ?? null;
}

export async function putTenantSchedule(
  tx: TenantTx,
  schedule: {
    readonly name: TenantScheduleName;
    readonly cron: string;
    readonly timezone: string;
    /** Null: switched off. */
    readonly nextRunAt: Temporal.Instant | null;
  },
): Promise<void> {
  const next = schedule.nextRunAt === null ? null : toDate(schedule.nextRunAt);
  await tx.db.$executeRaw`
    insert into tenant_schedule as s (tenant_id, name, cron, timezone, enabled, next_run_at)
    values (${tx.tenantId}::uuid, ${schedule.name}, ${schedule.cron}, ${schedule.timezone}, ${next !== null}, ${next}::timestamptz)
    on conflict (tenant_id, name) do update set cron = excluded.cron, timezone = excluded.timezone, enabled = excluded.enabled,
      next_run_at = excluded.next_run_at, version = s.version + 1, updated_at = now()`;
}

export async function markTenantScheduleRun(
  tx: TenantTx,
  run: {
    readonly name: TenantScheduleName;
    readonly ranAt: Temporal.Instant;
    readonly nextRunAt: Temporal.Instant;
  },
): Promise<void> {
  await tx.db.$executeRaw`
    update tenant_schedule set last_run_at = ${toDate(run.ranAt)}, next_run_at = ${toDate(run.nextRunAt)}
    where tenant_id = ${tx.tenantId}::uuid and name = ${run.name}`;
}

/** What is due by the database's clock, earliest first. System role. */
export async function listDueTenantSchedules(
  db: Db,
  limit: number,
): Promise<{ readonly tenant_id: string; readonly name: TenantScheduleName }[]> {
  return db.$queryRaw<{ tenant_id: string; name: TenantScheduleName }[]>`
    select tenant_id, name from tenant_schedule where next_run_at <= now() order by next_run_at limit ${limit}`;
}

/** Tenants that have a schedule of this name themselves, on or off. System role. */
export async function listTenantsScheduling(db: Db, name: TenantScheduleName): Promise<Set<string>> {
  const rows = await db.$queryRaw<{ tenant_id: string }[]>`
    select tenant_id from tenant_schedule where name = ${name}`;
  return new Set(rows.map((row) => row.tenant_id));
}
