import { Temporal } from "temporal-polyfill";
import { aggregateUsage } from "#libs/core/usage/aggregate-usage.ts";
import { countableValue } from "#libs/core/usage/countable-value.ts";
import type { Meter } from "#libs/core/usage/meter.ts";
import { compareTexts, type UsageValue } from "#libs/core/usage/usage-value.ts";
import { formatDecimal } from "#libs/core/money/decimal.ts";

/** One event as it is sent, and where it stands in the reference. */
export type StreamEvent = {
  readonly id: string;
  readonly source: string;
  readonly timestamp: string;
  readonly value: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** Place of the subscription that it names, among the stream's; null: none. */
  readonly subscription: number | null;
};

/** Where a stream lies: some days of a zone from a local midnight. */
export type StreamPlace = { readonly timezone: string; readonly from: string; readonly days: number };

export type StreamWindow = { readonly start: Temporal.Instant; readonly end: Temporal.Instant };

/** Numbers from 0 up to 1, the same for the same seed (a linear congruential generator, Numerical Recipes). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

const pick = <T>(random: () => number, list: readonly T[]): T =>
  list[Math.floor(random() * list.length)] as T;

/**
 * Events of meters that share one type, in no order: on local and UTC hours, on each other's instants, a millisecond
 * around them, anywhere; ids that two sources share; values of both signs; properties that are missing, `null`, numbers.
 */
export function randomStream(random: () => number, place: StreamPlace, count: number): StreamEvent[] {
  const events: StreamEvent[] = [];
  for (let n = 0; n < count; n++) {
    const at = randomInstant(random, place, events);
    const earlier = events[Math.floor(random() * n)];
    const isTwin = earlier !== undefined && earlier.source === "" && random() < 0.1;
    events.push({
      id: isTwin ? earlier.id : `${pick(random, ["a", "Z", "é", "\u{1F600}", "\uFFFD"])}${n}`,
      source: isTwin ? `twin ${n}` : "",
      timestamp: at.toString({ fractionalSecondDigits: 3 }),
      value: ((Math.floor(random() * 2_001) - 800) / 8).toString(),
      properties: randomProperties(random),
      subscription: pick(random, [null, null, 0, 1]),
    });
  }
  return events;
}

function randomProperties(random: () => number): Record<string, unknown> {
  const region = pick(random, ["eu", "us", "a=b,c", 7, null, undefined]);
  const user = pick(random, ["u1", "u2", "u3", "u4", 5, undefined]);
  const action = pick(random, ["add", "add", "remove", undefined]);
  const size = pick(random, ["0.125", 3, "-2.5", undefined]);
  return JSON.parse(JSON.stringify({ region, user, action, size })) as Record<string, unknown>;
}

function randomInstant(
  random: () => number,
  place: StreamPlace,
  earlier: readonly StreamEvent[],
): Temporal.Instant {
  const chance = random();
  const other = earlier[Math.floor(random() * earlier.length)];
  if (chance < 0.2 && other !== undefined) return Temporal.Instant.from(other.timestamp);
  const local = randomLocal(random, place);
  if (chance < 0.4) return local.round({ smallestUnit: "hour", roundingMode: "floor" }).toInstant();
  if (chance < 0.6) return local.toInstant().round({ smallestUnit: "hour", roundingMode: "floor" });
  const milliseconds = pick(random, [0, 0, -1, 1, Math.floor(random() * 1_000)]);
  return local.toInstant().add({ milliseconds });
}

function randomLocal(random: () => number, { timezone, from, days }: StreamPlace): Temporal.ZonedDateTime {
  const seconds = Math.floor(random() * days * 86_400);
  return Temporal.PlainDateTime.from(from).add({ seconds }).toZonedDateTime(timezone);
}

/**
 * A window cut to the second of a local clock: long or short, from a local midnight, from or to the second of an event,
 * within one hour, now and then empty.
 */
export function randomWindow(
  random: () => number,
  place: StreamPlace,
  events: readonly StreamEvent[],
): StreamWindow {
  const edge = (): Temporal.Instant => {
    const chance = random();
    const event = events[Math.floor(random() * events.length)];
    if (chance < 0.25 && event !== undefined)
      return Temporal.Instant.from(event.timestamp).round({ smallestUnit: "second", roundingMode: "floor" });
    const local = randomLocal(random, place);
    return (chance < 0.4 ? local.startOfDay() : local).toInstant();
  };
  const start = edge();
  const other = random() < 0.3 ? start.add({ seconds: Math.floor(random() * 5_400) }) : edge();
  return Temporal.Instant.compare(start, other) <= 0 ? { start, end: other } : { start: other, end: start };
}

/** A value and its time in milliseconds, which finds those of a window fast. */
type TimedValue = { readonly ms: number; readonly value: UsageValue };

/** What one meter makes of a stream: its values by group, as core reads them. */
export type MeteredStream = ReadonlyMap<string, readonly TimedValue[]>;

/** Reads a stream as `meter` does, of one subscription and events that name none, or of all of them. */
export function meterStream(
  meter: Meter,
  events: readonly StreamEvent[],
  subscription: number | null,
): MeteredStream {
  const groups = new Map<string, TimedValue[]>();
  for (const { id, source, timestamp, value, properties, subscription: named } of events) {
    if (subscription !== null && named !== null && named !== subscription) continue;
    const event = { id, source, eventType: meter.eventType, timestamp, value, properties };
    const metered = countableValue(meter, event);
    if (metered === null) continue;
    const { group, ...counted } = metered;
    const values = groups.get(group) ?? [];
    groups.set(group, values);
    values.push({
      ms: Date.parse(timestamp),
      value: { id, at: Temporal.Instant.from(timestamp), ...counted },
    });
  }
  return groups;
}

/** The reference's answer for one window: a line for each group that it knows something of. */
export function referenceUsage(meter: Meter, groups: MeteredStream, { start, end }: StreamWindow): string[] {
  const [startMs, endMs] = [start.epochMilliseconds, end.epochMilliseconds];
  const answers = [...groups]
    .sort(([a], [b]) => compareTexts(a, b))
    .flatMap(([group, all]) => {
      const known = all.filter(({ ms }) => ms < endMs && (meter.carryOver || ms >= startMs));
      if (startMs >= endMs || known.length === 0) return [];
      const inside = known.filter(({ ms }) => ms >= startMs);
      const quantity = aggregateUsage(
        meter,
        known.map(({ value }) => value),
        { start, end },
      );
      return [`${group}: ${formatDecimal(quantity)} of ${inside.length}`];
    });
  return answers.length === 0 && meter.groupBy.length === 0 ? [": 0 of 0"] : answers;
}
