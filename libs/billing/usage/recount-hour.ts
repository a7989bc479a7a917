import type { Temporal } from "temporal-polyfill";
import { domainError } from "#libs/core/errors.ts";
import { hourOf } from "#libs/core/usage/usage-bucket.ts";
import type { TenantTx } from "#libs/data/database.ts";
import {
  type BucketKey,
  bucketKeyText,
  deleteBuckets,
  listBuckets,
  lockBuckets,
  replaceBuckets,
} from "#libs/data/usage-buckets.ts";
import { loadUsageMeters, type StoredMeter } from "#libs/data/usage-meters.ts";
import { countedEventsOfHour, listRecountHours, saveRecount } from "#libs/data/usage-recounts.ts";
import { addEvents, type BucketMap, sameBucket } from "./event-buckets.ts";
import { byEventType } from "./ingest-events.ts";

export type Recount = {
  /** Buckets that the hour's events make. */
  readonly buckets: number;
  /** Buckets that held something else, were missing, or should not have been. */
  readonly repaired: number;
};

type RecountScope = {
  readonly hour: Temporal.Instant;
  readonly meters: ReadonlyMap<string, readonly StoredMeter[]>;
  readonly meter: StoredMeter | null;
};

/**
 * Computes the buckets of one UTC hour anew from its events, and repairs those that differ. Senders may go on: a
 * bucket that seems to differ is locked and computed again before it counts as wrong. Leaves a `usage_recount` row, but
 * not for a single meter.
 * @throws `fields_invalid` when `hour` is not on the hour, `meter_not_found`
 */
export async function recountHour(
  tx: TenantTx,
  input: { readonly hour: Temporal.Instant; readonly meterId?: string },
): Promise<Recount> {
  if (!hourOf(input.hour).equals(input.hour)) {
    throw domainError("fields_invalid", `hour starts a UTC hour, got ${input.hour.toString()}`);
  }
  const all = await loadUsageMeters(tx);
  const meter = input.meterId === undefined ? null : (all.find((each) => each.id === input.meterId) ?? null);
  if (input.meterId !== undefined && meter === null) throw domainError("meter_not_found");
  const scope: RecountScope = {
    hour: input.hour,
    meters: byEventType(meter === null ? all : [meter]),
    meter,
  };
  const hour = input.hour.toString();
  const counted = await countHour(tx, scope, null);
  const stored = await listBuckets(tx, hour, meter?.id ?? null);
  const doubtful = differingKeys(counted, new Map(stored.map((each) => [bucketKeyText(each.key), each])));
  const repaired = doubtful.length === 0 ? 0 : await repairBuckets(tx, scope, doubtful);
  const recount = { buckets: counted.size, repaired };
  if (meter === null) await saveRecount(tx, { hour, ...recount });
  return recount;
}

/**
 * The buckets of one UTC hour that do not hold what its events make, in two looks, as senders may go on meanwhile. Writes
 * nothing.
 */
export async function findWrongBuckets(tx: TenantTx, hour: Temporal.Instant): Promise<BucketKey[]> {
  const scope: RecountScope = { hour, meters: byEventType(await loadUsageMeters(tx)), meter: null };
  const look = async () => {
    const counted = await countHour(tx, scope, null);
    const stored = await listBuckets(tx, hour.toString(), null);
    return differingKeys(counted, new Map(stored.map((each) => [bucketKeyText(each.key), each])));
  };
  const first = await look();
  if (first.length === 0) return [];
  const again = new Set((await look()).map(bucketKeyText));
  return first.filter((key) => again.has(bucketKeyText(key)));
}

/** The hours that a sweep recounts now: the two that closed last, and 46 older ones by rotation. */
export async function dueRecounts(tx: TenantTx, older = 46): Promise<Temporal.Instant[]> {
  return listRecountHours(tx, { closedUntil: hourOf(tx.now), recent: 2, older });
}

async function countHour(
  tx: TenantTx,
  scope: RecountScope,
  customerIds: readonly string[] | null,
): Promise<BucketMap> {
  const buckets: BucketMap = new Map();
  const only = { eventType: scope.meter?.eventType ?? null, customerIds };
  for await (const page of countedEventsOfHour(tx, scope.hour, only)) addEvents(buckets, page, scope.meters);
  return buckets;
}

function differingKeys(counted: BucketMap, stored: BucketMap): BucketKey[] {
  const both = new Map([...stored, ...counted]);
  return [...both]
    .filter(([text]) => !sameBucket(counted.get(text)?.bucket, stored.get(text)?.bucket))
    .map(([, { key }]) => key);
}

async function repairBuckets(
  tx: TenantTx,
  scope: RecountScope,
  doubtful: readonly BucketKey[],
): Promise<number> {
  const locked = await lockBuckets(tx, doubtful);
  const counted = await countHour(tx, scope, [...new Set(doubtful.map((key) => key.customerId))]);
  const wrong = locked.filter(
    ({ key, bucket }) => !sameBucket(counted.get(bucketKeyText(key))?.bucket, bucket),
  );
  const right = locked.flatMap(({ key }) => counted.get(bucketKeyText(key)) ?? []);
  await replaceBuckets(tx, right);
  await deleteBuckets(
    tx,
    locked.flatMap(({ key }) => (counted.has(bucketKeyText(key)) ? [] : [key])),
  );
  return wrong.length;
}
