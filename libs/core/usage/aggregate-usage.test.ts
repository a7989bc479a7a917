import { Temporal } from "temporal-polyfill";
import { Decimal, formatDecimal } from "../money/decimal.ts";
import { aggregateUsage, carriedUsage } from "./aggregate-usage.ts";
import type { Aggregation, Meter } from "./meter.ts";
import type { UsageValue } from "./usage-value.ts";

const period = {
  start: Temporal.Instant.from("2026-03-01T00:00Z"),
  end: Temporal.Instant.from("2026-03-11T00:00Z"),
};

function meterOf(aggregation: Aggregation, change: Partial<Meter> = {}): Meter {
  return {
    code: "m",
    name: "M",
    eventType: "m",
    aggregation,
    carryOver: false,
    negative: "keep",
    filters: [],
    groupBy: [],
    ...change,
  };
}

/** `day value`, or `day+text` and `day-text` for unique_count; ids count up. */
function values(list: string): UsageValue[] {
  return list
    .split(", ")
    .filter(Boolean)
    .map((item, i) => {
      const [, day = "", rest = ""] = /^([\dT:.-]+?)([ +~].*)$/.exec(item) ?? [];
      const at = Temporal.Instant.from(`2026-${day}${day.includes("T") ? "" : "T00:00"}Z`);
      const id = `e${String(i).padStart(3, "0")}`;
      if (rest.startsWith(" ")) return { id, at, value: new Decimal(rest.slice(1)) };
      return {
        id,
        at,
        value: new Decimal(1),
        text: rest.slice(1),
        operation: rest.startsWith("+") ? "add" : "remove",
      };
    });
}

const quantity = (meter: Meter, list: string, ...rest: [] | [Parameters<typeof aggregateUsage>[3]]) =>
  formatDecimal(aggregateUsage(meter, values(list), period, ...rest));

describe("aggregateUsage", () => {
  const five = "03-01 4, 03-02 -1.5, 03-03 10, 03-10T23:59:59.999 2, 03-05 10";

  test.each([
    ["count", five, "5"],
    ["sum", five, "24.5"],
    ["max", five, "10"],
    ["min", five, "-1.5"],
    ["latest", five, "2"],
    ["sum", "03-01 0.1, 03-02 0.2", "0.3"],
    ["sum", "03-01 999999999999999.999999999999, 03-02 0.000000000001", "1000000000000000"],
    ["max", "03-01 -3, 03-02 -2", "-2"],
  ] as const)("%s of %s is %s", (aggregation, list, expected) => {
    expect(quantity(meterOf(aggregation), list)).toBe(expected);
  });

  test.each(["count", "sum", "max", "min", "latest", "unique_count", "weighted_sum", "percentile"] as const)(
    "%s of nothing is 0",
    (aggregation) => {
      expect(quantity(meterOf(aggregation, { percentile: 50 }), "")).toBe("0");
    },
  );

  test("takes the start of the period in and leaves its end out", () => {
    expect(quantity(meterOf("sum"), "02-28T23:59:59.999 1, 03-01 2, 03-10T23:59:59.999 4, 03-11 8")).toBe(
      "6",
    );
  });

  test("breaks a tie of latest by the greater id, whatever the order of arrival", () => {
    const at = Temporal.Instant.from("2026-03-02T00:00Z");
    const tied = ["b", "a", "\u{1F600}", "\uFFFD"].map((id, i) => ({ id, at, value: new Decimal(i) }));
    expect(aggregateUsage(meterOf("latest"), tied, period).toString()).toBe("2");
    expect(aggregateUsage(meterOf("latest"), tied.reverse(), period).toString()).toBe("2");
  });

  test.each(["sum", "latest", "min", "max", "weighted_sum"] as const)(
    "floors a negative %s at 0 when asked",
    (aggregation) => {
      expect(quantity(meterOf(aggregation), "03-01 -5")).toBe("-5");
      expect(quantity(meterOf(aggregation, { negative: "floor" }), "03-01 -5")).toBe("0");
    },
  );
});

