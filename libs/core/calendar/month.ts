import { Temporal } from "temporal-polyfill";
import { domainError } from "../errors.ts";
import { localDate, startOfLocalDay } from "./timezone.ts";

/** Reads a calendar month written as `YYYY-MM`, years 0001 to 9998: what has an end has one of four digits. Throws `month_invalid`. */
export function parseMonth(month: string): Temporal.PlainYearMonth {
  if (!/^(?!0000|9999)\d{4}-(0[1-9]|1[0-2])$/.test(month)) {
    throw domainError(
      "month_invalid",
      `a month is written as YYYY-MM, such as 2026-03, of the years 0001 to 9998; got "${month}"`,
    );
  }
  return Temporal.PlainYearMonth.from(month);
}

/** The first instant of the month in `zone`. Throws `month_invalid`. */
export function monthStart(month: string, zone: string): Temporal.Instant {
  return startOfLocalDay(parseMonth(month).toPlainDate({ day: 1 }), zone);
}

/** The exclusive end of the month in `zone`: the first instant of the next one. Throws `month_invalid`. */
export function monthEnd(month: string, zone: string): Temporal.Instant {
  return startOfLocalDay(parseMonth(month).add({ months: 1 }).toPlainDate({ day: 1 }), zone);
}

/** Whether the month has ended in `zone`: at its end it has. Throws `month_invalid`. */
export function isMonthOver(month: string, zone: string, now: Temporal.Instant): boolean {
  return Temporal.Instant.compare(monthEnd(month, zone), now) <= 0;
}

/** The month before the one that a calendar in `zone` shows at `now`, as `YYYY-MM`. */
export function previousMonth(now: Temporal.Instant, zone: string): string {
  return localDate(now, zone).toPlainYearMonth().subtract({ months: 1 }).toString();
}
