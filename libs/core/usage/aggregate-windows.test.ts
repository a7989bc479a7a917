import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { Decimal } from "../money/decimal.ts";
import { aggregateUsage } from "./aggregate-usage.ts";
import { aggregateWindows } from "./aggregate-windows.ts";
import type { Meter } from "./meter.ts";
import type { UsageValue } from "./usage-value.ts";

const seed = Math.floor(Math.random() * 2 ** 31);
console.info(`windows of usage: seed ${seed}`);

const at = (ms: number) => Temporal.Instant.fromEpochMilliseconds(1_770_000_000_000 + ms);
const meters: readonly Meter[] = (
  [
    { aggregation: "sum" },
    { aggregation: "latest", carryOver: true },
    { aggregation: "unique_count" },
    { aggregation: "unique_count", carryOver: true },
    { aggregation: "weighted_sum" },
    { aggregation: "weighted_sum", carryOver: true, negative: "floor" },
    { aggregation: "percentile", percentile: 75 },
  ] as const
).map((each) => ({
  ...{ code: "m", name: "M", eventType: "m", carryOver: false, negative: "keep", filters: [], groupBy: [] },
  ...each,
}));

const usageValue: fc.Arbitrary<UsageValue> = fc
  .record({
    ms: fc.integer({ min: -2_000, max: 10_000 }),
    id: fc.constantFrom("a", "b", "c"),
    tenths: fc.integer({ min: -50, max: 50 }),
    text: fc.constantFrom("x", "y", "z"),
    operation: fc.constantFrom("add" as const, "remove" as const),
  })
  .map(({ ms, tenths, ...rest }) => ({ ...rest, at: at(ms), value: new Decimal(tenths).div(10) }));

test("each of many windows is what it is alone, with all that came before it", () => {
  const bounds = fc.uniqueArray(fc.integer({ min: 0, max: 9_000 }), { minLength: 2, maxLength: 8 });
  fc.assert(
    fc.property(
      fc.array(usageValue, { maxLength: 20 }),
      bounds,
      fc.constantFrom(...meters),
      (values, cuts, meter) => {
        const edges = [...cuts].sort((a, b) => a - b);
        const windows = edges.slice(1).map((end, n) => ({ start: at(edges[n] ?? 0), end: at(end) }));
        const isInside = (value: UsageValue, { start, end }: (typeof windows)[number]) =>
          Temporal.Instant.compare(start, value.at) <= 0 && Temporal.Instant.compare(value.at, end) < 0;
        const alone = windows.flatMap((window, place) => {
          const events = values.filter((value) => isInside(value, window)).length;
          if (events === 0 && !meter.carryOver) return [];
          return [{ window: place, quantity: aggregateUsage(meter, values, window).toFixed(), events }];
        });
        const together = aggregateWindows(meter, values, windows).map((each) => ({
          ...{ window: each.window, quantity: each.quantity.toFixed(), events: each.values.length },
        }));
        expect(together).toEqual(alone);
      },
    ),
    { seed, numRuns: 3_000 },
  );
});
