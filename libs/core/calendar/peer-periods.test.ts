import { Temporal } from "temporal-polyfill";
import type { Interval } from "../price/price.ts";
import { peerPeriodSources, peerPeriods } from "./peer-periods.ts";
import type { Anchor } from "./resolve-anchor.ts";
import {
  boundary,
  gridBoundary,
  gridIndexAtOrBefore,
  periodContaining,
  resolveSchedule,
  wholePeriodAround,
} from "./schedule.ts";
import { instantToLocal, localToInstant } from "./timezone.ts";

type Fact = {
  what: string;
  interval: Interval;
  zone: string;
  anchor: Anchor;
  start: Temporal.Instant;
  at: Temporal.Instant;
  expected: string;
};

const rows = peerPeriods
  .trim()
  .split("\n")
  .map((row) => row.split(" | "));

function readInstant(text: string, zone: string): Temporal.Instant {
  const full = text.includes("T") ? text : text.replace(/Z?$/, (z) => `T00:00${z}`);
  return full.endsWith("Z")
    ? Temporal.Instant.from(full)
    : localToInstant(Temporal.PlainDateTime.from(full), zone);
}

function readFact(row: readonly string[]): Fact {
  const [what = "", interval = "", zone = "", anchor = "", start = "", at = "", expected = ""] = row;
  const [unit = "", count = ""] = interval.split(" x ");
  const instant = (text: string) => readInstant(text, zone);
  const [kind, value = ""] = anchor.split(" ");
  return {
    what,
    interval: { unit: unit as Interval["unit"], count: Number(count) },
    zone,
    anchor:
      kind === "calendar"
        ? "calendar"
        : kind === "day"
          ? { day: Number(value) }
          : { at: instantToLocal(instant(value), zone).toString() },
    start: instant(start || at),
    at: instant(at || start),
    expected,
  };
}

function answer({ what, interval, zone, anchor, start, at }: Fact): Temporal.Instant[] | number {
  const schedule = resolveSchedule({ anchor, interval, timezone: zone, startsAt: start });
  const n = gridIndexAtOrBefore(schedule, at);
  switch (what) {
    case "containing_period":
      if (typeof anchor === "object" && "day" in anchor) {
        const period = periodContaining(schedule, at);
        return [period.start, period.end];
      }
      return [gridBoundary(schedule, n), gridBoundary(schedule, n + 1)];
    case "previous_period":
      return [gridBoundary(schedule, n - 1), gridBoundary(schedule, n)];
    case "add_interval":
    case "next_boundary":
      return [boundary(schedule, 1)];
    case "first_boundary":
      return [
        Temporal.Instant.compare(wholePeriodAround(schedule, 0).start, start) === 0
          ? start
          : boundary(schedule, 1),
      ];
    case "elapsed_periods":
      return periodContaining(schedule, at).index;
    default:
      throw new Error(`unknown question ${what}`);
  }
}

test.each(rows.map((row) => [row.join(" | "), row] as const))("agrees with its peers: %s", (_text, row) => {
  const fact = readFact(row);
  if (fact.expected === "error") {
    expect(() => answer(fact)).toThrow(expect.objectContaining({ code: "interval_count_invalid" }));
    return;
  }
  const found = answer(fact);
  if (typeof found === "number") {
    expect(String(found)).toBe(fact.expected);
    return;
  }
  const expected = fact.expected.split("..");
  expect(expected).toHaveLength(found.length);
  const shown = expected.map((text, i) => (text === "" ? "" : found[i]?.toString()));
  expect(shown).toEqual(expected.map((text) => (text === "" ? "" : readInstant(text, fact.zone).toString())));
});

test("every row names its source", () => {
  expect(new Set(rows.map((row) => row.at(-1)))).toEqual(new Set(Object.keys(peerPeriodSources)));
});
