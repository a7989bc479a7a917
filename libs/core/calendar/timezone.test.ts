import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { assertTimezone, instantToLocal, localDate, localToInstant, startOfLocalDay } from "./timezone.ts";

const zones = [
  "UTC",
  "America/New_York",
  "Africa/Cairo",
  "Asia/Beirut",
  "Pacific/Apia",
  "Asia/Kolkata",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
  "America/Havana",
];

describe("assertTimezone", () => {
  test.each([
    ["Europe/Berlin", "Europe/Berlin"],
    ["europe/berlin", "Europe/Berlin"],
    ["utc", "UTC"],
    ["Asia/Kathmandu", "Asia/Kathmandu"],
  ])("takes %s as %s", (name, canonical) => {
    expect(assertTimezone(name)).toBe(canonical);
  });

  test.each(["", "Mars/Olympus", "+02:00", "-05", "Europe/Berlin ", "2026-01-01"])(
    "refuses %j by name",
    (name) => {
      expect(() => assertTimezone(name)).toThrow(
        expect.objectContaining({ code: "timezone_unknown", message: expect.stringContaining(`"${name}"`) }),
      );
    },
  );
});

describe("localToInstant", () => {
  test.each([
    ["a plain time", "2026-01-15T12:00", "America/New_York", "2026-01-15T17:00:00Z"],
    ["a time in New York's spring gap", "2026-03-08T02:30", "America/New_York", "2026-03-08T07:00:00Z"],
    [
      "the first of two times in New York's autumn",
      "2026-11-01T01:30",
      "America/New_York",
      "2026-11-01T05:30:00Z",
    ],
    ["midnight skipped in Cairo", "2023-04-28T00:00", "Africa/Cairo", "2023-04-27T22:00:00Z"],
    ["half an hour into Cairo's gap", "2023-04-28T00:30", "Africa/Cairo", "2023-04-27T22:00:00Z"],
    ["Cairo's repeated 23:30", "2023-10-26T23:30", "Africa/Cairo", "2023-10-26T20:30:00Z"],
    ["midnight skipped in Beirut", "2024-03-31T00:00", "Asia/Beirut", "2024-03-30T22:00:00Z"],
    ["a time of the day that Apia skipped", "2011-12-30T10:00", "Pacific/Apia", "2011-12-30T10:00:00Z"],
    ["Kolkata's midnight", "2026-04-01T00:00", "Asia/Kolkata", "2026-03-31T18:30:00Z"],
    ["Kathmandu's midnight", "2026-04-01T00:00", "Asia/Kathmandu", "2026-03-31T18:15:00Z"],
    ["a half-hour gap on Lord Howe", "2026-10-04T02:10", "Australia/Lord_Howe", "2026-10-03T15:30:00Z"],
    ["Havana's first of two midnights", "2026-11-01T00:00", "America/Havana", "2026-11-01T04:00:00Z"],
  ])("resolves %s", (_what, local, zone, instant) => {
    expect(localToInstant(Temporal.PlainDateTime.from(local), zone).toString()).toBe(instant);
  });

  test("finds the first instant at which the wall clock shows the time or a later one", () => {
    const local = fc
      .integer({ min: 0, max: 30 * 366 * 24 * 6 })
      .map((tenMinutes) => Temporal.PlainDateTime.from("2005-01-01T00:00").add({ minutes: tenMinutes * 10 }));
    fc.assert(
      fc.property(local, fc.constantFrom(...zones), (wanted, zone) => {
        const found = localToInstant(wanted, zone);
        const before = instantToLocal(found.subtract({ seconds: 1 }), zone);
        expect(Temporal.PlainDateTime.compare(instantToLocal(found, zone), wanted)).toBeGreaterThanOrEqual(0);
        expect(Temporal.PlainDateTime.compare(before, wanted)).toBe(-1);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe("startOfLocalDay", () => {
  test.each([
    ["2023-04-28", "Africa/Cairo", "2023-04-27T22:00:00Z"],
    ["2023-10-27", "Africa/Cairo", "2023-10-26T22:00:00Z"],
    ["2024-03-31", "Asia/Beirut", "2024-03-30T22:00:00Z"],
    ["2011-12-30", "Pacific/Apia", "2011-12-30T10:00:00Z"],
    ["2011-12-31", "Pacific/Apia", "2011-12-30T10:00:00Z"],
  ])("of %s in %s is %s", (date, zone, instant) => {
    expect(startOfLocalDay(Temporal.PlainDate.from(date), zone).toString()).toBe(instant);
  });

  test("belongs to its own day wherever the day exists", () => {
    expect(localDate(Temporal.Instant.from("2023-04-27T22:00:00Z"), "Africa/Cairo").toString()).toBe(
      "2023-04-28",
    );
    expect(localDate(Temporal.Instant.from("2023-04-27T21:59:59Z"), "Africa/Cairo").toString()).toBe(
      "2023-04-27",
    );
  });
});
