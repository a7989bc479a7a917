import { Temporal } from "temporal-polyfill";
import type { Interval } from "../price/price.ts";
import type { Anchor } from "./resolve-anchor.ts";
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

const instant = (text: string) => Temporal.Instant.from(text);

function scheduleOf(anchor: Anchor, unit: Interval["unit"], startsAt: string, timezone = "UTC", count = 1) {
  return resolveSchedule({ anchor, interval: { unit, count }, timezone, startsAt: instant(startsAt) });
}

function boundaries(schedule: ReturnType<typeof scheduleOf>, count: number): string[] {
  return Array.from({ length: count }, (_, k) => boundary(schedule, k).toString());
}

describe("resolveSchedule", () => {
  test.each([
    ["calendar", "day", "2026-08-13T00:00:00"],
    ["calendar", "week", "2026-08-10T00:00:00"],
    ["calendar", "month", "2026-08-01T00:00:00"],
    ["calendar", "quarter", "2026-07-01T00:00:00"],
    ["calendar", "half_year", "2026-07-01T00:00:00"],
    ["calendar", "year", "2026-01-01T00:00:00"],
    ["anniversary", "month", "2026-08-13T15:40:10.5"],
    [{ day: 31 }, "month", "2026-08-31T00:00:00"],
    [{ day: 1 }, "week", "2026-08-01T00:00:00"],
    [{ at: "2020-02-29T09:00" }, "year", "2020-02-29T09:00:00"],
    [{ at: "2020-02-29" }, "year", "2020-02-29T00:00:00"],
  ] as const)("anchors %j of a %s in the local time of the start", (anchor, unit, anchorAt) => {
    const schedule = scheduleOf(anchor, unit, "2026-08-13T10:10:10.5Z", "asia/kolkata");
    expect(schedule).toEqual({
      anchorAt,
      interval: { unit, count: 1 },
      timezone: "Asia/Kolkata",
      startsAt: "2026-08-13T10:10:10.5Z",
    });
  });

  test.each([0, -1, 1.5, 1000, Number.NaN])("refuses %d intervals", (count) => {
    expect(() => scheduleOf("calendar", "month", "2026-01-01T00:00Z", "UTC", count)).toThrow(
      expect.objectContaining({
        code: "interval_count_invalid",
        message: expect.stringContaining(String(count)),
      }),
    );
  });

  test.each([
    [{ day: 0 }],
    [{ day: 32 }],
    [{ day: 1.5 }],
    [{ at: "2026-01-31T00:00:00Z" }],
    [{ at: "2026-01-31T00:00:00+02:00" }],
    [{ at: "2026-02-30T00:00:00" }],
    [{ at: "tomorrow" }],
  ])("refuses the anchor %j", (anchor) => {
    expect(() => scheduleOf(anchor, "month", "2026-01-01T00:00Z")).toThrow(
      expect.objectContaining({ code: "anchor_invalid" }),
    );
  });

  test("refuses an unknown zone", () => {
    expect(() => scheduleOf("calendar", "month", "2026-01-01T00:00Z", "Europe/Atlantis")).toThrow(
      expect.objectContaining({ code: "timezone_unknown" }),
    );
  });
});

const monthsAndYears = [
  [
    "day 31 from a February",
    { day: 31 },
    "month",
    "2023-02-10T00:00Z",
    "UTC",
    ["2023-02-10", "2023-02-28", "2023-03-31", "2023-04-30"],
  ],
  [
    "day 30 through a leap February",
    { day: 30 },
    "month",
    "2024-01-30T00:00Z",
    "UTC",
    ["2024-01-30", "2024-02-29", "2024-03-30"],
  ],
  [
    "day 31 by quarters from a February",
    { day: 31 },
    "quarter",
    "2023-02-28T00:00Z",
    "UTC",
    ["2023-02-28", "2023-05-31", "2023-08-31", "2023-11-30"],
  ],
  [
    "day 31 of February each year",
    { day: 31 },
    "year",
    "2023-02-28T00:00Z",
    "UTC",
    ["2023-02-28", "2024-02-29", "2025-02-28"],
  ],
  [
    "the anniversary of 29 February",
    "anniversary",
    "year",
    "2024-02-29T00:00Z",
    "UTC",
    ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"],
  ],
  [
    "the anniversary of 31 January",
    "anniversary",
    "month",
    "2026-01-31T00:00Z",
    "UTC",
    ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"],
  ],
  [
    "calendar quarters from March",
    "calendar",
    "quarter",
    "2026-03-22T00:00Z",
    "UTC",
    ["2026-03-22", "2026-04-01", "2026-07-01"],
  ],
  [
    "an anchor far ahead of the start",
    { at: "2030-06-15" },
    "half_year",
    "2026-03-22T00:00Z",
    "UTC",
    ["2026-03-22", "2026-06-15", "2026-12-15"],
  ],
] as const;

describe("boundaries of months and years", () => {
  test.each(monthsAndYears)("%s", (_what, anchor, unit, startsAt, zone, expected) => {
    const found = boundaries(scheduleOf(anchor, unit, startsAt, zone), expected.length);
    expect(found).toEqual(expected.map((date) => `${date}T00:00:00Z`));
  });
});

