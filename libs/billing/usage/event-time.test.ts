import fc from "fast-check";
import { readEventTime } from "./event-time.ts";

describe("readEventTime", () => {
  it("reads what machines write as a date does, with and without milliseconds", () => {
    const date = fc.date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true });
    fc.assert(
      fc.property(date, (at) => {
        const text = at.toISOString();
        expect(readEventTime(text)).toBe(text);
        expect(readEventTime(text.replace(/\.\d+Z/, "Z"))).toBe(text.replace(/\.\d+Z/, ".000Z"));
      }),
    );
  });

  it.each([
    ["2026-02-29T00:00:00Z", null],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"],
    ["2026-04-31T00:00:00.000Z", null],
    ["2026-00-01T00:00:00Z", null],
    ["2026-13-01T00:00:00Z", null],
    ["2026-01-00T00:00:00Z", null],
    ["2026-01-01T24:00:00Z", null],
    ["2026-01-01T00:60:00Z", null],
    ["2026-12-31T23:59:60Z", "2026-12-31T23:59:59.000Z"],
    ["2026-03-31T18:30:00.1239Z", "2026-03-31T18:30:00.123Z"],
    ["2026-03-31t23:30:00z", "2026-03-31T23:30:00.000Z"],
    ["2026-03-31T23:30:00+05:30", "2026-03-31T18:00:00.000Z"],
    ["2026-03-31T23:30:00", null],
    [" 2026-03-31T23:30:00Z", null],
  ])("reads %s as %s", (text, expected) => {
    expect(readEventTime(text)).toBe(expected);
  });
});
