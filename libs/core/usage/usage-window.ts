import { Temporal } from "temporal-polyfill";
import type { TimeRange } from "../calendar/proration.ts";
import { hourOf } from "./usage-bucket.ts";

/** A window cut at UTC hours: what buckets can answer, and what single events must. */
export type UsageWindow = {
  /** The whole hours inside, as one range; null when there is none. */
  readonly hours: TimeRange | null;
  /** The cut hours at the ends, in order of time; none when the window starts and ends on the hour. */
  readonly edges: readonly TimeRange[];
};

/**
 * Cuts `[start, end)` into whole UTC hours and the ranges at its ends that are no whole hour. All together are exactly
 * the window, without overlap. A window without a whole hour inside is one edge; an empty one has no part.
 */
export function splitWindow(window: TimeRange): UsageWindow {
  const { start, end } = window;
  if (Temporal.Instant.compare(start, end) >= 0) return { hours: null, edges: [] };
  const firstHour = start.round({ smallestUnit: "hour", roundingMode: "ceil" });
  const lastHour = hourOf(end);
  if (Temporal.Instant.compare(firstHour, lastHour) >= 0) return { hours: null, edges: [{ start, end }] };
  const edges = [
    { start, end: firstHour },
    { start: lastHour, end },
  ].filter((edge) => Temporal.Instant.compare(edge.start, edge.end) < 0);
  return { hours: { start: firstHour, end: lastHour }, edges };
}
