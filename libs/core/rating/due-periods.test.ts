import { Temporal } from "temporal-polyfill";
import { resolveSchedule } from "../calendar/schedule.ts";
import type { Price } from "../price/price.ts";
import type { BillableItem } from "./billable-item.ts";
import { boundaryNumber, duePeriods, edgeAfter, edgeUpTo } from "./due-periods.ts";

const at = (text: string) => Temporal.Instant.from(text);

function item(
  itemId: string,
  span: { readonly from: string; readonly to?: string },
  fields: Partial<Price> = {},
): BillableItem {
  const price: Price = {
    ...{ code: itemId, name: itemId, kind: "recurring", billing: "in_advance", proration: "second" },
    chargeModel: { model: "flat", amount: "1" },
    ...fields,
  };
  const interval = fields.interval ?? { unit: "month", count: 1 };
  const schedule = resolveSchedule({
    ...{ anchor: "calendar", interval, timezone: "UTC", startsAt: at(span.from) },
  });
  const endsAt = span.to === undefined ? null : at(span.to);
  return {
    itemId,
    priceId: itemId,
    unit: null,
    price,
    meter: null,
    quantity: null,
    scheduleNo: 0,
    schedule,
    endsAt,
  };
}

const due = (items: readonly BillableItem[], instant: string) =>
  duePeriods(items, at(instant)).map(
    (period) => `${period.item.itemId} ${period.start.toString()} ${period.end.toString()}`,
  );

test("an item that ends in the middle of its period bills its arrears there, and its successor begins there", () => {
  const arrears = { billing: "in_arrears" as const };
  const items = [
    item("old", { from: "2026-01-01T00:00:00Z", to: "2026-01-11T00:00:00Z" }, arrears),
    item("new", { from: "2026-01-11T00:00:00Z" }, arrears),
    item("paid", { from: "2026-01-11T00:00:00Z" }),
  ];
  expect(due(items, "2026-01-11T00:00:00Z")).toEqual([
    "old 2026-01-01T00:00:00Z 2026-01-11T00:00:00Z",
    "paid 2026-01-11T00:00:00Z 2026-02-01T00:00:00Z",
  ]);
  expect(due(items, "2026-02-01T00:00:00Z")).toEqual([
    "new 2026-01-11T00:00:00Z 2026-02-01T00:00:00Z",
    "paid 2026-02-01T00:00:00Z 2026-03-01T00:00:00Z",
  ]);
});

test("nothing falls due of an item that was replaced before it began", () => {
  const dead = item("dead", { from: "2026-01-01T00:00:00Z", to: "2026-01-01T00:00:00Z" });
  expect(due([dead], "2026-01-01T00:00:00Z")).toEqual([]);
  expect(edgeAfter([dead], at("2025-01-01T00:00:00Z"), null)).toBeNull();
});

test("the next edge is the first of all items, and the end of the subscription the last", () => {
  const items = [
    item(
      "year",
      { from: "2026-01-01T00:00:00Z", to: "2026-02-10T00:00:00Z" },
      { interval: { unit: "year", count: 1 } },
    ),
    item("month", { from: "2026-01-01T00:00:00Z", to: "2026-02-10T00:00:00Z" }),
  ];
  const end = at("2026-02-10T00:00:00Z");
  const edges: string[] = [];
  for (let edge = edgeAfter(items, at("2025-12-31T00:00:00Z"), end); edge !== null; ) {
    edges.push(edge.toString());
    edge = edgeAfter(items, edge, end);
  }
  expect(edges).toEqual(["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "2026-02-10T00:00:00Z"]);
  expect(edges.map((edge) => boundaryNumber(items, at(edge)))).toEqual([0, 1, 2]);
  expect(edgeUpTo(items, at("2026-02-09T00:00:00Z"))?.toString()).toBe("2026-02-01T00:00:00Z");
  expect(edgeUpTo(items, at("2027-01-01T00:00:00Z"))?.toString()).toBe("2026-02-10T00:00:00Z");
});

test("a one-time fee falls due once, where its item begins", () => {
  const fee = [item("setup", { from: "2026-01-15T00:00:00Z" }, { kind: "one_time" })];
  expect(due(fee, "2026-01-15T00:00:00Z")).toHaveLength(1);
  expect(due(fee, "2026-02-01T00:00:00Z")).toEqual([]);
});
