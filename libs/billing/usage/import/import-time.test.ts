import { importTimeReader } from "./import-time.ts";

describe("importTimeReader", () => {
  const utc = importTimeReader("UTC");
  const kolkata = importTimeReader("Asia/Kolkata");
  const newYork = importTimeReader("America/New_York");

  it("reads RFC 3339 with its own offset, whatever the zone", () => {
    for (const read of [utc, kolkata, importTimeReader(undefined)]) {
      expect(read("2026-03-31T23:59:59.5+05:30")).toEqual({ time: "2026-03-31T18:29:59.500Z" });
      expect(read(" 2026-03-31 18:30:00Z ")).toEqual({ time: "2026-03-31T18:30:00.000Z" });
    }
  });

  it("reads wall clock times in the zone", () => {
    expect(kolkata("2026/04/01 00:00")).toEqual({ time: "2026-03-31T18:30:00.000Z" });
    expect(kolkata("2026/3/31 23:59:59")).toEqual({ time: "2026-03-31T18:29:59.000Z" });
    expect(kolkata("2026-04-01T00:00:00.25")).toEqual({ time: "2026-03-31T18:30:00.250Z" });
    expect(kolkata("2026/04/01")).toEqual({ time: "2026-03-31T18:30:00.000Z" });
    expect(newYork("2026/03/08 01:59:59")).toEqual({ time: "2026-03-08T06:59:59.000Z" });
    expect(newYork("2026/03/08 03:00:00")).toEqual({ time: "2026-03-08T07:00:00.000Z" });
  });

  it("moves a skipped time to the end of the gap, and takes the first of two", () => {
    expect(newYork("2026/03/08 02:30:45")).toEqual({ time: "2026-03-08T07:00:00.000Z" });
    expect(newYork("2026/11/01 01:30:15")).toEqual({ time: "2026-11-01T05:30:15.000Z" });
  });

  it("reads epoch seconds and milliseconds, as text and as number", () => {
    for (const given of ["1774981800", 1774981800, "1774981800000", 1774981800000, "1774981800.0"]) {
      expect(utc(given)).toEqual({ time: "2026-03-31T18:30:00.000Z" });
    }
    expect(utc("1774981800.1239")).toEqual({ time: "2026-03-31T18:30:00.123Z" });
    expect(utc("1774981800000000")).toEqual({ fault: expect.stringContaining("seconds or milliseconds") });
  });

  it("says what is wrong with anything else", () => {
    expect(importTimeReader(undefined)("2026/03/31 10:00")).toEqual({
      fault: expect.stringContaining("name the timezone"),
    });
    for (const given of ["2026/02/30 10:00", "2026/03/31 24:00", "2026/03/31 10:00:61"]) {
      expect(utc(given)).toEqual({ fault: expect.stringContaining(given) });
    }
    for (const given of ["31.03.2026 10:00", "03/31/2026", "yesterday", "2026/03-31 10:00", true, "", {}]) {
      expect(utc(given)).toEqual({ fault: expect.stringContaining("RFC 3339") });
    }
    expect(() => importTimeReader("Kolkata")).toThrow(expect.objectContaining({ code: "timezone_unknown" }));
  });
});
