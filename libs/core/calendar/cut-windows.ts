import type { Temporal } from "temporal-polyfill";
import type { TimeRange } from "./proration.ts";
import { startOfUnit } from "./start-of-unit.ts";
import { compareInstants } from "./timezone.ts";

/**
 * `[start, end)` cut at the starts of local hours, days or months of `timezone`, in order and without overlap; the first
 * and the last window may be shorter. A day across a change of clocks is one window of 23 or 25 hours.
 * @param most at most so many are made
 */
export function cutWindows(
  { start, end }: TimeRange,
  unit: "hour" | "day" | "month",
  timezone: string,
  most: number,
): TimeRange[] {
  const first = startOfUnit(start, unit, timezone).toZonedDateTimeISO(timezone);
  const windows: TimeRange[] = [];
  let from: Temporal.Instant = start;
  for (let n = 1; compareInstants(from, end) < 0 && windows.length < most; n++) {
    const next = first.add({ [`${unit}s`]: n }).toInstant();
    const to = compareInstants(next, end) < 0 ? next : end;
    if (compareInstants(from, to) < 0) windows.push({ start: from, end: to });
    from = to;
  }
  return windows;
}
