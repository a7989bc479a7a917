import { Temporal } from "temporal-polyfill";
import type { Schedule } from "#libs/core/calendar/schedule.ts";
import type { TimeRange } from "#libs/core/calendar/proration.ts";

const durations = {
  day: { days: 1 },
  week: { weeks: 1 },
  month: { months: 1 },
  quarter: { months: 3 },
  half_year: { months: 6 },
  year: { years: 1 },
};

/** What somebody writes first: add the interval to the anchor until the boundary lies after the instant. */
export function naivePeriodContaining(schedule: Schedule, at: Temporal.Instant): TimeRange {
  const anchor = Temporal.PlainDateTime.from(schedule.anchorAt);
  const step = Temporal.Duration.from(durations[schedule.interval.unit]);
  let start = Temporal.Instant.from(schedule.startsAt);
  for (let n = 0; ; n++) {
    const end = startOf(anchor.add(times(step, n * schedule.interval.count)), schedule.timezone);
    if (Temporal.Instant.compare(end, at) > 0 && Temporal.Instant.compare(end, start) > 0)
      return { start, end };
    if (Temporal.Instant.compare(end, start) > 0) start = end;
  }
}

function times({ days, weeks, months, years }: Temporal.Duration, n: number): Temporal.Duration {
  return Temporal.Duration.from({ days: days * n, weeks: weeks * n, months: months * n, years: years * n });
}

/** A local time that the clock skips starts with the first instant after the gap. */
function startOf(local: Temporal.PlainDateTime, zone: string): Temporal.Instant {
  const found = local.toZonedDateTime(zone, { disambiguation: "earlier" });
  if (found.toPlainDateTime().equals(local)) return found.toInstant();
  return found.getTimeZoneTransition("next")?.toInstant() ?? found.toInstant();
}
