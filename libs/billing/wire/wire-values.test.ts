import { timestamp, timestampToWire } from "./wire-values.ts";

describe("an instant on the wire", () => {
  it.each([
    ["2026-03-01T05:00:00.000Z", "2026-03-01T05:00:00Z"],
    ["2026-03-01T05:00:00.120Z", "2026-03-01T05:00:00.12Z"],
    ["2026-03-01T05:00:10.007Z", "2026-03-01T05:00:10.007Z"],
    ["0099-12-31T23:59:59.900Z", "0099-12-31T23:59:59.9Z"],
  ])("%s is %s", (given, wire) => {
    expect(timestampToWire(new Date(given))).toBe(wire);
  });
});

describe("a time that was sent", () => {
  it.each(["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+00:01"])(
    "%s is refused: in UTC its year has not four digits",
    (text) => {
      expect(timestamp.safeParse(text).error?.issues).toMatchObject([
        { message: "must be within the years 0001 to 9999 in UTC" },
      ]);
    },
  );

  it.each(["9999-12-31T23:59:59Z", "2026-03-01T00:00:00+14:00"])("%s is taken", (text) => {
    expect(timestamp.parse(text)).toBe(text);
  });
});
