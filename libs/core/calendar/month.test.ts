import { Temporal } from "temporal-polyfill";
import { isMonthOver, monthEnd, monthStart, parseMonth, previousMonth } from "./month.ts";

describe("parseMonth", () => {
  test("reads a year and a month", () => {
    const month = parseMonth("2026-03");
    expect([month.year, month.month]).toEqual([2026, 3]);
  });

  test.each([
    "",
    "2026-3",
    "2026-13",
    "2026-00",
    "0000-01",
    "9999-12",
    "2026-03-01",
    "2026/03",
    " 2026-03",
    "+002026-03",
    "March",
  ])("refuses %j and says how a month is written", (text) => {
    expect(() => parseMonth(text)).toThrow(
      expect.objectContaining({ code: "month_invalid", message: expect.stringContaining("YYYY-MM") }),
    );
  });
});

describe("a month in a zone", () => {
  test.each([
    ["2026-03", "UTC", "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"],
    ["2026-12", "Asia/Kolkata", "2026-11-30T18:30:00Z", "2026-12-31T18:30:00Z"],
    ["2026-03", "America/New_York", "2026-03-01T05:00:00Z", "2026-04-01T04:00:00Z"],
    ["2011-12", "Pacific/Apia", "2011-12-01T10:00:00Z", "2011-12-31T10:00:00Z"],
  ])("%s in %s runs from %s to %s", (month, zone, start, end) => {
    expect(monthStart(month, zone).toString()).toBe(start);
    expect(monthEnd(month, zone).toString()).toBe(end);
  });

  test("is over from its exclusive end on, not a nanosecond earlier", () => {
    const end = monthEnd("2026-02", "Asia/Kathmandu");
    expect(isMonthOver("2026-02", "Asia/Kathmandu", end)).toBe(true);
    expect(isMonthOver("2026-02", "Asia/Kathmandu", end.subtract({ nanoseconds: 1 }))).toBe(false);
  });

  test.each([
    ["2026-03-01T00:00:00Z", "UTC", "2026-02"],
    ["2026-03-01T00:00:00Z", "America/New_York", "2026-01"],
    ["2026-02-28T18:30:00Z", "Asia/Kolkata", "2026-02"],
    ["2026-01-15T00:00:00Z", "UTC", "2025-12"],
  ])("before the one of %s in %s is %s", (now, zone, month) => {
    expect(previousMonth(Temporal.Instant.from(now), zone)).toBe(month);
  });
});
