import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { Decimal } from "../money/decimal.ts";
import { aggregateUsage } from "./aggregate-usage.ts";
import type { Aggregation, Meter } from "./meter.ts";
import type { UsageBucket } from "./usage-bucket.ts";
import { bucketOf, bucketQuantity, hourOf, isBucketed, mergeBuckets } from "./usage-bucket.ts";
import type { UsageValue } from "./usage-value.ts";
import { splitWindow } from "./usage-window.ts";

const START = 1_770_000_000_000;
const usageValue: fc.Arbitrary<UsageValue> = fc
  .tuple(
    fc.integer({ min: 0, max: 5 * 3600 * 4 }),
    fc.constantFrom("a", "b", "c", "\u{1F600}", "\uFFFD"),
    fc.integer({ min: -500, max: 500 }),
  )
  .map(([quarterSeconds, id, cents]) => ({
    id,
    at: Temporal.Instant.fromEpochMilliseconds(START + quarterSeconds * 250),
    value: new Decimal(cents).dividedBy(100),
  }));
const stream = fc.array(usageValue, { maxLength: 24 });

const bucketed = ["count", "sum", "min", "max", "latest"] as const;

function meterOf(aggregation: Aggregation, negative: "keep" | "floor"): Meter {
  return {
    code: "m",
    name: "M",
    eventType: "m",
    aggregation,
    carryOver: false,
    negative,
    filters: [],
    groupBy: [],
  };
}

/** A bucket with its numbers as texts, so that equal buckets are equal values. */
const plain = (bucket: UsageBucket | null) =>
  bucket && Object.fromEntries(Object.entries(bucket).map(([name, each]) => [name, each.toString()]));

const merged = (buckets: readonly (UsageBucket | null)[]) =>
  buckets.reduce((all, each) => (all === null ? each : each === null ? all : mergeBuckets(all, each)), null);

describe("a bucket", () => {
  test("keeps count, sum, extremes and the last event", () => {
    const at = Temporal.Instant.from("2026-03-01T10:15:00.5Z");
    const values = [
      { id: "e2", at, value: new Decimal("-0.1") },
      { id: "e10", at, value: new Decimal("5") },
      { id: "e3", at: at.subtract({ seconds: 1 }), value: new Decimal("7.2") },
    ];
    expect(plain(bucketOf(values))).toEqual({
      n: "3",
      sum: "12.1",
      min: "-0.1",
      max: "7.2",
      last: "-0.1",
      lastAt: "2026-03-01T10:15:00.5Z",
      lastId: "e2",
    });
  });

  test("compares times as times, not as texts", () => {
    const whole = bucketOf([
      { id: "a", at: Temporal.Instant.from("2026-03-01T10:00:00Z"), value: new Decimal(1) },
    ]);
    const half = bucketOf([
      { id: "a", at: Temporal.Instant.from("2026-03-01T10:00:00.5Z"), value: new Decimal(2) },
    ]);
    expect(merged([whole, half])?.last.toString()).toBe("2");
    expect(merged([half, whole])?.last.toString()).toBe("2");
  });

  test("of nothing is null, and its quantity is 0", () => {
    expect(bucketOf([])).toBeNull();
    expect(bucketed.map((aggregation) => bucketQuantity(aggregation, null).toString())).toEqual([
      "0",
      "0",
      "0",
      "0",
      "0",
    ]);
  });

  test("is enough for five of the eight aggregations", () => {
    const all = [...bucketed, "unique_count", "weighted_sum", "percentile"] as const;
    expect(all.filter(isBucketed)).toEqual(bucketed);
  });
});

describe("merged buckets", () => {
  test("come out the same in any order and grouping", () => {
    fc.assert(
      fc.property(stream, stream, stream, (a, b, c) => {
        const [x, y, z] = [bucketOf(a), bucketOf(b), bucketOf(c)];
        const all = plain(bucketOf([...a, ...b, ...c]));
        expect(plain(merged([merged([x, y]), z]))).toEqual(all);
        expect(plain(merged([x, merged([y, z])]))).toEqual(all);
        expect(plain(merged([z, x, y]))).toEqual(all);
      }),
      { numRuns: 2_000 },
    );
  });

  test("of hours over a window with its cut hours, equals the reference", () => {
    const second = fc.integer({ min: -1800, max: 6 * 3600 });
    fc.assert(
      fc.property(
        stream,
        second,
        second,
        fc.constantFrom(...bucketed),
        fc.constantFrom("keep", "floor"),
        (values, a, b, aggregation, negative) => {
          const at = (s: number) => Temporal.Instant.fromEpochMilliseconds(START + s * 1000);
          const window = { start: at(Math.min(a, b)), end: at(Math.max(a, b)) };
          const { hours, edges } = splitWindow(window);
          const within = (
            range: { start: Temporal.Instant; end: Temporal.Instant },
            each: Temporal.Instant,
          ) =>
            Temporal.Instant.compare(range.start, each) <= 0 && Temporal.Instant.compare(each, range.end) < 0;
          const hourly = new Map<string, UsageValue[]>();
          for (const each of values) {
            const hour = hourOf(each.at).toString();
            hourly.set(hour, [...(hourly.get(hour) ?? []), each]);
          }
          const whole = [...hourly]
            .filter(([hour]) => hours !== null && within(hours, Temporal.Instant.from(hour)))
            .map(([, each]) => bucketOf(each));
          const cut = edges.map((edge) => bucketOf(values.filter((each) => within(edge, each.at))));
          const quantity = bucketQuantity(aggregation, merged([...whole, ...cut]), negative);
          expect(quantity.toString()).toBe(
            aggregateUsage(meterOf(aggregation, negative), values, window).toString(),
          );
        },
      ),
      { numRuns: 5_000 },
    );
  });
});

test.each([
  ["2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z"],
  ["2026-03-01T10:59:59.999999999Z", "2026-03-01T10:00:00Z"],
  ["1969-12-31T23:30:00Z", "1969-12-31T23:00:00Z"],
])("the hour of %s is %s", (at, hour) => {
  expect(hourOf(Temporal.Instant.from(at)).toString()).toBe(hour);
});
