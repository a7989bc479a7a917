import { insertUsageEvents } from "#libs/data/usage-events.ts";
import type { Bench, BenchCase, Sample } from "../bench.ts";
import { contributionAt, eventAt, EVENT_HOURS as HOURS, type Spread } from "../bench-events.ts";
import { eachChunk } from "../monthly-tenant.ts";
import { inPlace, type Place, POOL_SIZE } from "../open-place.ts";
import { timeWork } from "../time-work.ts";
import { openUsageTenant, type UsageTenant } from "../usage-tenant.ts";

const CUSTOMERS = 1_000;
const BATCH = 2_000;

/** What it costs to count each event in its hour, in the statement that stores it. */
export const countUsage: Bench = {
  name: "count-usage",
  about: `events over ${HOURS} hours of ${CUSTOMERS} customers and four meters, ${BATCH} a statement; peer: the same without buckets`,
  open: (terms) =>
    inPlace(terms, async (place) => {
      const tenant = await openUsageTenant(place, CUSTOMERS);
      const counts = { tiny: [2_000], small: [10_000, 50_000], full: [100_000, 1_000_000] }[terms.size];
      return {
        cases: counts.flatMap((count) =>
          (["evenly", "skewed"] as const).map((spread) => caseOf(place, tenant, count, spread)),
        ),
      };
    }),
};

function caseOf(place: Place, tenant: UsageTenant, count: number, spread: Spread): BenchCase {
  const numbers = Array.from({ length: count }, (_, n) => n);
  const insert = async (withBuckets: boolean): Promise<Sample> => {
    await place.owner.query("truncate usage_event, usage_hour");
    await place.owner.query("checkpoint");
    return timeWork(count, () =>
      eachChunk(numbers, { chunk: BATCH, workers: POOL_SIZE }, (batch) =>
        tenant.inTenant((tx) =>
          insertUsageEvents(
            tx,
            batch.map((n) => eventAt(tenant, n, spread)),
            withBuckets ? batch.map((n, place) => contributionAt(tenant, n, place)) : [],
          ),
        ),
      ),
    );
  };
  return {
    ...{ name: `${count} events, spread ${spread}`, unit: "events/s", better: "higher" },
    // 45 % more time than without.
    ratioTarget: 0.69,
    ours: { name: "with buckets", sample: () => insert(true) },
    peer: { name: "without", sample: () => insert(false) },
    verify: async () => {
      await insert(true);
      await assertCounted(place, count);
      await insert(false);
      await assertStored(place, count);
    },
  };
}

/** Every bucket is what one GROUP BY over the events finds. */
async function assertCounted({ owner }: Place, count: number): Promise<void> {
  const { rows } = await owner.query<{ events: string; wrong: string }>(
    `with raw as (
       select e.customer_id, m.id as meter_id, date_trunc('hour', e.timestamp, 'UTC') as hour, count(*) as n, sum(e.value) as sum
       from usage_event e join meter m on m.tenant_id = e.tenant_id and m.event_type = e.event_type group by 1, 2, 3)
     select (select sum(n) from raw) as events,
       count(*) filter (where (r.n, r.sum) is distinct from (h.n, h.sum)) as wrong
     from raw r full join usage_hour h using (customer_id, meter_id, hour)`,
  );
  const [{ events, wrong } = { events: "", wrong: "" }] = rows;
  if (events !== String(count) || wrong !== "0")
    throw new Error(`${wrong} buckets of ${events} events are wrong`);
}

async function assertStored({ owner }: Place, count: number): Promise<void> {
  const { rows } = await owner.query<{ n: string }>("select count(*) as n from usage_event");
  if (rows[0]?.n !== String(count)) throw new Error(`${rows[0]?.n} of ${count} events are stored`);
}
