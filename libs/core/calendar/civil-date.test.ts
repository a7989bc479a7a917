import { Temporal } from "temporal-polyfill";
import { clampedDayOfMonth, firstDayOfMonth } from "./civil-date.ts";

const epoch = Temporal.PlainDate.from("1970-01-01");
const daysTo = (date: Temporal.PlainDate) => epoch.until(date, { largestUnit: "day" }).days;

test("every month of 2,800 years starts on the day that Temporal says", () => {
  for (let year = -400; year <= 2400; year++) {
    for (let month = 1; month <= 12; month++) {
      const expected = daysTo(Temporal.PlainDate.from({ year, month, day: 1 }));
      if (firstDayOfMonth(year * 12 + month - 1) !== expected) throw new Error(`${year}-${month}`);
    }
  }
});

test.each([
  ["2024-02", 31, "2024-02-29"],
  ["2100-02", 29, "2100-02-28"],
  ["2000-02", 30, "2000-02-29"],
  ["2026-04", 31, "2026-04-30"],
  ["2026-12", 31, "2026-12-31"],
  ["2026-12", 1, "2026-12-01"],
])("day %2$s of %1$s is %3$s", (month, day, expected) => {
  const { year, month: number } = Temporal.PlainYearMonth.from(month);
  expect(clampedDayOfMonth(year * 12 + number - 1, day)).toBe(daysTo(Temporal.PlainDate.from(expected)));
});
