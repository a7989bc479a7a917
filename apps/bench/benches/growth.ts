import { periodAt } from "#libs/core/calendar/schedule.ts";
import { Decimal } from "#libs/core/money/decimal.ts";
import type { ChargeModel } from "#libs/core/price/price.ts";
import type { BillableItem } from "#libs/core/rating/billable-item.ts";
import type { DuePeriod } from "#libs/core/rating/due-periods.ts";
import { type RatedLine, rateDuePeriod } from "#libs/core/rating/rate-due-period.ts";
import { insertUsageEvents } from "#libs/data/usage-events.ts";
import type { Bench, BenchCase } from "../bench.ts";
import { contributionAt, eventAt } from "../bench-events.ts";
import { billAll, CHUNK, eachChunk, type MonthlyTenant, openMonthlyTenant } from "../monthly-tenant.ts";
import { inPlace, type Place } from "../open-place.ts";
import { generateRaw, openRawTables } from "../peers/raw-generation.ts";
import { type Point, slopeOf } from "../slope-of.ts";
import { FIVE_TIERS } from "../subscriptions.ts";
import { timeOperations } from "../time-operations.ts";
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
      const groups = { tiny: [10, 20], small: [50, 200, 800], full: [100, 500, 2_000] }[terms.size];
      return {
        cases: [
          await ofInvoices(place, invoices),
          await ofEvents(place, events[terms.size]),
          ofGroups(groups),
        ],
      };
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

/** One period with usage of many groups: shares of tiers that run over the sum of them, beside groups that are rated alone. */
function ofGroups(sizes: readonly number[]): BenchCase {
  const sample = (rate: (number: number) => RatedLine[]) => () => {
    const points = sizes.map((size): Point => {
      rate(size);
      return { size, ms: timeOperations(1, () => rate(size)).value / 1_000 };
    });
    return { value: slopeOf(points) };
  };
  return {
    ...{ name: `rating of ${sizes.join(", ")} groups`, unit: "exponent", better: "lower", target: 1.2 },
    ours: { name: "tiers over their sum", sample: sample(rateShared) },
    peer: { name: "each by itself", sample: sample(rateAlone) },
    verify: () => {
      for (const size of sizes) {
        const [shared, alone] = [rateShared(size).length, rateAlone(size).length];
        if (shared !== size || alone !== size) throw new Error(`${shared} and ${alone} lines of ${size}`);
      }
    },
  };
}

const rateShared = (count: number) => rateGroups(count, { model: "graduated", tiers: FIVE_TIERS });
const rateAlone = (count: number) => rateGroups(count, { model: "per_unit", unitAmount: "0.0125" });

function rateGroups(count: number, chargeModel: ChargeModel): RatedLine[] {
  const usage = Array.from({ length: count }, (_, n) => ({
    ...{ group: `region=${n}`, quantity: new Decimal(`${(n * 7_919) % 15_000}.25`), eventCount: 3n },
  }));
  return rateDuePeriod(groupedPeriod(chargeModel), usage, { currency: "USD", mode: "half_up" });
}

function groupedPeriod(chargeModel: ChargeModel): DuePeriod {
  const code = "calls";
  const metered = { carryOver: false, negative: "keep", filters: [], groupBy: ["region"] } as const;
  const item: BillableItem = {
    ...{ itemId: "item", priceId: "price", unit: null, quantity: null, scheduleNo: 0, endsAt: null },
    price: {
      ...{ code, name: code, kind: "usage", meter: code, billing: "in_arrears", proration: "second" },
      chargeModel,
    },
    meter: { id: code, code, name: code, eventType: code, aggregation: "sum", ...metered },
    schedule: {
      ...{ anchorAt: "2026-01-01T00:00:00", interval: { unit: "month", count: 1 }, timezone: "UTC" },
      startsAt: "2026-01-01T00:00:00Z",
    },
  };
  return { item, ...periodAt(item.schedule, 0), ratio: { numerator: 1n, denominator: 1n } };
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
