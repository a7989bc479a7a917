import { Temporal } from "temporal-polyfill";
import { cutWindows } from "./cut-windows.ts";

const range = (start: string, end: string) => ({
  start: Temporal.Instant.from(start),
  end: Temporal.Instant.from(end),
});
const shown = (windows: ReturnType<typeof cutWindows>) =>
  windows.map(({ start, end }) => `${start.toString()} ${end.toString()}`);

test("days are those of the zone, with 23 hours where the clock springs, and the ends are cut", () => {
  const windows = cutWindows(
    range("2026-03-28T12:00:00Z", "2026-03-30T01:00:00Z"),
    "day",
    "Europe/Berlin",
    10,
  );
  expect(shown(windows)).toEqual([
    "2026-03-28T12:00:00Z 2026-03-28T23:00:00Z",
    "2026-03-28T23:00:00Z 2026-03-29T22:00:00Z",
    "2026-03-29T22:00:00Z 2026-03-30T01:00:00Z",
  ]);
});

test("hours tile the range, and no more are made than asked", () => {
  const hours = range("2026-01-01T00:30:00Z", "2026-01-01T02:00:00Z");
  expect(shown(cutWindows(hours, "hour", "UTC", 10))).toEqual([
    "2026-01-01T00:30:00Z 2026-01-01T01:00:00Z",
    "2026-01-01T01:00:00Z 2026-01-01T02:00:00Z",
  ]);
  expect(cutWindows(hours, "hour", "UTC", 1)).toHaveLength(1);
  expect(cutWindows(range("2026-01-01T00:30:00Z", "2026-01-01T00:30:00Z"), "day", "UTC", 1)).toEqual([]);
});