describe("boundaries across clock changes", () => {
  test.each([
    [
      "New York's spring gap",
      { at: "2026-03-07T02:30" },
      "America/New_York",
      "2026-03-07T07:30Z",
      ["2026-03-07T07:30:00Z", "2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"],
    ],
    [
      "New York's repeated hour",
      { at: "2026-10-31T01:30" },
      "America/New_York",
      "2026-10-31T05:30Z",
      ["2026-10-31T05:30:00Z", "2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"],
    ],
    [
      "Cairo without a midnight",
      "calendar",
      "Africa/Cairo",
      "2023-04-26T22:00Z",
      ["2023-04-26T22:00:00Z", "2023-04-27T22:00:00Z", "2023-04-28T21:00:00Z"],
    ],
    [
      "Beirut without a midnight",
      "calendar",
      "Asia/Beirut",
      "2024-03-29T22:00Z",
      ["2024-03-29T22:00:00Z", "2024-03-30T22:00:00Z", "2024-03-31T21:00:00Z"],
    ],
    [
      "Apia's skipped day has no period",
      "calendar",
      "Pacific/Apia",
      "2011-12-28T10:00Z",
      ["2011-12-28T10:00:00Z", "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z"],
    ],
    [
      "Kathmandu",
      "calendar",
      "Asia/Kathmandu",
      "2026-03-31T18:15Z",
      ["2026-03-31T18:15:00Z", "2026-04-01T18:15:00Z"],
    ],
  ] as const)("of days in %s", (_what, anchor, zone, startsAt, expected) => {
    expect(boundaries(scheduleOf(anchor, "day", startsAt, zone), expected.length)).toEqual(expected);
  });

  test("an anniversary keeps its local time through clock changes", () => {
    const schedule = scheduleOf("anniversary", "month", "2026-02-15T14:30Z", "America/New_York");
    expect(boundaries(schedule, 3)).toEqual([
      "2026-02-15T14:30:00Z",
      "2026-03-15T13:30:00Z",
      "2026-04-15T13:30:00Z",
    ]);
  });
});

describe("the grid", () => {
  test("runs on below its anchor", () => {
    const schedule = scheduleOf({ at: "2026-03-31" }, "month", "2026-03-31T00:00Z");
    expect(gridBoundary(schedule, -1).toString()).toBe("2026-02-28T00:00:00Z");
    expect(gridIndexAtOrBefore(schedule, instant("2025-12-31T00:00Z"))).toBe(-3);
    expect(gridIndexAtOrBefore(schedule, instant("2025-12-30T23:59:59.999999999Z"))).toBe(-4);
  });

  test("a schedule that was stored as JSON gives the same boundaries", () => {
    const schedule = scheduleOf({ day: 31 }, "month", "2023-02-10T11:12:13.123456Z", "Asia/Kolkata");
    expect(boundaries(JSON.parse(JSON.stringify(schedule)), 20)).toEqual(boundaries(schedule, 20));
  });

  test.each([-1, 0.5])("there is no boundary %d", (k) => {
    expect(() => boundary(scheduleOf("calendar", "month", "2026-01-01T00:00Z"), k)).toThrow(
      expect.objectContaining({ code: "period_before_start" }),
    );
  });
});

describe("periods", () => {
  const schedule = scheduleOf("calendar", "month", "2026-01-20T08:00Z", "Asia/Kolkata");

  test("period 0 is a stub up to the first grid boundary, and the others are whole", () => {
    expect(periodAt(schedule, 0)).toEqual({
      index: 0,
      start: instant("2026-01-20T08:00:00Z"),
      end: instant("2026-01-31T18:30:00Z"),
    });
    expect(wholePeriodAround(schedule, 0).start.toString()).toBe("2025-12-31T18:30:00Z");
    expect(wholePeriodAround(schedule, 0).end.toString()).toBe("2026-01-31T18:30:00Z");
    expect(wholePeriodAround(schedule, 1)).toEqual({
      start: instant("2026-01-31T18:30:00Z"),
      end: instant("2026-02-28T18:30:00Z"),
    });
  });

  test("a start on the grid opens a whole period", () => {
    const onGrid = scheduleOf("calendar", "month", "2026-01-31T18:30Z", "Asia/Kolkata");
    expect(wholePeriodAround(onGrid, 0)).toEqual({
      start: periodAt(onGrid, 0).start,
      end: periodAt(onGrid, 0).end,
    });
  });

  test.each([
    ["2026-01-20T08:00:00Z", 0],
    ["2026-01-31T18:29:59Z", 0],
    ["2026-01-31T18:30:00Z", 1],
    ["2027-01-31T18:30:00Z", 13],
  ])("the instant %s lies in period %d", (at, index) => {
    expect(periodContaining(schedule, instant(at)).index).toBe(index);
  });

  test("an instant before the start lies in no period", () => {
    expect(() => periodContaining(schedule, instant("2026-01-20T07:59:59Z"))).toThrow(
      expect.objectContaining({
        code: "period_before_start",
        message: expect.stringContaining("2026-01-20T08:00:00Z"),
      }),
    );
  });
});

describe("dueBoundaries", () => {
  const schedule = scheduleOf("calendar", "month", "2026-01-20T00:00Z");

  test("gives every missed boundary in order, the one at the instant itself included", () => {
    const due = dueBoundaries(schedule, { fromIndex: 0, until: instant("2026-03-01T00:00Z"), limit: 100 });
    expect(due.map(({ index, at }) => `${index} ${at.toString()}`)).toEqual([
      "0 2026-01-20T00:00:00Z",
      "1 2026-02-01T00:00:00Z",
      "2 2026-03-01T00:00:00Z",
    ]);
  });

  test("goes on from an index, up to the limit", () => {
    const due = dueBoundaries(schedule, { fromIndex: 2, until: instant("2030-01-01T00:00Z"), limit: 2 });
    expect(due.map(({ index }) => index)).toEqual([2, 3]);
  });

  test("gives none before the start", () => {
    expect(
      dueBoundaries(schedule, { fromIndex: 0, until: instant("2026-01-19T23:59:59Z"), limit: 9 }),
    ).toEqual([]);
  });
});
