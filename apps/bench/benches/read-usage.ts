import { Temporal } from "temporal-polyfill";
import type { TenantTx } from "#libs/data/database.ts";
import { loadQuantities } from "#libs/data/usage-quantities.ts";
import type { Bench, BenchCase, Sample } from "../bench.ts";
import { inPlace, type Place } from "../open-place.ts";
import { openUsageTenant, type UsageTenant } from "../usage-tenant.ts";

const CUSTOMERS = 10;
const HOURS = 720;
const READS = 20;
const [start, end] = ["2026-03-01T00:00:00Z", "2026-03-31T00:00:00Z"];

/** What a customer has used in the month so far. */
export const readUsageBench: Bench = {
  name: "read-usage",
  about: `one of ${CUSTOMERS} customers, four meters, a month; peer: the sum over its events by their index`,
  open: (terms) =>
    inPlace(terms, async (place) => {
      const counts = { tiny: [2_000], small: [20_000, 200_000], full: [100_000, 1_000_000, 10_000_000] };
      const cases: BenchCase[] = [];
      for (const count of counts[terms.size]) cases.push(caseOf(place, count));
      return { cases };
    }),
};

type Read = (tx: TenantTx, tenant: UsageTenant, customerId: string) => Promise<string>;

function caseOf(place: Place, count: number): BenchCase {
  let tenant: UsageTenant | null = null;
  const sampleOf = (read: Read) => async () => {
    if (tenant === null) throw new Error("nothing is there yet: verify comes first");
    return timeReads(tenant, read);
  };
  return {
    ...{ name: `${count} events`, unit: "us/read", better: "lower", target: 5_000, ratioTarget: 50 },
    ours: { name: "loadQuantities", sample: sampleOf(readBuckets) },
    peer: { name: "sum over events", sample: sampleOf(readEvents) },
    verify: async () => {
      tenant = await openUsageTenant(place, CUSTOMERS);
      await fill(place, tenant, count);
      const read = tenant;
      await tenant.inTenant(async (tx) => {
        for (const customerId of read.customers) {
          const [ours, peer] = [
            await readBuckets(tx, read, customerId),
            await readEvents(tx, read, customerId),
          ];
          if (ours !== peer || ours === "") throw new Error(`ours: ${ours}; peer: ${peer}`);
        }
      });
    },
  };
}

async function timeReads(tenant: UsageTenant, read: Read): Promise<Sample> {
  const times: number[] = [];
  await tenant.inTenant(async (tx) => {
    for (let n = 0; n < READS; n++) {
      const before = performance.now();
      await read(tx, tenant, tenant.customers[n % CUSTOMERS] ?? "");
      times.push((performance.now() - before) * 1_000);
    }
  });
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  return { value: times.reduce((sum, each) => sum + each, 0) / READS, p50: at(0.5), p99: at(0.99) };
}

const readBuckets: Read = async (tx, { meters }, customerId) => {
  const period = { start: Temporal.Instant.from(start), end: Temporal.Instant.from(end) };
  const queries = meters.map((meter) => ({
    ...{ key: meter.code, customerId, subscriptionId: null, meter },
    ...period,
  }));
  const found = [...(await loadQuantities(tx, queries))];
  return found
    .map(([code, [group]]) => `${code} ${group?.quantity.toFixed()} of ${group?.eventCount}`)
    .sort()
    .join(", ");
};

const readEvents: Read = async (tx, _tenant, customerId) => {
  const rows = await tx.db.$queryRaw<{ words: string }[]>`
    select event_type || ' ' || trim_scale(sum(value)) || ' of ' || count(*) as words from usage_event
    where tenant_id = ${tx.tenantId}::uuid and customer_id = ${customerId}::uuid
      and timestamp >= ${start}::text::timestamptz and timestamp < ${end}::text::timestamptz
    group by event_type order by 1`;
  return rows.map(({ words }) => words).join(", ");
};

/** Events and their buckets by SQL: what is measured is reading. */
async function fill({ owner }: Place, tenant: UsageTenant, count: number): Promise<void> {
  const { tenantId, customers, meters } = tenant;
  await owner.query("truncate usage_event, usage_hour");
  await owner.query(
    `insert into usage_event (tenant_id, id, event_type, customer_ref, customer_id, timestamp, value, content_hash)
     select $1, 'e-' || n, ($2::text[])[1 + n % 4], 'customer-' || (n / 4) % ${CUSTOMERS}, ($3::uuid[])[1 + (n / 4) % ${CUSTOMERS}],
       $4::timestamptz + (n * 104729::int8 % ${HOURS}) * interval '1 hour' + n % 3600 * interval '1 second', (n % 1000) / 4.0, sha256(n::text::bytea)
     from generate_series(0, $5::int8 - 1) as n`,
    [tenantId, meters.map(({ eventType }) => eventType), customers, start, count],
  );
  await owner.query(
    `insert into usage_hour (tenant_id, customer_id, subscription_id, meter_id, group_key, hour, n, sum, min, max, last, last_at, last_id)
     select e.tenant_id, e.customer_id, '00000000-0000-0000-0000-000000000000', m.id, '', date_trunc('hour', e.timestamp, 'UTC'), count(*),
       sum(e.value), min(e.value), max(e.value), (array_agg(e.value order by e.timestamp desc, e.id desc))[1], max(e.timestamp),
       (array_agg(e.id order by e.timestamp desc, e.id desc))[1]
     from usage_event e join meter m on m.tenant_id = e.tenant_id and m.event_type = e.event_type where e.tenant_id = $1
     group by 1, 2, 4, 6`,
    [tenantId],
  );
  await owner.query("vacuum analyze usage_event");
  await owner.query("vacuum analyze usage_hour");
}
