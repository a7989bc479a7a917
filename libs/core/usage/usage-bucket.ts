import { Temporal } from "temporal-polyfill";
import { Decimal, zero } from "../money/decimal.ts";
import type { Aggregation } from "./meter.ts";
import type { UsageValue } from "./usage-value.ts";
import { compareTexts } from "./usage-value.ts";

/** What is kept of the events of one UTC hour (or more) of one meter and group; at least one event. */
export type UsageBucket = {
  readonly n: bigint;
  readonly sum: Decimal;
  readonly min: Decimal;
  readonly max: Decimal;
  /** The value of the last event by (time, id). */
  readonly last: Decimal;
  /** RFC 3339 in UTC. */
  readonly lastAt: string;
  readonly lastId: string;
};

export type BucketedAggregation = "count" | "sum" | "min" | "max" | "latest";

/** Whether buckets are enough for the aggregation; the others read single events. */
export function isBucketed(aggregation: Aggregation): aggregation is BucketedAggregation {
  return ["count", "sum", "min", "max", "latest"].includes(aggregation);
}

/** The bucket of all the values, in any order; null for none. */
export function bucketOf(values: readonly UsageValue[]): UsageBucket | null {
  let bucket: UsageBucket | null = null;
  for (const each of values) {
    const single = bucketOfOne(each);
    bucket = bucket === null ? single : mergeBuckets(bucket, single);
  }
  return bucket;
}

/** The bucket of the events of both; order and grouping of merges do not matter. */
export function mergeBuckets(a: UsageBucket, b: UsageBucket): UsageBucket {
  const later = compareLast(a, b) < 0 ? b : a;
  return {
    n: a.n + b.n,
    sum: a.sum.plus(b.sum),
    min: b.min.lessThan(a.min) ? b.min : a.min,
    max: b.max.greaterThan(a.max) ? b.max : a.max,
    last: later.last,
    lastAt: later.lastAt,
    lastId: later.lastId,
  };
}

/**
 * The quantity that a bucket gives; null, no event at all, is 0. With `negative: "floor"` never less than 0. A latest
 * meter with `carry_over` takes the last bucket before the period when the period has none.
 */
export function bucketQuantity(
  aggregation: BucketedAggregation,
  bucket: UsageBucket | null,
  negative: "keep" | "floor" = "keep",
): Decimal {
  if (bucket === null) return zero;
  const quantities: Readonly<Record<BucketedAggregation, () => Decimal>> = {
    count: () => new Decimal(bucket.n.toString()),
    sum: () => bucket.sum,
    min: () => bucket.min,
    max: () => bucket.max,
    latest: () => bucket.last,
  };
  const quantity = quantities[aggregation]();
  return negative === "floor" && quantity.isNegative() ? zero : quantity;
}

/** The start of the UTC hour that holds `at`. */
export function hourOf(at: Temporal.Instant): Temporal.Instant {
  return at.round({ smallestUnit: "hour", roundingMode: "floor" });
}

function bucketOfOne({ id, at, value }: UsageValue): UsageBucket {
  return { n: 1n, sum: value, min: value, max: value, last: value, lastAt: at.toString(), lastId: id };
}

function compareLast(a: UsageBucket, b: UsageBucket): number {
  const byTime =
    a.lastAt === b.lastAt
      ? 0
      : Temporal.Instant.compare(Temporal.Instant.from(a.lastAt), Temporal.Instant.from(b.lastAt));
  return byTime || compareTexts(a.lastId, b.lastId) || a.last.comparedTo(b.last);
}
