import { parseEventJson } from "#libs/billing/usage/event-wire.ts";
import { ingestEvents } from "#libs/billing/usage/ingest-events.ts";
import { cutWindows } from "#libs/core/calendar/cut-windows.ts";
import { formatDecimal } from "#libs/core/money/decimal.ts";
import { publicId } from "#libs/core/public-id.ts";
import type { Meter } from "#libs/core/usage/meter.ts";
import { makeSubscription } from "#libs/testkit/factories.ts";
import { testSeed } from "#libs/testkit/test-seed.ts";
import {
  meterStream,
  randomStream,
  randomWindow,
  referenceUsage,
  type StreamEvent,
  type StreamPlace,
  type StreamWindow,
  seededRandom,
} from "#libs/testkit/usage-stream.ts";
import { openUsageWorld, type UsageWorld } from "#libs/testkit/usage-world.ts";
import { loadQuantities, recountQuantities } from "./usage-quantities.ts";

const seed = testSeed("usage windows");

const windowsInAll = 10_000;
const eventsInStream = 28;
const windowsAtOnce = 100;

/** Offsets of a half and a quarter hour; both changes of clocks in New York. */
const places: readonly StreamPlace[] = [
  ...[
    { timezone: "Asia/Kolkata", from: "2026-03-07T00:00", days: 3 },
    { timezone: "Asia/Kathmandu", from: "2026-03-07T00:00", days: 3 },
    { timezone: "America/New_York", from: "2026-03-07T00:00", days: 3 },
    { timezone: "America/New_York", from: "2026-10-31T00:00", days: 3 },
  ].flatMap((place) => Array.from({ length: 6 }, () => place)),
];

const definitions: readonly (Partial<Meter> & Pick<Meter, "code" | "aggregation">)[] = [
  { code: "count", aggregation: "count", filters: [{ property: "region", op: "exists" }] },
  { code: "count_by", aggregation: "count", groupBy: ["region", "user"] },
  { code: "sum", aggregation: "sum" },
  { code: "sum_floor", aggregation: "sum", negative: "floor", groupBy: ["region"] },
  { code: "sum_size", aggregation: "sum", valueProperty: "size" },
  { code: "max", aggregation: "max", filters: [{ property: "user", op: "not_in", values: ["u1"] }] },
  { code: "max_floor", aggregation: "max", negative: "floor" },
  { code: "min", aggregation: "min", filters: [{ property: "region", op: "in", values: ["eu", "7"] }] },
  { code: "min_by", aggregation: "min", groupBy: ["region"] },
  { code: "latest", aggregation: "latest", negative: "floor" },
  { code: "latest_kept", aggregation: "latest", carryOver: true },
  { code: "latest_kept_by", aggregation: "latest", carryOver: true, groupBy: ["user"], negative: "floor" },
  { code: "unique", aggregation: "unique_count", valueProperty: "user" },
  {
    code: "unique_kept",
    aggregation: "unique_count",
    valueProperty: "user",
    operationProperty: "action",
    carryOver: true,
  },
  {
    code: "unique_by",
    aggregation: "unique_count",
    valueProperty: "user",
    operationProperty: "action",
    groupBy: ["region"],
  },
  { code: "weighted", aggregation: "weighted_sum", negative: "floor" },
  { code: "weighted_kept", aggregation: "weighted_sum", carryOver: true, groupBy: ["region"] },
  { code: "p50", aggregation: "percentile", percentile: 50 },
  { code: "p99", aggregation: "percentile", percentile: 99.9, groupBy: ["region"], negative: "floor" },
];

type Stream = {
  readonly place: StreamPlace;
  readonly customerId: string;
  readonly subscriptionIds: readonly string[];
  readonly events: readonly StreamEvent[];
};

