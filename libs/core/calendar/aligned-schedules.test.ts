import { Temporal } from "temporal-polyfill";
import type { Interval } from "../price/price.ts";
import { alignedSchedules, finestSchedule } from "./aligned-schedules.ts";
import type { Anchor } from "./resolve-anchor.ts";
import { boundary, gridBoundary, gridIndexAtOrBefore } from "./schedule.ts";

const every = (unit: Interval["unit"], count = 1): Interval => ({ unit, count });

describe("alignedSchedules", () => {
  const anchors: Anchor[] = ["calendar", "anniversary", { day: 31 }, { at: "2024-02-29T09:30:00" }];
  const plans: Interval[][] = [
    [every("month"), every("quarter"), every("year")],
    [every("month", 2), every("half_year"), every("year")],
    [every("day"), every("week")],
    [every("week"), every("day", 7), every("week", 2)],
    [every("month", 3), every("quarter")],
  ];
  test.each(anchors.flatMap((anchor) => plans.map((intervals) => ({ anchor, intervals }))))(
    "puts every boundary of $intervals on the finest grid, from $anchor",
    ({ anchor, intervals }) => {
      for (const start of ["2026-02-10T08:00:00Z", "2025-11-30T23:00:00Z"]) {
        const startsAt = Temporal.Instant.from(start);
        const schedules = alignedSchedules({ anchor, intervals, timezone: "Europe/Berlin", startsAt });
        expect(schedules.map((schedule) => schedule.interval)).toEqual(intervals);
        const finest = finestSchedule(schedules);
        if (finest === undefined) throw new Error("no schedule");
        for (const schedule of schedules) {
          for (let k = 1; k <= 40; k++) {
            const at = boundary(schedule, k);
            expect(gridBoundary(finest, gridIndexAtOrBefore(finest, at)).toString()).toBe(at.toString());
          }
        }
      }
    },
  );

  test.each([
    [[every("week"), every("month")]],
    [[every("month", 2), every("quarter")]],
    [[every("day", 2), every("week")]],
  ])("refuses %j, which share no grid", (intervals) => {
    const startsAt = Temporal.Instant.from("2026-01-01T00:00:00Z");
    expect(() => alignedSchedules({ anchor: "calendar", intervals, timezone: "UTC", startsAt })).toThrow(
      expect.objectContaining({ code: "price_interval_mismatch" }),
    );
  });

  test("takes the first of equally fine schedules, and none of none", () => {
    const a = { interval: every("quarter") };
    const b = { interval: every("month", 3) };
    expect(finestSchedule([a, b])).toBe(a);
    expect(finestSchedule([])).toBeUndefined();
  });
});
