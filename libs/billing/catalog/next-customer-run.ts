import { Temporal } from "temporal-polyfill";
import { assertNoPlaces, placesOf } from "#libs/core/assert-places.ts";
import { assertTimezone } from "#libs/core/calendar/timezone.ts";
import type { CustomerRow, CustomerSchedule } from "#libs/data/customers.ts";
import { toInstant } from "#libs/data/database.ts";
import { cronPlaces, nextTick } from "../run/cron-tick.ts";

/**
 * When a customer's own schedule starts its next run; null: there is none, or it is switched off. One that stays as it is keeps
 * its tick. Follows the wall clock, also where business follows a test clock.
 * @throws fields_invalid for a zone that there is not, a cron that never comes or comes more often than once a minute
 */
export function nextCustomerRun(
  schedule: CustomerSchedule | null,
  before: Pick<CustomerRow, "schedule" | "schedule_next_run_at"> | null,
  now: Temporal.Instant = Temporal.Now.instant(),
): Temporal.Instant | null {
  if (schedule === null) return null;
  const kept = before?.schedule_next_run_at ?? null;
  if (before !== null && isSame(schedule, before.schedule)) return kept === null ? null : toInstant(kept);
  const inZone = placesOf("schedule.timezone", () => assertTimezone(schedule.timezone));
  assertNoPlaces(
    inZone.length > 0
      ? inZone
      : cronPlaces(schedule, now).map((place) => ({ ...place, path: `schedule.${place.path}` })),
  );
  return schedule.enabled ? nextTick(schedule, now) : null;
}

function isSame(a: CustomerSchedule, b: CustomerSchedule | null): boolean {
  return b !== null && a.cron === b.cron && a.timezone === b.timezone && a.enabled === b.enabled;
}
