import type { Temporal } from "temporal-polyfill";
import { type Db, toDate } from "./database.ts";

export type ScheduleRow = {
  readonly name: string;
  readonly cron: string;
  readonly timezone: string;
  readonly last_run_at: Date | null;
  readonly next_run_at: Date | null;
};

export type NamedCron = { readonly name: string; readonly cron: string; readonly timezone: string };

/**
 * Writes down which schedules the installation keeps, each with its next tick where it is new or its cron has changed, and
 * forgets those that no scheduler has named for a day. System role.
 */
export async function noteSchedules(
  db: Db,
  schedules: readonly (NamedCron & { readonly nextRunAt: Temporal.Instant })[],
): Promise<void> {
  await db.$executeRaw`
    insert into schedule as s (name, cron, timezone, next_run_at)
    select * from unnest(${schedules.map((s) => s.name)}::text[], ${schedules.map((s) => s.cron)}::text[],
      ${schedules.map((s) => s.timezone)}::text[], ${schedules.map((s) => toDate(s.nextRunAt))}::timestamptz[])
    on conflict (name) do update set updated_at = now(), cron = excluded.cron, timezone = excluded.timezone,
      next_run_at = case when (s.cron, s.timezone) = (excluded.cron, excluded.timezone) then coalesce(s.next_run_at, excluded.next_run_at)
        else excluded.next_run_at end`;
  await db.$executeRaw`delete from schedule where updated_at < now() - interval '1 day'`;
}

/** Notes that a schedule has ticked; a tick that comes late hides no newer one. System role. */
export async function noteTick(
  db: Db,
  tick: { readonly name: string; readonly at: Temporal.Instant; readonly nextRunAt: Temporal.Instant },
): Promise<void> {
  await db.$executeRaw`
    update schedule set last_run_at = greatest(last_run_at, ${toDate(tick.at)}),
      next_run_at = greatest(next_run_at, ${toDate(tick.nextRunAt)}) where name = ${tick.name}`;
}

/** What the installation keeps, by name. System role. */
export async function listSchedules(db: Db): Promise<ScheduleRow[]> {
  return db.$queryRaw<
    ScheduleRow[]
  >`select name, cron, timezone, last_run_at, next_run_at from schedule order by name`;
}
