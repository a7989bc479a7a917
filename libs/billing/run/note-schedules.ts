import type { Temporal } from "temporal-polyfill";
import { withSystem } from "#libs/data/database.ts";
import { noteSchedules as writeSchedules, noteTick as writeTick } from "#libs/data/schedule-ticks.ts";
import type { Deps } from "../deps.ts";

/** Writes down which schedules the installation keeps, for whoever asks when they come. */
export async function noteSchedules(
  deps: Pick<Deps, "database">,
  schedules: Parameters<typeof writeSchedules>[1],
): Promise<void> {
  await withSystem(deps.database, (db) => writeSchedules(db, schedules));
}

/** Writes down when a schedule last ticked. */
export async function noteTick(
  deps: Pick<Deps, "database">,
  name: string,
  at: Temporal.Instant,
): Promise<void> {
  await withSystem(deps.database, (db) => writeTick(db, name, at));
}