describe("weighted_sum", () => {
  test.each([
    ["a level of 10 for half of the time", "03-06 10", "5"],
    ["a level that goes up and down", "03-01 10, 03-06 -10", "5"],
    ["a level that is there all the time", "03-01 1000", "1000"],
    ["the last second", "03-10T23:59:59.9 864000", "1"],
    ["a third, to 12 decimals", "03-07T16:00 1", "0.333333333333"],
    ["two thirds, rounded half up", "03-04T08:00 1", "0.666666666667"],
  ])("averages %s", (_what, list, expected) => {
    expect(quantity(meterOf("weighted_sum"), list)).toBe(expected);
  });

  test("starts from the carried level and what came since when it carries over", () => {
    const list = "02-01 3, 03-06 10";
    expect(quantity(meterOf("weighted_sum"), list)).toBe("5");
    expect(quantity(meterOf("weighted_sum", { carryOver: true }), list)).toBe("8");
    expect(
      quantity(meterOf("weighted_sum", { carryOver: true }), list, {
        level: new Decimal(100),
        members: new Set(),
      }),
    ).toBe("108");
  });
});

describe("percentile", () => {
  const hundred = Array.from({ length: 100 }, (_, i) => `03-02 ${100 - i}`).join(", ");

  test.each([
    [50, hundred, "50"],
    [95, hundred, "95"],
    [99.5, hundred, "100"],
    [100, hundred, "100"],
    [0.1, hundred, "1"],
    [50, "03-01 15, 03-01 20, 03-01 35, 03-01 40, 03-01 50", "35"],
    [30, "03-01 15, 03-01 20, 03-01 35, 03-01 40, 03-01 50", "20"],
    [40, "03-01 15, 03-01 20, 03-01 35, 03-01 40, 03-01 50", "20"],
    [95, "03-01 7", "7"],
  ])("%d by nearest rank", (percentile, list, expected) => {
    expect(quantity(meterOf("percentile", { percentile }), list)).toBe(expected);
  });

  test("keeps the rank exact where floating point would not", () => {
    const thousand = Array.from({ length: 1000 }, (_, i) => `03-02 ${i + 1}`).join(", ");
    expect(quantity(meterOf("percentile", { percentile: 0.7 }), thousand)).toBe("7");
    expect(quantity(meterOf("percentile", { percentile: 99.9 }), thousand)).toBe("999");
  });
});

describe("unique_count", () => {
  test.each([
    ["texts once each", "03-01+a, 03-02+b, 03-03+a", "2"],
    ["what was not removed", "03-01+a, 03-02+b, 03-03~a", "1"],
    ["what came back", "03-01+a, 03-02~a, 03-03+a", "1"],
    ["by time, not by arrival", "03-03~a, 03-01+a", "0"],
    ["a removal of nothing as nothing", "03-01~a", "0"],
    ["only this period", "02-01+a, 03-01+b", "1"],
  ])("counts %s", (_what, list, expected) => {
    expect(quantity(meterOf("unique_count"), list)).toBe(expected);
  });

  test("counts what an earlier period left when it carries over", () => {
    const carrying = meterOf("unique_count", { carryOver: true });
    expect(quantity(carrying, "02-01+a, 03-01+b, 03-02~a")).toBe("1");
    expect(quantity(carrying, "03-01+b", { level: new Decimal(0), members: new Set(["a", "b"]) })).toBe("2");
  });
});

describe("carriedUsage", () => {
  const earlier = Temporal.Instant.from("2026-02-15T00:00Z");

  test.each([
    ["latest", "02-01 3, 02-20 5, 03-02 7", { start: "5" }],
    ["weighted_sum", "02-01 3, 02-20 5, 03-02 7", { start: "8" }],
  ] as const)("of %s is its level at the instant", (aggregation, list, { start }) => {
    const carried = carriedUsage(meterOf(aggregation, { carryOver: true }), values(list), period.start);
    expect(formatDecimal(carried.level)).toBe(start);
  });

  test.each([
    ["latest", "02-01 3, 02-20 5", "5"],
    ["weighted_sum", "02-01 3, 02-20 5, 03-06 10", "13"],
    ["unique_count", "02-01+a, 02-20+b, 03-02~a", "1"],
  ] as const)("of %s may be cut anywhere before the period", (aggregation, list, expected) => {
    const carrying = meterOf(aggregation, { carryOver: true });
    const all = values(list);
    const carried = carriedUsage(carrying, all, earlier);
    const since = all.filter(({ at }) => Temporal.Instant.compare(at, earlier) >= 0);
    expect(formatDecimal(aggregateUsage(carrying, since, period, carried))).toBe(expected);
    expect(formatDecimal(aggregateUsage(carrying, all, period))).toBe(expected);
  });
});
