import type { Place } from "../open-place.ts";

/** Finished rows of `usage_event`, by the server's own COPY. */
export async function copyUsage({ owner }: Pick<Place, "owner">, table: string, file: string): Promise<void> {
  await owner.query(`copy ${table} from '${file}'`);
}

/**
 * The durable work of ingestion without what leads to it: the rows with all keys, indexes and guards of `usage_event`, and their hourly
 * buckets by one INSERT, in one transaction. For events of meters that sum, without groups and subscriptions.
 */
export async function copyAndCountUsage({ owner }: Pick<Place, "owner">, file: string): Promise<void> {
  await owner.query(`
    begin;
    copy usage_event from '${file}';
    insert into usage_hour (tenant_id, customer_id, subscription_id, meter_id, group_key, hour, n, sum, min, max, last, last_at, last_id)
    select e.tenant_id, e.customer_id, '00000000-0000-0000-0000-000000000000', m.id, '', date_trunc('hour', e.timestamp, 'UTC'),
           count(*), sum(e.value), min(e.value), max(e.value),
           (array_agg(e.value order by e.timestamp desc, e.id collate "C" desc))[1], max(e.timestamp),
           (array_agg(e.id order by e.timestamp desc, e.id collate "C" desc))[1]
    from usage_event e join meter m on m.tenant_id = e.tenant_id and m.event_type = e.event_type
    group by e.tenant_id, e.customer_id, m.id, date_trunc('hour', e.timestamp, 'UTC');
    commit`);
}

/** Throws unless `work` leaves the buckets that are there now. */
export async function assertSameBuckets(
  { owner }: Pick<Place, "owner">,
  work: () => Promise<unknown>,
): Promise<void> {
  await owner.query("drop table if exists buckets_before; create table buckets_before as table usage_hour");
  await work();
  const { rows } = await owner.query<{ differ: string }>(
    `select count(*) as differ from ((table buckets_before except table usage_hour)
       union all (table usage_hour except table buckets_before)) as other`,
  );
  if (rows[0]?.differ !== "0") throw new Error(`${rows[0]?.differ} buckets of ours and the peer's differ`);
}
