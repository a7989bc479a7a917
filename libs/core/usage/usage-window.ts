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

/** Windows in order and without a gap, cut at UTC hours: what buckets can answer of each, and what single events must. */
export type HourCut = {
  /** From the first whole hour inside a window to the end of the last one; null when there is none. */
  readonly hours: TimeRange | null;
  /** The window that holds each hour of `hours` whole, by place; -1 where a window ends within the hour. */
  readonly windowOfHour: readonly number[];
  readonly edges: readonly TimeRange[];
};

const HOUR_NS = 3_600_000_000_000n;

/**
 * As `splitWindow`, for many windows at once: an hour of `hours` that no window holds whole lies in the edges. Adding up
 * buckets by `windowOfHour`, and single events of the edges by their time, gives each window exactly.
 */
export function splitWindows(windows: readonly TimeRange[]): HourCut {
  const whole = windows.map(({ start, end }) => ({
    from: -floorDiv(-start.epochNanoseconds, HOUR_NS),
    to: floorDiv(end.epochNanoseconds, HOUR_NS),
  }));
  const held = whole.filter(({ from, to }) => from < to);
  const [first, last] = [held[0], held.at(-1)];
  const edges = windows.flatMap((window) => (isOnHours(window) ? [] : splitWindow(window).edges));
  if (first === undefined || last === undefined) return { hours: null, windowOfHour: [], edges };
  const windowOfHour = new Array<number>(Number(last.to - first.from)).fill(-1);
  for (const [place, { from, to }] of whole.entries()) {
    if (from < to) windowOfHour.fill(place, Number(from - first.from), Number(to - first.from));
  }
  const hours = { start: hourAt(first.from), end: hourAt(last.to) };
  return { hours, windowOfHour, edges };
}

function isOnHours({ start, end }: TimeRange): boolean {
  return start.epochNanoseconds % HOUR_NS === 0n && end.epochNanoseconds % HOUR_NS === 0n;
}

function hourAt(hours: bigint): Temporal.Instant {
  return Temporal.Instant.fromEpochNanoseconds(hours * HOUR_NS);
}

function floorDiv(value: bigint, by: bigint): bigint {
  return value / by - (value % by < 0n ? 1n : 0n);
}
