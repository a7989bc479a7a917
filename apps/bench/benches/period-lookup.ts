import { Temporal } from "temporal-polyfill";
import type { Anchor } from "#libs/core/calendar/resolve-anchor.ts";
import { periodAt, periodContaining, resolveSchedule, type Schedule } from "#libs/core/calendar/schedule.ts";
import type { Interval } from "#libs/core/price/price.ts";
import type { Bench, BenchCase } from "../bench.ts";
import { naivePeriodContaining } from "../naive/naive-period.ts";
import { timeOperations } from "../time-operations.ts";

const LOOKUPS = 200;
const TARGET_US = 5;
const STARTS_AT = Temporal.Instant.from("2010-01-31T10:30:00Z");

const places: readonly {
  readonly timezone: string;
  readonly unit: Interval["unit"];
  readonly anchor: Anchor;
  /** Periods after the start. */
  readonly from: number;
  readonly to: number;
}[] = [
  { timezone: "UTC", unit: "month", anchor: "calendar", from: 0, to: 12 },
  { timezone: "America/New_York", unit: "month", anchor: { day: 31 }, from: 0, to: 12 },
  { timezone: "America/New_York", unit: "month", anchor: { day: 31 }, from: 300, to: 600 },
  { timezone: "Europe/London", unit: "week", anchor: "anniversary", from: 1_000, to: 2_000 },
  { timezone: "Africa/Cairo", unit: "day", anchor: "calendar", from: 4_000, to: 8_000 },
  { timezone: "Pacific/Apia", unit: "day", anchor: "calendar", from: 0, to: 1_500 },
  { timezone: "Asia/Kathmandu", unit: "year", anchor: "anniversary", from: 0, to: 50 },
];

/** The period that holds an instant, near the anchor and far from it, in zones that change their clocks. */
export const periodLookup: Bench = {
  name: "period-lookup",
  about: "the period that holds an instant; naive: Temporal, one boundary after the other from the anchor",
  open: () => ({ cases: places.map(caseOf) }),
};

function caseOf({ timezone, unit, anchor, from, to }: (typeof places)[number]): BenchCase {
  const interval = { unit, count: 1 };
  const schedule = resolveSchedule({ anchor, interval, timezone, startsAt: STARTS_AT });
  const instants = Array.from({ length: LOOKUPS }, (_, index) =>
    insideOf(schedule, from + Math.floor(((to - from) * index) / LOOKUPS)),
  );
  let next = 0;
  return {
    name: `${timezone}, ${unit}s ${from} to ${to}`,
    unit: "us/lookup",
    better: "lower",
    target: TARGET_US,
    ours: {
      name: "periodContaining",
      sample: () =>
        timeOperations(LOOKUPS, () => {
          for (const at of instants) periodContaining(schedule, at);
        }),
    },
    peer: {
      name: "naive iteration",
      sample: () =>
        timeOperations(1, () => {
          // A step that shares no factor with the number of instants, so that a few of them stand for all.
          next = (next + 37) % LOOKUPS;
          naivePeriodContaining(schedule, instants[next] ?? STARTS_AT);
        }),
    },
    verify: () => {
      for (const at of [0, 0.1, 0.5, 1].map(
        (share) => instants[Math.round(share * (LOOKUPS - 1))] ?? STARTS_AT,
      )) {
        const [ours, peer] = [periodContaining(schedule, at), naivePeriodContaining(schedule, at)];
        if (!ours.start.equals(peer.start) || !ours.end.equals(peer.end)) {
          throw new Error(
            `${at.toString()}: ours starts ${ours.start.toString()}, the peer's ${peer.start.toString()}`,
          );
        }
      }
    },
  };
}

function insideOf(schedule: Schedule, k: number): Temporal.Instant {
  const { start, end } = periodAt(schedule, k);
  const middle = (start.epochMilliseconds + end.epochMilliseconds) / 2;
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(middle));
}
