import { insertUsageEvents } from "#libs/data/usage-events.ts";
import type { Bench, BenchCase } from "../bench.ts";
import { contributionAt, eventAt } from "../bench-events.ts";
import { billAll, CHUNK, eachChunk, type MonthlyTenant, openMonthlyTenant } from "../monthly-tenant.ts";
import { inPlace, type Place } from "../open-place.ts";
import { generateRaw, openRawTables } from "../peers/raw-generation.ts";
import { type Point, slopeOf } from "../slope-of.ts";
import { timeWork } from "../time-work.ts";
import { openUsageTenant } from "../usage-tenant.ts";

/** How cost grows with the work: the exponent, 1 = in proportion. */
export const growth: Bench = {
  name: "growth",
  about:
    "exponent of the time over the size, from a log-log fit through several sizes; peers: the raw statements",
  open: (terms) =>
    inPlace(terms, async (place) => {
      const invoices = { tiny: [5, 10, 20], small: [50, 200, 800], full: [100, 1_000, 10_000] }[terms.size];
      const events = {
        tiny: [500, 1_000],
        small: [1_000, 5_000, 25_000],
        full: [10_000, 100_000, 1_000_000],
      };
      return { cases: [await ofInvoices(place, invoices), await ofEvents(place, events[terms.size])] };
    }),
};

/** One worker bills, so that small sizes are not held against fewer workers. */
async function ofInvoices(place: Place, sizes: readonly number[]): Promise<BenchCase> {
  const sideOf = async (bill: (tenant: MonthlyTenant, number: number) => Promise<() => Promise<unknown>>) => {
    const tenants: MonthlyTenant[] = [];
    for (const size of sizes) tenants.push(await openMonthlyTenant(place, size));
    let months = 0;
    return {
      tenants,
      sample: async () => {
        const points: Point[] = [];
        for (const tenant of tenants) {
          const work = await bill(tenant, months);
          const size = tenant.subscriptionIds.length;
          points.push({ size, ms: msOf(size, (await timeWork(size, work)).value) });
        }
        months += 1;
        return { value: slopeOf(points) };
      },
    };
  };
  const ours = await sideOf(async (tenant, number) => {
    await tenant.reach(number);
    return () => billAll(tenant, { workers: 1 });
  });
  const peer = await sideOf(async (tenant, number) => {
    const month = await tenant.reach(number);
    const chunks = { chunk: CHUNK, workers: 1 };
    return () =>
      eachChunk(tenant.subscriptionIds, chunks, (subscriptionIds) =>
        generateRaw(place, tenant, { month, subscriptionIds }),
      );
  });
  await openRawTables(place, peer.tenants);
  return {
    ...{ name: `invoices of ${sizes.join(", ")} subscriptions`, unit: "exponent", better: "lower" },
    target: 1.05,
    ours: { name: "generateInvoices", sample: ours.sample },
    peer: { name: "one raw statement a chunk", sample: peer.sample },
    verify: async () => {
      await ours.sample();
      await peer.sample();
      const wanted = sizes.reduce((sum, size) => sum + size, 0);
      for (const [schema, { tenants }] of [["public", ours] as const, ["raw", peer] as const]) {
        const { rows } = await place.owner.query<{ n: string }>(
          `select count(*) as n from ${schema}.invoice where tenant_id = any($1)`,
          [tenants.map(({ tenantId }) => tenantId)],
        );
        if (rows[0]?.n !== String(wanted)) throw new Error(`${schema}: ${rows[0]?.n} of ${wanted} invoices`);
      }
    },
  };
}

/** Into a table that keeps what the smaller sizes brought. */
async function ofEvents(place: Place, sizes: readonly number[]): Promise<BenchCase> {
  const tenant = await openUsageTenant(place, 1_000);
  const sampleOf = (withBuckets: boolean) => async () => {
    await place.owner.query("truncate usage_event, usage_hour");
    const points: Point[] = [];
    let from = 0;
    for (const size of sizes) {
      const numbers = Array.from({ length: size }, (_, n) => from + n);
      from += size;
      const sample = await timeWork(size, () =>
        eachChunk(numbers, { chunk: 500, workers: 1 }, (batch) =>
          tenant.inTenant((tx) =>
            insertUsageEvents(
              tx,
              batch.map((n) => eventAt(tenant, n, "evenly")),
              withBuckets ? batch.map((n, index) => contributionAt(tenant, n, index)) : [],
            ),
          ),
        ),
      );
      points.push({ size, ms: msOf(size, sample.value) });
    }
    return { value: slopeOf(points) };
  };
  return {
    ...{ name: `ingest of ${sizes.join(", ")} events`, unit: "exponent", better: "lower", target: 1.08 },
    ours: { name: "with buckets", sample: sampleOf(true) },
    peer: { name: "without", sample: sampleOf(false) },
    verify: async () => {
      const wanted = sizes.reduce((sum, size) => sum + size, 0);
      for (const withBuckets of [true, false]) {
        await sampleOf(withBuckets)();
        const { rows } = await place.owner.query<{ n: string }>("select count(*) as n from usage_event");
        if (rows[0]?.n !== String(wanted)) throw new Error(`${rows[0]?.n} of ${wanted} events are stored`);
      }
    },
  };
}

function msOf(size: number, perSecond: number): number {
  return (size * 1_000) / perSecond;
}