describe("usage over random windows", () => {
  let world: UsageWorld;
  const meters: (Meter & { id: string })[] = [];
  const streams: Stream[] = [];
  const random = seededRandom(seed);
  beforeAll(async () => {
    world = await openUsageWorld("2026-12-01T00:00:00Z");
    for (const each of definitions) meters.push(await world.addMeter({ ...each, eventType: "work" }));
    for (const [n, place] of places.entries()) {
      const customerId = await world.addCustomer(`customer ${n}`);
      const tenant = { tenantId: world.scope.tenantId, inTenant: world.inTenant };
      const one = await makeSubscription(tenant, { customer: { id: customerId } });
      const two = await makeSubscription(tenant, { customer: { id: customerId } });
      const subscriptionIds = [one.id, two.id];
      const events = randomStream(random, place, eventsInStream);
      await send(`customer ${n}`, n, subscriptionIds, events);
      streams.push({ place, customerId, subscriptionIds, events });
    }
  }, 120_000);
  afterAll(() => world.close());

  /** In batches of different sizes, with repetitions. */
  const send = async (
    customer: string,
    stream: number,
    subscriptionIds: readonly string[],
    events: readonly StreamEvent[],
  ) => {
    for (let from = 0, to = 0; from < events.length; from = to) {
      to = from + 1 + Math.floor(random() * 30);
      const batch = events.slice(Math.max(0, from - 2), to).map(({ subscription, source, ...event }) => {
        const id = subscription === null ? undefined : subscriptionIds[subscription];
        return {
          ...event,
          ...{ event_type: "work", customer, source: `stream ${stream} ${source}` },
          ...(id === undefined ? {} : { subscription: publicId("subscription", id) }),
        };
      });
      const answer = await world.inTenant((tx) => ingestEvents(tx, parseEventJson(batch).events));
      expect(answer).toMatchObject({
        accepted: Math.min(to, events.length) - from,
        rejected: [],
        conflicts: [],
      });
    }
  };

  const queriesOf = (
    { customerId, subscriptionIds }: Stream,
    windows: readonly (StreamWindow & { subscription: number | null })[],
  ) =>
    windows.flatMap(({ start, end, subscription }, n) =>
      meters.map((meter) => ({
        ...{ key: `${n}/${meter.code}`, customerId, meter, start, end },
        subscriptionId: subscription === null ? null : (subscriptionIds[subscription] ?? null),
      })),
    );

  const said = (found: Awaited<ReturnType<typeof loadQuantities>>, key: string) =>
    (found.get(key) ?? []).map(
      (each) => `${each.group}: ${formatDecimal(each.quantity)} of ${each.eventCount}`,
    );

  it("is the same from buckets and cut hours as by the pure reference, for every aggregation", async () => {
    let compared = 0;
    for (const [s, stream] of streams.entries()) {
      const values = [null, 0, 1].map((of) => meters.map((meter) => meterStream(meter, stream.events, of)));
      const share =
        Math.floor((windowsInAll * (s + 1)) / streams.length) -
        Math.floor((windowsInAll * s) / streams.length);
      const windows = Array.from({ length: share }, (_, n) => ({
        ...randomWindow(random, stream.place, stream.events),
        subscription: ([null, 0, 1] as const)[n % 3] ?? null,
      }));
      for (let from = 0; from < windows.length; from += windowsAtOnce) {
        const some = windows.slice(from, from + windowsAtOnce);
        const found = await world.inTenant((tx) => loadQuantities(tx, queriesOf(stream, some)));
        for (const [n, window] of some.entries()) {
          const place = `seed ${seed}, ${stream.place.timezone}, stream ${s}, [${window.start}, ${window.end})`;
          const expected = meters.map((meter, m) => [
            meter.code,
            ...referenceUsage(
              meter,
              values[window.subscription === null ? 0 : window.subscription + 1]?.[m] ?? new Map(),
              window,
            ),
          ]);
          const shown = meters.map((meter) => [meter.code, ...said(found, `${n}/${meter.code}`)]);
          if (JSON.stringify(shown) !== JSON.stringify(expected))
            expect([place, ...shown]).toEqual([place, ...expected]);
          compared++;
        }
      }
    }
    expect(compared).toBe(windowsInAll);
  }, 240_000);

  it("is the same from single events alone", async () => {
    for (const stream of streams.slice(0, 4)) {
      const windows = Array.from({ length: 40 }, () => ({
        ...randomWindow(random, stream.place, stream.events),
        subscription: null,
      }));
      const queries = queriesOf(stream, windows);
      const [buckets, events] = await world.inTenant(async (tx) => [
        await loadQuantities(tx, queries),
        await recountQuantities(tx, queries),
      ]);
      for (const { key } of queries)
        expect([key, ...said(events, key)]).toEqual([key, ...said(buckets, key)]);
    }
  });

  it("of many windows at once is the same as of each alone", async () => {
    for (const [s, stream] of streams.entries()) {
      const { start } = randomWindow(random, stream.place, stream.events);
      const end = start.add({ seconds: Math.floor(random() * 200_000) });
      const unit = s % 2 === 0 ? "hour" : "day";
      const windows = cutWindows({ start, end }, unit, stream.place.timezone, 1_000);
      const alone = queriesOf(
        stream,
        windows.map((window) => ({ ...window, subscription: null })),
      );
      const together = meters.map((meter) => ({
        ...{
          key: meter.code,
          customerId: stream.customerId,
          subscriptionId: null,
          meter,
          start,
          end,
          windows,
        },
      }));
      const [each, all, events] = await world.inTenant(async (tx) => [
        await loadQuantities(tx, alone),
        await loadQuantities(tx, together),
        await recountQuantities(tx, together),
      ]);
      for (const { code } of meters) {
        const expected = windows.flatMap((window, n) =>
          (each.get(`${n}/${code}`) ?? [])
            .filter(({ quantity, eventCount }) => eventCount > 0n || !quantity.isZero())
            .map((usage) => ({ ...usage, window: window.start.toString() })),
        );
        expect({ seed, s, code, found: all.get(code) }).toEqual({ seed, s, code, found: expected });
        expect({ seed, s, code, found: events.get(code) }).toEqual({ seed, s, code, found: expected });
      }
    }
  }, 60_000);
});
