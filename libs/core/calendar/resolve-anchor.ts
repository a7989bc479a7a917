import { Temporal } from "temporal-polyfill";
import { domainError } from "../errors.ts";
import type { IntervalUnit } from "../price/price.ts";
import { firstDayOfUnit } from "./start-of-unit.ts";

/**
 * Where a schedule's grid starts: the calendar unit around the start, the start itself, a day of the month (clamped
 * in shorter months), or a local date-time without offset.
 */
export type Anchor = "calendar" | "anniversary" | { readonly day: number } | { readonly at: string };

/** After so many intervals the lengths of the months on a grid repeat: 12 months, and 4 or 8 years for leap days. */
const ANCHOR_SEARCH_STEPS = 12;

const LOCAL_DATE_TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?)?$/;

/**
 * The local date-time of grid boundary 0.
 * `start` is the schedule's start on the wall clock; `stepMonths` the interval in months, 0 for days and weeks.
 * A day of the month that is missing in the start's month is anchored in a nearby month of the same grid that has it, so
 * day 31 of a start in February bills on 28 February and then on 31 March. Throws `anchor_invalid`.
 */
export function resolveAnchor(input: {
  anchor: Anchor;
  unit: IntervalUnit;
  stepMonths: number;
  start: Temporal.PlainDateTime;
}): Temporal.PlainDateTime {
  const { anchor, unit, stepMonths, start } = input;
  if (anchor === "anniversary") return start;
  if (anchor === "calendar") return firstDayOfUnit(start.toPlainDate(), unit).toPlainDateTime();
  if ("at" in anchor) return parseLocal(anchor.at);
  if (!Number.isInteger(anchor.day) || anchor.day < 1 || anchor.day > 31) {
    throw domainError(
      "anchor_invalid",
      `the day of an anchor is a whole number from 1 to 31, got ${anchor.day}`,
    );
  }
  return dayOnGrid(start.toPlainDate().toPlainYearMonth(), anchor.day, stepMonths).toPlainDateTime();
}

function dayOnGrid(month: Temporal.PlainYearMonth, day: number, stepMonths: number): Temporal.PlainDate {
  let longest = month;
  for (let i = 1; i <= ANCHOR_SEARCH_STEPS && stepMonths > 0 && longest.daysInMonth < day; i++) {
    const candidate = month.add({ months: i * stepMonths });
    if (candidate.daysInMonth > longest.daysInMonth) longest = candidate;
  }
  return longest.toPlainDate({ day: Math.min(day, longest.daysInMonth) });
}

function parseLocal(text: string): Temporal.PlainDateTime {
  try {
    if (LOCAL_DATE_TIME.test(text)) {
      return Temporal.PlainDateTime.from(text).round({ smallestUnit: "millisecond", roundingMode: "trunc" });
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw domainError(
    "anchor_invalid",
    `an anchor is a local date-time without offset, such as 2026-01-31T00:00:00; got "${text}"`,
  );
}
