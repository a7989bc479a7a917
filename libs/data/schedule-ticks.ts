import type { Temporal } from "temporal-polyfill";
import { type Db, toDate } from "./database.ts";

export type ScheduleRow = {
  readonly name: string;
  readonly cron: string;
  readonly timezone: string;
  readonly last_run_at: Date | null;
};

/** Writes down which schedules the installation keeps, and forgets those that no scheduler has named for a day. System role. */
export async function noteSchedules(
  db: Db,
  schedules: readonly { readonly name: string; readonly cron: string; readonly timezone: string }[],
): Promise<void> {
  const column = (of: (schedule: (typeof schedules)[number]) => string) => schedules.map(of);
  await db.$executeRaw`
    insert into schedule (name, cron, timezone)
    select * from unnest(${column((s) => s.name)}::text[], ${column((s) => s.cron)}::text[], ${column((s) => s.timezone)}::text[])
    on conflict (name) do update set cron = excluded.cron, timezone = excluded.timezone, updated_at = now()`;
  await db.$executeRaw`delete from schedule where updated_at < now() - interval '1 day'`;
}

/** Notes that a schedule has ticked; a tick that comes late does not hide a newer one. System role. */
export async function noteTick(db: Db, name: string, at: Temporal.Instant): Promise<void> {
  await db.$executeRaw`
    update schedule set last_run_at = greatest(last_run_at, ${toDate(at)}) where name = ${name}`;
}

/** What the installation keeps, by name. System role. */
export async function listSchedules(db: Db): Promise<ScheduleRow[]> {
  return db.$queryRaw<ScheduleRow[]>`select name, cron, timezone, last_run_at from schedule order by name`;
}
