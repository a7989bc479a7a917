import type { TimeRange } from "./proration.ts";
import { compareInstants } from "./timezone.ts";

/** Where ranges that should be held are not, and where two that are held share time; all half-open, in order. */
export type Coverage = { readonly gaps: readonly TimeRange[]; readonly overlaps: readonly TimeRange[] };

/**
 * Holds what is against what should be: every instant of `wanted` that no range of `held` holds lies in a gap, every
 * instant that two of them hold lies in an overlap. What is held beyond `wanted` is neither. Ranges that touch do not overlap.
 */
export function validateCoverage(wanted: readonly TimeRange[], held: readonly TimeRange[]): Coverage {
  const merged = mergeRanges(held);
  const overlaps: TimeRange[] = [];
  let latest: TimeRange["end"] | null = null;
  for (const { start, end } of [...held].sort(byStart)) {
    const isWithin = latest !== null && compareInstants(latest, end) >= 0;
    if (latest !== null && compareInstants(latest, start) > 0)
      overlaps.push({ start, end: isWithin ? end : latest });
    if (!isWithin) latest = end;
  }
  const gaps = subtract(mergeRanges(wanted), merged);
  return { gaps, overlaps: mergeRanges(overlaps) };
}

/** The same instants in as few ranges as possible, in order; empty ranges are left out. */
export function mergeRanges(ranges: readonly TimeRange[]): TimeRange[] {
  const merged: TimeRange[] = [];
  for (const range of ranges.filter(({ start, end }) => compareInstants(start, end) < 0).sort(byStart)) {
    const last = merged.at(-1);
    if (last === undefined || compareInstants(last.end, range.start) < 0) merged.push(range);
    else if (compareInstants(last.end, range.end) < 0) {
      merged[merged.length - 1] = { start: last.start, end: range.end };
    }
  }
  return merged;
}

/** Both merged; one pass over each. */
function subtract(wanted: readonly TimeRange[], held: readonly TimeRange[]): TimeRange[] {
  const gaps: TimeRange[] = [];
  let next = 0;
  for (const range of wanted) {
    let from = range.start;
    for (; next < held.length; next++) {
      const each = held[next];
      if (each === undefined || compareInstants(each.start, range.end) >= 0) break;
      if (compareInstants(from, each.start) < 0) gaps.push({ start: from, end: each.start });
      if (compareInstants(each.end, from) > 0) from = each.end;
      if (compareInstants(each.end, range.end) > 0) break;
    }
    if (compareInstants(from, range.end) < 0) gaps.push({ start: from, end: range.end });
  }
  return gaps;
}

function byStart(a: TimeRange, b: TimeRange): number {
  return compareInstants(a.start, b.start);
}
