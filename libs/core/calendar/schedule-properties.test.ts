import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import type { Anchor } from "./resolve-anchor.ts";
import type { Schedule } from "./schedule.ts";
import {
  boundary,
  dueBoundaries,
  gridBoundary,
  gridIndexAtOrBefore,
  periodAt,
  periodContaining,
  resolveSchedule,
  wholePeriodAround,
} from "./schedule.ts";

const FIRST_SECOND = 1_293_840_000; // 2011-01-01, so that Apia's skipped day lies ahead
const SECONDS = 20 * 365 * 86_400;

const zone = fc.constantFrom(
  "UTC",
  "America/New_York",
  "Africa/Cairo",
  "Asia/Beirut",
  "Pacific/Apia",
  "Asia/Kolkata",
  "Asia/Kathmandu",
);
const instant = fc
  .integer({ min: 0, max: SECONDS })
  .map((second) => Temporal.Instant.fromEpochMilliseconds((FIRST_SECOND + second) * 1000));
const localTime = fc.integer({ min: 0, max: 40 * 365 * 48 }).map((half) =>
  Temporal.PlainDateTime.from("2000-01-01T00:00")
    .add({ minutes: half * 30 })
    .toString(),
);
const anchor: fc.Arbitrary<Anchor> = fc.oneof(
  fc.constantFrom("calendar" as const, "anniversary" as const),
  fc.integer({ min: 1, max: 31 }).map((day) => ({ day })),
  fc.integer({ min: 29, max: 31 }).map((day) => ({ day })),
  localTime.map((at) => ({ at })),
);
const interval = fc.record({
  unit: fc.constantFrom("day", "week", "month", "quarter", "half_year", "year"),
  count: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 12 })),
});
const schedule: fc.Arbitrary<Schedule> = fc
  .record({ anchor, interval, timezone: zone, startsAt: instant })
  .map(resolveSchedule);
const aroundApiasSkippedDay: fc.Arbitrary<Schedule> = fc
  .record({
    hours: fc.integer({ min: 0, max: 10 * 24 }),
    anchor: fc.constantFrom<Anchor>("calendar", "anniversary"),
  })
  .map(({ hours, anchor: chosen }) =>
    resolveSchedule({
      anchor: chosen,
      interval: { unit: "day", count: 1 },
      timezone: "Pacific/Apia",
      startsAt: Temporal.Instant.from("2011-12-25T10:00Z").add({ hours }),
    }),
  );

const isBefore = (a: Temporal.Instant, b: Temporal.Instant) => Temporal.Instant.compare(a, b) < 0;
const same = (a: Temporal.Instant, b: Temporal.Instant) => Temporal.Instant.compare(a, b) === 0;

function periodByIteration(given: Schedule, at: Temporal.Instant): number {
  let k = 0;
  while (!isBefore(at, boundary(given, k + 1))) k++;
  return k;
}

describe("any schedule", () => {
  test("tiles time from its start on, without gap, overlap or empty period", () => {
    fc.assert(
      fc.property(fc.oneof({ weight: 4, arbitrary: schedule }, aroundApiasSkippedDay), (given) => {
        let end = Temporal.Instant.from(given.startsAt);
        for (let k = 0; k < 14; k++) {
          const period = periodAt(given, k);
          if (!same(period.start, end) || !isBefore(period.start, period.end)) {
            throw new Error(
              `period ${k} is [${period.start.toString()}, ${period.end.toString()}) after ${end.toString()}`,
            );
          }
          end = period.end;
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test("finds the period of an instant as iteration would", () => {
    fc.assert(
      fc.property(
        fc.oneof({ weight: 4, arbitrary: schedule }, aroundApiasSkippedDay),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.double({ min: 0, max: 1, noNaN: true })), {
          minLength: 5,
          maxLength: 5,
        }),
        (given, places) => {
          for (const [k, fraction] of places) {
            const { start, end } = periodAt(given, k);
            const length = end.epochMilliseconds - start.epochMilliseconds;
            const inside = start.add({ milliseconds: Math.floor(fraction * (length - 1)) });
            for (const at of [start, inside, end.subtract({ nanoseconds: 1 })]) {
              expect(periodContaining(given, at).index).toBe(k);
            }
            expect(periodByIteration(given, inside)).toBe(k);
          }
        },
      ),
      { numRuns: 250 },
    );
  });
});

describe("the grid of any schedule", () => {
  test("places every instant between two neighbours of its grid, also before the anchor", () => {
    fc.assert(
      fc.property(schedule, fc.array(instant, { minLength: 25, maxLength: 25 }), (given, instants) => {
        for (const at of instants) {
          const n = gridIndexAtOrBefore(given, at);
          if (isBefore(at, gridBoundary(given, n)) || !isBefore(at, gridBoundary(given, n + 1))) {
            throw new Error(`${at.toString()} is not between grid boundaries ${n} and ${n + 1}`);
          }
        }
      }),
      { numRuns: 400 },
    );
  });

  test("holds the first period inside one whole grid period, which ends with it", () => {
    fc.assert(
      fc.property(schedule, (given) => {
        const [stub, whole] = [periodAt(given, 0), wholePeriodAround(given, 0)];
        expect(isBefore(stub.start, whole.start)).toBe(false);
        expect(same(stub.end, whole.end)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  test("is due at its boundaries and at nothing else", () => {
    fc.assert(
      fc.property(
        schedule,
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: 0, max: 6 }),
        (given, fromIndex, last) => {
          const due = dueBoundaries(given, { fromIndex, until: boundary(given, last), limit: 5 });
          const expected = Array.from(
            { length: Math.min(5, Math.max(0, last - fromIndex + 1)) },
            (_, i) => fromIndex + i,
          );
          expect(due.map(({ index }) => index)).toEqual(expected);
          expect(due.every(({ index, at }) => same(at, boundary(given, index)))).toBe(true);
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe("a day of the month", () => {
  test("is kept in every month that has it and clamped to the last day in the others", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 31 }), instant, zone, (day, startsAt, timezone) => {
        const given = resolveSchedule({
          anchor: { day },
          interval: { unit: "month", count: 1 },
          timezone,
          startsAt,
        });
        for (let k = 1; k <= 13; k++) {
          const date = boundary(given, k).toZonedDateTimeISO(timezone).toPlainDate();
          const apiaSkippedIt = timezone === "Pacific/Apia" && date.toString() === "2011-12-31";
          if (!apiaSkippedIt) expect(date.day).toBe(Math.min(day, date.daysInMonth));
        }
      }),
      { numRuns: 400 },
    );
  });
});
