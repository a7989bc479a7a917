import type { Aggregation, Meter } from "./meter.ts";
import { validateMeter } from "./validate-meter.ts";

const meter: Meter = {
  code: "tokens",
  name: "Tokens",
  eventType: "completion",
  aggregation: "sum",
  carryOver: false,
  negative: "keep",
  filters: [],
  groupBy: [],
};

describe("validateMeter", () => {
  test.each([
    ["a plain sum", {}],
    [
      "a count with filters and groups",
      { aggregation: "count", groupBy: ["region"], filters: [{ property: "a", op: "exists" }] },
    ],
    ["a percentile", { aggregation: "percentile", percentile: 99.9, valueProperty: "ms" }],
    ["a carried unique count", { aggregation: "unique_count", operationProperty: "op", carryOver: true }],
    ["a carried level", { aggregation: "weighted_sum", carryOver: true }],
    ["a carried latest", { aggregation: "latest", carryOver: true, negative: "floor" }],
  ] as const)("finds nothing wrong with %s", (_what, change) => {
    expect(validateMeter({ ...meter, ...change })).toEqual([]);
  });

  test.each([
    [{ code: " " }, "code", "required"],
    [{ name: "" }, "name", "required"],
    [{ eventType: "" }, "event_type", "required"],
    [{ valueProperty: "" }, "value_property", "required"],
    [{ aggregation: "average" as Aggregation }, "aggregation", "value_unknown"],
    [{ aggregation: "toString" as Aggregation }, "aggregation", "value_unknown"],
    [{ aggregation: "count", valueProperty: "n" }, "value_property", "not_allowed"],
    [{ aggregation: "percentile" }, "percentile", "required"],
    [{ aggregation: "percentile", percentile: 0 }, "percentile", "out_of_range"],
    [{ aggregation: "percentile", percentile: 100.1 }, "percentile", "out_of_range"],
    [{ aggregation: "percentile", percentile: Number.NaN }, "percentile", "out_of_range"],
    [{ percentile: 50 }, "percentile", "not_allowed"],
    [{ operationProperty: "op" }, "operation_property", "not_allowed"],
    [{ carryOver: true }, "carry_over", "not_allowed"],
    [{ negative: "drop" as "keep" }, "negative", "value_unknown"],
    [{ filters: [{ property: "", op: "exists" }] }, "filters.0.property", "required"],
    [
      {
        filters: [
          { property: "a", op: "exists" },
          { property: "b", op: "like" as "in" },
        ],
      },
      "filters.1.op",
      "value_unknown",
    ],
    [{ filters: [{ property: "a", op: "in", values: [] }] }, "filters.0.values", "required"],
    [{ filters: [{ property: "a", op: "not_in" }] }, "filters.0.values", "required"],
    [{ filters: [{ property: "a", op: "exists", values: ["x"] }] }, "filters.0.values", "not_allowed"],
    [{ groupBy: ["region", ""] }, "group_by.1", "required"],
    [{ groupBy: ["region", "tier", "region"] }, "group_by.2", "duplicate"],
    [{ groupBy: Array.from({ length: 11 }, (_, i) => `p${i}`) }, "group_by", "out_of_range"],
  ] as const)("refuses %j at %s: %s", (change, path, code) => {
    expect(validateMeter({ ...meter, ...change })).toEqual([{ path, code, message: expect.any(String) }]);
  });

  test("names every place at once", () => {
    const places = validateMeter({ ...meter, code: "", percentile: 50, groupBy: [""] });
    expect(places.map(({ path }) => path)).toEqual(["code", "percentile", "group_by.0"]);
  });
});
