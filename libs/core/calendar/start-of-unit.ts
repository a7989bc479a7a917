import type { Temporal } from "temporal-polyfill";
import type { IntervalUnit } from "../price/price.ts";
import { localToInstant } from "./timezone.ts";

/**
 * The first instant of the hour or calendar unit in `zone` that holds `at`; weeks start on Monday. An hour that a wall
 * clock shows twice starts twice.
 */
export function startOfUnit(
  at: Temporal.Instant,
  unit: IntervalUnit | "hour",
  zone: string,
): Temporal.Instant {
  const local = at.toZonedDateTimeISO(zone);
  if (unit === "hour") return local.round({ smallestUnit: "hour", roundingMode: "floor" }).toInstant();
  return localToInstant(firstDayOfUnit(local.toPlainDate(), unit).toPlainDateTime(), zone);
}

/** The first day of the calendar unit that holds `date`; weeks start on Monday. */
export function firstDayOfUnit(date: Temporal.PlainDate, unit: IntervalUnit): Temporal.PlainDate {
  switch (unit) {
    case "day":
      return date;
    case "week":
      return date.subtract({ days: date.dayOfWeek - 1 });
    case "month":
      return date.with({ day: 1 });
    case "quarter":
      return date.with({ day: 1, month: date.month - ((date.month - 1) % 3) });
    case "half_year":
      return date.with({ day: 1, month: date.month - ((date.month - 1) % 6) });
    case "year":
      return date.with({ day: 1, month: 1 });
  }
}
