import { formatDecimal } from "../money/decimal.ts";
import type { Meter, MeteredEvent } from "./meter.ts";
import { meteredValue } from "./metered-value.ts";

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

function event(properties: Record<string, unknown>, value: string | null = null): MeteredEvent {
  return {
    id: "e1",
    source: "",
    eventType: "completion",
    timestamp: "2026-03-01T00:00:00Z",
    value,
    properties,
  };
}

const refused = (path: string, given: string) =>
  expect.objectContaining({
    code: "usage_value_invalid",
    message: expect.stringMatching(new RegExp(`${path.replace(".", "\\.")}.*got ${given}`)),
    details: { errors: [expect.objectContaining({ path, code: "usage_value_invalid" })] },
  });

describe("a number", () => {
  const sized = { ...meter, valueProperty: "size" };

  test.each([
    [12, "12"],
    [-0.5, "-0.5"],
    [0.1, "0.1"],
    [1e-7, "0.0000001"],
    [1e14, "100000000000000"],
    [-0, "0"],
    ["12.50", "12.5"],
    ["-0", "0"],
    ["1e3", "1000"],
    ["1.5E-3", "0.0015"],
    ["999999999999999.999999999999", "999999999999999.999999999999"],
    ["0.000000000001", "0.000000000001"],
    ["1.0000000000000000", "1"],
  ])("%j counts as %s", (given, value) => {
    const metered = meteredValue(sized, event({ size: given }));
    expect(metered && formatDecimal(metered.value)).toBe(value);
  });

  test.each([
    ["abc", '"abc"'],
    ["", '""'],
    [" 1", '" 1"'],
    ["+1", '"\\+1"'],
    [".5", '"\\.5"'],
    ["1_000", '"1_000"'],
    ["NaN", '"NaN"'],
    ["Infinity", '"Infinity"'],
    [Number.NaN, "null"],
    [Number.POSITIVE_INFINITY, "null"],
    [true, "true"],
    [[1], "\\[1\\]"],
    [{ a: 1 }, '\\{"a":1\\}'],
    ["0x10", '"0x10"'],
    [0.1 + 0.2, "0\\.30000000000000004"],
    ["0.0000000000001", '"0\\.0000000000001"'],
    ["1000000000000000", '"1000000000000000"'],
    [1e15, "1000000000000000"],
    ["1e999", '"1e999"'],
    ["9".repeat(65), '"9+'],
  ])("%j is refused, naming the property and what was given", (given, shown) => {
    expect(() => meteredValue(sized, event({ size: given }))).toThrow(refused("properties.size", shown));
  });

  test("is the event's own value when the meter names no property", () => {
    expect(meteredValue(meter, event({ size: "7" }, "3"))?.value.toString()).toBe("3");
    expect(() => meteredValue(meter, event({ value: "7" }))).toThrow(refused("value", "nothing"));
  });

  test.each([[{}], [{ size: null }]])(
    "missing among the properties %j leaves the event out",
    (properties) => {
      expect(meteredValue(sized, event(properties, "3"))).toBeNull();
    },
  );

  test("is read from the event's own properties only", () => {
    expect(meteredValue({ ...meter, valueProperty: "toString" }, event({}))).toBeNull();
  });
});

describe("an event", () => {
  test("of another type does not concern the meter", () => {
    expect(meteredValue({ ...meter, eventType: "image" }, event({}, "1"))).toBeNull();
  });

  test("counts as one whatever its value says", () => {
    const counted = meteredValue({ ...meter, aggregation: "count" }, event({}, "abc"));
    expect(counted).toEqual({ group: "", value: expect.objectContaining({}) });
    expect(counted?.value.toString()).toBe("1");
  });

  test.each([
    ["in", ["eu", "us"], { region: "eu" }, true],
    ["in", ["eu", "us"], { region: "ap" }, false],
    ["in", ["eu"], {}, false],
    ["in", ["1"], { region: 1 }, true],
    ["in", ["true"], { region: true }, true],
    ["in", ["eu"], { region: ["eu"] }, false],
    ["not_in", ["eu"], { region: "us" }, true],
    ["not_in", ["eu"], { region: "eu" }, false],
    ["not_in", ["eu"], {}, false],
    ["not_in", ["eu"], { region: null }, false],
    ["exists", undefined, { region: "" }, true],
    ["exists", undefined, { region: { a: 1 } }, true],
    ["exists", undefined, {}, false],
    ["exists", undefined, { region: null }, false],
  ] as const)("passes the filter %s %j with %j: %s", (op, values, properties, passes) => {
    const filtered: Meter = {
      ...meter,
      filters: [values ? { property: "region", op, values } : { property: "region", op }],
    };
    expect(meteredValue(filtered, event(properties, "1")) !== null).toBe(passes);
  });

  test("passes only when all filters match", () => {
    const filters = [
      { property: "cloud", op: "in", values: ["aws"] },
      { property: "region", op: "in", values: ["eu"] },
    ] as const;
    expect(meteredValue({ ...meter, filters }, event({ cloud: "aws", region: "eu" }, "1"))).not.toBeNull();
    expect(meteredValue({ ...meter, filters }, event({ cloud: "aws", region: "us" }, "1"))).toBeNull();
  });

  test("that a filter leaves out is not refused for its value", () => {
    const filters = [{ property: "region", op: "in", values: ["eu"] }] as const;
    expect(meteredValue({ ...meter, filters }, event({ region: "us" }, "abc"))).toBeNull();
  });

  test.each([
    [{ region: "eu", tier: "gold" }, "region=eu,tier=gold"],
    [{ tier: 3, region: true }, "region=true,tier=3"],
    [{ region: "a,b=c" }, "region=a\\,b\\=c,tier="],
    [{ region: null, tier: ["x"] }, "region=,tier="],
    [{}, "region=,tier="],
  ])("with %j belongs to the group %s", (properties, group) => {
    expect(meteredValue({ ...meter, groupBy: ["region", "tier"] }, event(properties, "1"))?.group).toBe(
      group,
    );
  });

  test.each(["x".repeat(256), "a\0b"])("is refused for a group text that no key can hold", (text) => {
    expect(() => meteredValue({ ...meter, groupBy: ["region"] }, event({ region: text }, "1"))).toThrow(
      expect.objectContaining({ code: "usage_value_invalid" }),
    );
  });
});

describe("unique_count", () => {
  const users: Meter = {
    ...meter,
    aggregation: "unique_count",
    valueProperty: "user",
    operationProperty: "op",
  };

  test.each([
    [{ user: "u1" }, "u1", "add"],
    [{ user: 7, op: "add" }, "7", "add"],
    [{ user: "u1", op: "remove" }, "u1", "remove"],
  ])("reads %j as %s, %s", (properties, text, operation) => {
    expect(meteredValue(users, event(properties))).toMatchObject({ group: "", text, operation });
  });

  test("refuses any other operation and a value that is no text", () => {
    expect(() => meteredValue(users, event({ user: "u1", op: "delete" }))).toThrow(
      refused("properties.op", '"delete"'),
    );
    expect(() => meteredValue(users, event({ user: ["u1"] }))).toThrow(
      refused("properties.user", '\\["u1"\\]'),
    );
  });

  test("names no operation when the meter has none", () => {
    const { operationProperty: _none, ...plain } = users;
    expect(meteredValue(plain, event({ user: "u1", op: "delete" }))).not.toHaveProperty("operation");
  });
});
