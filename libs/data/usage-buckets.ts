import { Decimal, formatDecimal } from "#libs/core/money/decimal.ts";
import type { UsageBucket } from "#libs/core/usage/usage-bucket.ts";
import { type TenantTx, toInstant } from "./database.ts";

/** One hour of one meter and group; `subscriptionId` null: of the events that name none. */
export type BucketKey = {
  readonly customerId: string;
  readonly subscriptionId: string | null;
  readonly meterId: string;
  readonly group: string;
  /** RFC 3339 in UTC. */
  readonly hour: string;
};

export type StoredBucket = { readonly key: BucketKey; readonly bucket: UsageBucket };

const noSubscription = "00000000-0000-0000-0000-000000000000";

/** One text for a key. */
export function bucketKeyText(key: BucketKey): string {
  return JSON.stringify([key.customerId, key.meterId, key.hour, key.group, key.subscriptionId]);
}

type BucketRow = {
  customer_id: string;
  subscription_id: string;
  meter_id: string;
  group_key: string;
  hour: Date;
  n: bigint;
  sum: string;
  min: string;
  max: string;
  last: string;
  last_at: Date;
  last_id: string;
};

function toStoredBucket(row: BucketRow): StoredBucket {
  return {
    key: {
      customerId: row.customer_id,
      subscriptionId: row.subscription_id === noSubscription ? null : row.subscription_id,
      meterId: row.meter_id,
      group: row.group_key,
      hour: toInstant(row.hour).toString(),
    },
    bucket: {
      n: row.n,
      sum: new Decimal(row.sum),
      min: new Decimal(row.min),
      max: new Decimal(row.max),
      last: new Decimal(row.last),
      lastAt: toInstant(row.last_at).toString(),
      lastId: row.last_id,
    },
  };
}

/** The buckets of one hour, of all meters or one. */
export async function listBuckets(
  tx: TenantTx,
  hour: string,
  meterId: string | null,
): Promise<StoredBucket[]> {
  const rows = await tx.db.$queryRaw<BucketRow[]>`
    select customer_id, subscription_id, meter_id, group_key, hour, n, sum::text as sum, min::text as min, max::text as max,
           last::text as last, last_at, last_id
    from usage_hour where tenant_id = ${tx.tenantId}::uuid and hour = ${hour}::text::timestamptz
      and (${meterId}::uuid is null or meter_id = ${meterId}::uuid)`;
  return rows.map(toStoredBucket);
}

/**
 * Locks the buckets in key order, the ones that do not exist yet as empty rows (n = 0), and returns them: until the
 * transaction ends no writer adds to them, and every event that was added is visible to the next statement.
 */
export async function lockBuckets(tx: TenantTx, keys: readonly BucketKey[]): Promise<StoredBucket[]> {
  const rows = await tx.db.$queryRaw<BucketRow[]>`
    insert into usage_hour as h (tenant_id, customer_id, subscription_id, meter_id, group_key, hour, n, sum, min, max, last, last_at, last_id)
    select ${tx.tenantId}::uuid, k.customer_id, k.subscription_id, k.meter_id, k.group_key, k.hour, 0, 0, 0, 0, 0, k.hour, ''
    from unnest(${keys.map((k) => k.customerId)}::uuid[], ${keys.map((k) => k.subscriptionId ?? noSubscription)}::uuid[],
                ${keys.map((k) => k.meterId)}::uuid[], ${keys.map((k) => k.group)}::text[], ${keys.map((k) => k.hour)}::timestamptz[])
           as k (customer_id, subscription_id, meter_id, group_key, hour)
    order by k.customer_id, k.meter_id, k.hour, k.group_key, k.subscription_id
    on conflict (tenant_id, customer_id, meter_id, hour, group_key, subscription_id) do update set n = h.n
    returning customer_id, subscription_id, meter_id, group_key, hour, n, sum::text as sum, min::text as min, max::text as max,
              last::text as last, last_at, last_id`;
  return rows.map(toStoredBucket);
}

