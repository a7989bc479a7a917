import { Temporal } from "temporal-polyfill";
import { startOfUnit } from "./start-of-unit.ts";

test.each([
  ["day", "Asia/Kolkata", "2026-08-13T22:00:00Z", "2026-08-13T18:30:00Z"],
  ["week", "Asia/Kolkata", "2026-08-09T22:30:00Z", "2026-08-09T18:30:00Z"],
  ["week", "UTC", "2026-08-16T20:00:00Z", "2026-08-10T00:00:00Z"],
  ["month", "America/New_York", "2026-03-01T04:00:00Z", "2026-02-01T05:00:00Z"],
  ["quarter", "UTC", "2026-06-30T23:59:59Z", "2026-04-01T00:00:00Z"],
  ["half_year", "UTC", "2026-12-31T00:00:00Z", "2026-07-01T00:00:00Z"],
  ["year", "Europe/Berlin", "2026-01-01T00:00:00Z", "2025-12-31T23:00:00Z"],
  ["hour", "Asia/Kolkata", "2026-08-13T22:10:00Z", "2026-08-13T21:30:00Z"],
] as const)("the %s in %s that holds %s starts at %s", (unit, zone, at, expected) => {
  expect(startOfUnit(Temporal.Instant.from(at), unit, zone).toString()).toBe(expected);
});

test("an hour that the clock shows twice starts twice", () => {
  const start = (at: string) => startOfUnit(Temporal.Instant.from(at), "hour", "America/New_York").toString();
  expect(start("2026-11-01T05:30:00Z")).toBe("2026-11-01T05:00:00Z");
  expect(start("2026-11-01T06:30:00Z")).toBe("2026-11-01T06:00:00Z");
});

test("a day whose midnight the clock skips starts after the gap", () => {
  const at = Temporal.Instant.from("2026-04-24T12:00:00Z");
  expect(startOfUnit(at, "day", "Africa/Cairo").toString()).toBe("2026-04-23T22:00:00Z");
});
