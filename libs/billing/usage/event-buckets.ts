import { countableValue } from "#libs/core/usage/countable-value.ts";
import type { MeteredEvent } from "#libs/core/usage/meter.ts";
import {
  bucketOf,
  hourOf,
  isBucketed,
  mergeBuckets,
  type UsageBucket,
} from "#libs/core/usage/usage-bucket.ts";
import { toInstant } from "#libs/data/database.ts";
import { type BucketKey, bucketKeyText, type StoredBucket } from "#libs/data/usage-buckets.ts";
import type { StoredMeter } from "#libs/data/usage-meters.ts";
import type { CountedEvent } from "#libs/data/usage-recounts.ts";

/** Buckets by `bucketKeyText`. */
export type BucketMap = Map<string, StoredBucket>;

/** Adds stored events to buckets in memory; events that a meter cannot use add nothing to it. */
export function addEvents(
  buckets: BucketMap,
  events: readonly CountedEvent[],
  metersByEventType: ReadonlyMap<string, readonly StoredMeter[]>,
): void {
  for (const row of events) {
    const at = toInstant(row.timestamp);
    const event: MeteredEvent = { ...row, eventType: row.event_type, timestamp: at.toString() };
    for (const meter of metersByEventType.get(row.event_type) ?? []) {
      if (!isBucketed(meter.aggregation)) continue;
      const metered = countableValue(meter, event);
      if (metered === null) continue;
      const key: BucketKey = {
        customerId: row.customer_id,
        subscriptionId: row.subscription_id,
        meterId: meter.id,
        group: metered.group,
        hour: hourOf(at).toString(),
      };
      const single = bucketOf([{ id: row.id, at, value: metered.value }]);
      if (single !== null) addBucket(buckets, key, single);
    }
  }
}

function addBucket(buckets: BucketMap, key: BucketKey, bucket: UsageBucket): void {
  const text = bucketKeyText(key);
  const known = buckets.get(text);
  buckets.set(text, { key, bucket: known === undefined ? bucket : mergeBuckets(known.bucket, bucket) });
}

/** Whether two buckets hold the same; nothing is the same as a bucket without events. */
export function sameBucket(a: UsageBucket | undefined, b: UsageBucket | undefined): boolean {
  if (a === undefined || b === undefined) return (a?.n ?? 0n) === (b?.n ?? 0n);
  return (
    a.n === b.n &&
    a.sum.equals(b.sum) &&
    a.min.equals(b.min) &&
    a.max.equals(b.max) &&
    a.last.equals(b.last) &&
    a.lastAt === b.lastAt &&
    a.lastId === b.lastId
  );
}
