import { Temporal } from "temporal-polyfill";
import { resolveSchedule, type Schedule } from "../calendar/schedule.ts";
import type { Interval } from "../price/price.ts";
import { periodShare, type ProrationUnit, remainingShare, sharesInAdvance } from "./period-share.ts";

const day = (text: string) => Temporal.Instant.from(`${text}T00:00:00Z`);

function monthly(start: string, dayOfMonth: number, unit: Interval["unit"] = "month"): Schedule {
  const interval = { unit, count: 1 };
  return resolveSchedule({ anchor: { day: dayOfMonth }, interval, timezone: "UTC", startsAt: day(start) });
}

function share(schedule: Schedule, index: number, endsAt: string | null, by: ProrationUnit = "day"): string {
  const end = endsAt === null ? null : day(endsAt);
  const { numerator, denominator } = periodShare(schedule, index, { endsAt: end, by }).share;
  return `${numerator}/${denominator}`;
}

test("a leading stub is a part of the grid period around it", () => {
  expect(share(monthly("2024-02-23", 15), 0, null)).toBe("21/29");
});

test("a trailing stub is a part of the period that holds the end", () => {
  expect(share(monthly("2011-02-07", 7), 1, "2011-03-10")).toBe("3/31");
});

test("a stub on day 31 that ends on a shorter month's last day is a part of the grid period from day 31", () => {
  expect(share(monthly("2011-02-14", 31), 0, null)).toBe("14/28");
});

test("a period after the end is empty", () => {
  const schedule = monthly("2011-02-07", 7);
  expect(share(schedule, 3, "2011-03-10")).toBe("0/31");
  const { start, end } = periodShare(schedule, 3, { endsAt: day("2011-03-10"), by: "day" });
  expect(end).toEqual(start);
});

test("a fee that is not prorated has the whole share of a stub", () => {
  expect(share(monthly("2024-02-23", 15), 0, null, "none")).toBe("1/1");
});

test("what is billed in advance by a day is every period that has started by then, cut at the end", () => {
  const schedule = monthly("2011-01-01", 15, "quarter");
  const query = { until: day("2011-04-27"), endsAt: day("2011-04-27"), by: "day", limit: 50 } as const;
  const shares = sharesInAdvance(schedule, query).map(({ share: s }) => `${s.numerator}/${s.denominator}`);
  expect(shares).toEqual(["14/92", "90/90", "12/91"]);
  expect(sharesInAdvance(schedule, { ...query, until: day("2010-12-31") })).toEqual([]);
  expect(sharesInAdvance(schedule, { ...query, limit: 1 })).toHaveLength(1);
});

test("the rest of a period counts the day of the change, and an instant outside the period is refused", () => {
  const period = { start: day("2024-03-01"), end: day("2024-04-01") };
  const rest = (at: Temporal.Instant) => remainingShare({ period, at, by: "day", timezone: "UTC" });
  expect(rest(day("2024-03-15").add({ hours: 12 }))).toEqual({ numerator: 17n, denominator: 31n });
  expect(() => rest(day("2024-04-02"))).toThrow(expect.objectContaining({ code: "period_outside_whole" }));
});