/** Replaces what buckets hold. */
export async function replaceBuckets(tx: TenantTx, buckets: readonly StoredBucket[]): Promise<void> {
  await writeBuckets(tx, buckets, "replace");
}

/** Adds to buckets, in key order. */
export async function addToBuckets(tx: TenantTx, buckets: readonly StoredBucket[]): Promise<void> {
  await writeBuckets(tx, buckets, "add");
}

async function writeBuckets(
  tx: TenantTx,
  buckets: readonly StoredBucket[],
  mode: "replace" | "add",
): Promise<void> {
  if (buckets.length === 0) return;
  const keys = buckets.map((each) => each.key);
  const held = buckets.map((each) => each.bucket);
  const adds = mode === "add";
  await tx.db.$executeRaw`
    insert into usage_hour as h (tenant_id, customer_id, subscription_id, meter_id, group_key, hour, n, sum, min, max, last, last_at, last_id)
    select ${tx.tenantId}::uuid, b.* from unnest(
      ${keys.map((k) => k.customerId)}::uuid[], ${keys.map((k) => k.subscriptionId ?? noSubscription)}::uuid[],
      ${keys.map((k) => k.meterId)}::uuid[], ${keys.map((k) => k.group)}::text[], ${keys.map((k) => k.hour)}::timestamptz[],
      ${held.map((b) => b.n)}::int8[], ${held.map((b) => formatDecimal(b.sum))}::numeric[],
      ${held.map((b) => formatDecimal(b.min))}::numeric[], ${held.map((b) => formatDecimal(b.max))}::numeric[],
      ${held.map((b) => formatDecimal(b.last))}::numeric[], ${held.map((b) => b.lastAt)}::timestamptz[],
      ${held.map((b) => b.lastId)}::text[]
    ) as b (customer_id, subscription_id, meter_id, group_key, hour, n, sum, min, max, last, last_at, last_id)
    order by b.customer_id, b.meter_id, b.hour, b.group_key, b.subscription_id
    on conflict (tenant_id, customer_id, meter_id, hour, group_key, subscription_id) do update set
      n = case when ${adds} then h.n else 0 end + excluded.n,
      sum = case when ${adds} then h.sum else 0 end + excluded.sum,
      min = case when ${adds} then least(h.min, excluded.min) else excluded.min end,
      max = case when ${adds} then greatest(h.max, excluded.max) else excluded.max end,
      last = case when ${adds} and (h.last_at, h.last_id collate "C", h.last) > (excluded.last_at, excluded.last_id collate "C", excluded.last)
                  then h.last else excluded.last end,
      last_id = case when ${adds} and (h.last_at, h.last_id collate "C") > (excluded.last_at, excluded.last_id collate "C")
                     then h.last_id else excluded.last_id end,
      last_at = case when ${adds} then greatest(h.last_at, excluded.last_at) else excluded.last_at end`;
}

/** Takes buckets away that hold no event. */
export async function deleteBuckets(tx: TenantTx, keys: readonly BucketKey[]): Promise<void> {
  if (keys.length === 0) return;
  await tx.db.$executeRaw`
    delete from usage_hour h
    using unnest(${keys.map((k) => k.customerId)}::uuid[], ${keys.map((k) => k.subscriptionId ?? noSubscription)}::uuid[],
                 ${keys.map((k) => k.meterId)}::uuid[], ${keys.map((k) => k.group)}::text[], ${keys.map((k) => k.hour)}::timestamptz[])
          as k (customer_id, subscription_id, meter_id, group_key, hour)
    where h.tenant_id = ${tx.tenantId}::uuid and h.customer_id = k.customer_id and h.subscription_id = k.subscription_id
      and h.meter_id = k.meter_id and h.group_key = k.group_key and h.hour = k.hour`;
}
