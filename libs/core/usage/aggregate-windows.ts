import { Temporal } from "temporal-polyfill";
import type { TimeRange } from "../calendar/proration.ts";
import type { Decimal } from "../money/decimal.ts";
import { aggregateUsage, carriedUsage } from "./aggregate-usage.ts";
import type { Meter } from "./meter.ts";
import { compareUsageValues, type UsageValue } from "./usage-value.ts";

/** What one window comes to. */
export type WindowUsage = {
  /** Place of the window in the list. */
  readonly window: number;
  readonly quantity: Decimal;
  /** The values inside, in (time, id) order. */
  readonly values: readonly UsageValue[];
};

/**
 * `aggregateUsage` of each of many windows, in one pass over the values. The windows `[start, end)` are in order and
 * without a gap. A window without a value has no answer, but with `carry_over` every window has one: it starts from what
 * the values before it left behind, those before the first window too.
 */
export function aggregateWindows(
  meter: Meter,
  values: readonly UsageValue[],
  windows: readonly TimeRange[],
): WindowUsage[] {
  const [first] = windows;
  if (first === undefined) return [];
  const sorted = [...values].sort(compareUsageValues);
  let next = 0;
  const takeUntil = (end: Temporal.Instant): UsageValue[] => {
    const from = next;
    for (let each = sorted[next]; each && Temporal.Instant.compare(each.at, end) < 0; each = sorted[next])
      next++;
    return sorted.slice(from, next);
  };
  let carried = carriedUsage(meter, takeUntil(first.start), first.start);
  return windows.flatMap((range, window) => {
    const inside = takeUntil(range.end);
    if (!meter.carryOver) {
      if (inside.length === 0) return [];
      return [{ window, quantity: aggregateUsage(meter, inside, range), values: inside }];
    }
    const quantity = aggregateUsage(meter, inside, range, carried);
    carried = carriedUsage(meter, inside, range.end, carried);
    return [{ window, quantity, values: inside }];
  });
}
