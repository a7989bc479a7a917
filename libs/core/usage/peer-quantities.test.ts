import { Temporal } from "temporal-polyfill";
import { Decimal } from "../money/decimal.ts";
import { aggregateUsage } from "./aggregate-usage.ts";
import type { Aggregation, Meter, MeteredEvent } from "./meter.ts";
import { meteredValue } from "./metered-value.ts";
import { peerEvents, peerQuantities, peerQuantitySources } from "./peer-quantities.ts";
import { bucketOf, bucketQuantity, isBucketed } from "./usage-bucket.ts";
import { parseGroup } from "./usage-group.ts";
import type { UsageValue } from "./usage-value.ts";

const rows = peerQuantities
  .trim()
  .split("\n")
  .map((row) => row.split(" | "));

const FIRST_INSTANT = "1970-01-01T00:00Z";
const readInstant = (text: string) =>
  Temporal.Instant.from(text.includes("T") ? text : text.replace("Z", "T00:00Z"));

function readEvents(text: string): MeteredEvent[] {
  if (text === "") return [];
  return (peerEvents[text] ?? text).split("; ").map((item) => {
    const [, id = "", at = "", value = "", list = ""] = /^(\S+) (\S+) (\S+)(?: \{(.*)\})?$/.exec(item) ?? [];
    const properties = Object.fromEntries(
      list
        .split(",")
        .filter(Boolean)
        .map((pair) => pair.split("=")),
    );
    const own = value === "-" ? {} : { value };
    return {
      id,
      source: "",
      eventType: "usage",
      timestamp: readInstant(at).toString(),
      value: null,
      properties: { ...properties, ...own },
    };
  });
}

function readMeter(what: string, filters: string, groupBy: string): Meter {
  const [aggregation = "", recurring] = what.split(" ");
  return {
    code: "usage",
    name: "Usage",
    eventType: "usage",
    aggregation: aggregation as Aggregation,
    ...(aggregation === "count" ? {} : { valueProperty: "value" }),
    ...(aggregation === "unique_count" ? { operationProperty: "operation" } : {}),
    carryOver: recurring !== undefined,
    negative: "floor",
    filters: filters
      .split(" and ")
      .filter(Boolean)
      .map((filter) => {
        const [property = "", values = ""] = filter.split(" in ");
        return { property, op: "in", values: values.split(",") };
      }),
    groupBy: groupBy.split(",").filter(Boolean),
  };
}

function valuesByGroup(meter: Meter, events: readonly MeteredEvent[]): Map<string, UsageValue[]> {
  const groups = new Map<string, UsageValue[]>(meter.groupBy.length === 0 ? [["", []]] : []);
  for (const event of events) {
    const metered = meteredValue(meter, event);
    if (metered === null) continue;
    const { group, ...value } = metered;
    groups.set(group, [
      ...(groups.get(group) ?? []),
      { id: event.id, at: Temporal.Instant.from(event.timestamp), ...value },
    ]);
  }
  return groups;
}

test.each(rows.map((row) => [row.join(" | "), row] as const))("agrees with its peers: %s", (_text, row) => {
  const [what = "", window = "", filters = "", groupBy = "", events = "", decimals = "", expected = ""] = row;
  const meter = readMeter(what, filters, groupBy);
  const [from = "", to = ""] = window.split("..");
  const period = { start: readInstant(from || FIRST_INSTANT), end: readInstant(to) };
  const found = [...valuesByGroup(meter, readEvents(events))].map(([group, values]) => {
    const quantity = aggregateUsage(meter, values, period);
    const inside = values.filter(
      ({ at }) =>
        Temporal.Instant.compare(period.start, at) <= 0 && Temporal.Instant.compare(at, period.end) < 0,
    );
    if (isBucketed(meter.aggregation)) {
      expect(bucketQuantity(meter.aggregation, bucketOf(inside), "floor")).toEqual(quantity);
    }
    const shown = (
      decimals === "" ? quantity : quantity.toDecimalPlaces(Number(decimals), Decimal.ROUND_HALF_UP)
    ).toFixed();
    return groupBy === "" ? shown : `${parseGroup(group)[0]?.[1]}=${shown}`;
  });
  expect(found.sort()).toEqual(expected.split(",").sort());
});

test("every row names its source", () => {
  expect(new Set(rows.map((row) => row.at(-1)))).toEqual(new Set(Object.keys(peerQuantitySources)));
});
