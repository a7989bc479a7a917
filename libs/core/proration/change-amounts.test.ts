import { Temporal } from "temporal-polyfill";
import { Decimal, formatDecimal } from "../money/decimal.ts";
import type { Price } from "../price/price.ts";
import { type ChangedFee, changeAmounts } from "./change-amounts.ts";
import { remainingShare } from "./period-share.ts";

const fee = (amount: string, kind: Price["kind"] = "recurring"): ChangedFee => ({
  kind,
  amount: new Decimal(amount),
});
const day = (text: string) => Temporal.Instant.from(`${text}T00:00:00Z`);
const march = { start: day("2024-03-01"), end: day("2024-04-01") };
const restOfMarch = remainingShare({ period: march, at: day("2024-03-15"), by: "day", timezone: "UTC" });

function change(before: ChangedFee | null, after: ChangedFee | null, rest = restOfMarch): string[] {
  const { credit, charge } = changeAmounts({ before, after, rest });
  return [credit, charge].map((amount) => formatDecimal(amount.toDecimalPlaces(4)));
}

test("a change credits the rest of the old fee and charges the rest of the new one", () => {
  expect(change(fee("100"), fee("30"))).toEqual(["-54.8387", "16.4516"]);
});

test("a fee that begins credits nothing, and one that ends charges nothing", () => {
  expect(change(null, fee("25"))).toEqual(["0", "13.7097"]);
  expect(change(fee("40"), null)).toEqual(["-21.9355", "0"]);
});

test("a one-time fee is never prorated: the old one stays, the new one is charged whole", () => {
  expect(change(fee("40", "one_time"), fee("25", "one_time"))).toEqual(["0", "25"]);
});

test("usage is neither credited nor charged by a change", () => {
  expect(change(fee("40", "usage"), fee("25", "usage"))).toEqual(["0", "0"]);
});

test("a change at the end of the period costs nothing", () => {
  const none = remainingShare({ period: march, at: march.end, by: "second", timezone: "UTC" });
  expect(change(fee("100"), fee("30"), none)).toEqual(["0", "0"]);
});
