import { Temporal } from "temporal-polyfill";

/** A stretch of time `[fromMs, untilMs)`, in epoch milliseconds, in which a zone's clock is `offsetMs` ahead of UTC. */
type OffsetSpan = { readonly fromMs: number; readonly untilMs: number; readonly offsetMs: number };

const DAY_MS = 86_400_000;
/** Time is cut into cells that are read once. Temporal looks for the next change of a clock at least 3 years ahead. */
const CELL_MS = 365 * DAY_MS;
/** Cells kept for one zone. */
const CELLS_MAX = 400;
const NANOSECONDS_PER_MS = 1_000_000n;

const cellsByZone = new Map<string, Map<number, readonly OffsetSpan[]>>();

/** How far a clock in `zone` is ahead of UTC at an instant, in milliseconds. Throws RangeError for an unknown zone. */
export function offsetMsAt(zone: string, epochMs: number): number {
  const spans = spansOf(zone, Math.floor(epochMs / CELL_MS));
  let offsetMs = 0;
  for (const span of spans) if (span.fromMs <= epochMs) offsetMs = span.offsetMs;
  return offsetMs;
}

/**
 * The first instant, in epoch nanoseconds, at which a clock in `zone` shows a local time or has passed it: a time that it shows
 * twice is the first of the two, a time that it skips the end of the gap.
 * @param localMs the local time as if it were UTC, in epoch milliseconds, and `nanoseconds` (below a million) beyond it
 */
export function firstInstantOf(zone: string, localMs: number, nanoseconds: bigint): bigint {
  // No zone is a whole day ahead of UTC, so all spans before this cell have passed the local time by.
  for (let cell = Math.floor((localMs - DAY_MS) / CELL_MS); ; cell++) {
    for (const { fromMs, untilMs, offsetMs } of spansOf(zone, cell)) {
      const epochMs = localMs - offsetMs;
      if (epochMs < fromMs) return BigInt(fromMs) * NANOSECONDS_PER_MS;
      if (epochMs < untilMs) return BigInt(epochMs) * NANOSECONDS_PER_MS + nanoseconds;
    }
  }
}

function spansOf(zone: string, cell: number): readonly OffsetSpan[] {
  let cells = cellsByZone.get(zone);
  const known = cells?.get(cell);
  if (known !== undefined) return known;
  const spans = readSpans(zone, cell);
  if (cells === undefined || cells.size >= CELLS_MAX) {
    cells = new Map();
    cellsByZone.set(zone, cells);
  }
  cells.set(cell, spans);
  return spans;
}

function readSpans(zone: string, cell: number): OffsetSpan[] {
  const endMs = (cell + 1) * CELL_MS;
  const spans: OffsetSpan[] = [];
  let at: Temporal.ZonedDateTime | null = Temporal.Instant.fromEpochMilliseconds(
    cell * CELL_MS,
  ).toZonedDateTimeISO(zone);
  while (at !== null && at.epochMilliseconds < endMs) {
    const next: Temporal.ZonedDateTime | null = at.getTimeZoneTransition("next");
    const untilMs = Math.min(next?.epochMilliseconds ?? endMs, endMs);
    spans.push({ fromMs: at.epochMilliseconds, untilMs, offsetMs: at.offsetNanoseconds / 1e6 });
    at = next;
  }
  return spans;
}
