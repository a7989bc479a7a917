import { Temporal } from "temporal-polyfill";
import { withSystem } from "#libs/data/database.ts";
import {
  listSchedules,
  type NamedCron,
  noteSchedules as writeSchedules,
  noteTick as writeTick,
} from "#libs/data/schedule-ticks.ts";
import type { Deps } from "../deps.ts";
import { nextTick } from "./cron-tick.ts";

export type MissedTick = { readonly name: string; readonly at: Temporal.Instant };

const overdueMs = 120_000;

/**
 * Writes down which schedules the installation keeps, and tells which of their ticks no worker has run for two minutes. What
 * carries the ticks may have lost them; the rows have not.
 */
export async function noteSchedules(
  deps: Pick<Deps, "database">,
  schedules: readonly NamedCron[],
  now: Temporal.Instant = Temporal.Now.instant(),
): Promise<MissedTick[]> {
  const kept = schedules.map(({ name, cron, timezone }) => {
    return { name, cron, timezone, nextRunAt: nextTick({ cron, timezone }, now) };
  });
  const rows = await withSystem(deps.database, async (db) => {
    await writeSchedules(db, kept);
    return listSchedules(db);
  });
  const names = new Set(schedules.map((schedule) => schedule.name));
  return rows.flatMap(({ name, next_run_at: next }) => {
    const missed = next !== null && next.getTime() < now.epochMilliseconds - overdueMs && names.has(name);
    return missed ? [{ name, at: Temporal.Instant.fromEpochMilliseconds(next.getTime()) }] : [];
  });
}

/** Writes down that a schedule has ticked; the next tick is the first that is still to come. */
export async function noteTick(
  deps: Pick<Deps, "database">,
  schedule: NamedCron,
  at: Temporal.Instant,
): Promise<void> {
  const now = Temporal.Now.instant();
  const after = Temporal.Instant.compare(at, now) < 0 ? now : at;
  const tick = { name: schedule.name, at, nextRunAt: nextTick(schedule, after) };
  await withSystem(deps.database, (db) => writeTick(db, tick));
}
