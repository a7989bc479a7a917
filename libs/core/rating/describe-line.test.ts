import { type DescribedLine, describeLine } from "./describe-line.ts";

const line: DescribedLine = {
  ...{ description: "Calls", group: "", quantity: "2", unit: null, eventCount: 0n, days: 0 },
  ...{ steps: [], tiers: [], exactAmount: "2", amount: "2.00 EUR", roundingMode: "half_up" },
  ...{ timezone: "UTC", period: ["2026-02-28T23:00:00.000Z", "2026-03-31T22:00:00.000Z"] },
};
const periodOf = (over: Partial<DescribedLine>) => describeLine({ ...line, ...over })[1]?.trim();

describe("the period of a described line", () => {
  test("is told in UTC and in the subscription's zone, whose days it is cut at", () => {
    expect(periodOf({ timezone: "Europe/Berlin" })).toBe(
      "From 2026-02-28T23:00:00Z until 2026-03-31T22:00:00Z (not included); in Europe/Berlin from 2026-03-01 until 2026-04-01. Quantity: 2.",
    );
  });

  test("has its local time and offset where it is cut within a day", () => {
    const period = ["2026-02-28T23:30:00Z", "2026-03-31T22:00:00Z"] as const;
    expect(periodOf({ timezone: "Europe/Berlin", period })).toContain(
      "from 2026-03-01T00:30:00+01:00 until 2026-04-01",
    );
  });

  test("is told once where the zone is UTC", () => {
    expect(periodOf({})).toBe(
      "From 2026-02-28T23:00:00Z until 2026-03-31T22:00:00Z (not included). Quantity: 2.",
    );
  });
});
