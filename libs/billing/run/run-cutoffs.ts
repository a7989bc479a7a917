import type { Temporal } from "temporal-polyfill";
import { isMonthOver, monthEnd } from "#libs/core/calendar/month.ts";

/**
 * Up to which boundary each zone is billed by a run, inclusive: for a month, the first instant after it in that
 * zone. A zone whose month is not over waits, unless the run only looks ahead.
 */
export function runCutoffs(
  zones: readonly string[],
  run: { readonly month: string | null; readonly asOf: Temporal.Instant | null; readonly dryRun: boolean },
  now: Temporal.Instant,
): { readonly cutoffs: Map<string, Temporal.Instant>; readonly waiting: string[] } {
  const cutoffs = new Map<string, Temporal.Instant>();
  const waiting: string[] = [];
  for (const zone of zones) {
    if (run.month === null) cutoffs.set(zone, run.asOf ?? now);
    else if (run.dryRun || isMonthOver(run.month, zone, now)) cutoffs.set(zone, monthEnd(run.month, zone));
    else waiting.push(zone);
  }
  return { cutoffs, waiting };
}
