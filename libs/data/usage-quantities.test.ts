import { Decimal, formatDecimal } from "#libs/core/money/decimal.ts";
import { aggregateUsage } from "#libs/core/usage/aggregate-usage.ts";
import { countableValue } from "#libs/core/usage/countable-value.ts";
import type { Meter } from "#libs/core/usage/meter.ts";
import type { UsageValue } from "#libs/core/usage/usage-value.ts";
import { parseEventJson } from "#libs/billing/usage/event-wire.ts";
import { ingestEvents } from "#libs/billing/usage/ingest-events.ts";
import { publicId } from "#libs/core/public-id.ts";
import { makeSubscription } from "#libs/testkit/factories.ts";
import { openUsageWorld, type UsageWorld } from "#libs/testkit/usage-world.ts";
import { Temporal } from "temporal-polyfill";
import { loadQuantities } from "./usage-quantities.ts";

type StoredMeter = Meter & { id: string };
type Sent = {
  id: string;
  timestamp: string;
  value: number;
  customer: string;
  properties: Record<string, unknown>;
};

const origin = Temporal.Instant.from("2026-03-01T00:00:00Z");
const SPAN_SECONDS = 30 * 3_600;

describe("loadQuantities", () => {
  let world: UsageWorld;
  const customers = new Map<string, string>();
  const meters: StoredMeter[] = [];
  const sent: Sent[] = [];
  const random = seededRandom(7);
  beforeAll(async () => {
    world = await openUsageWorld("2026-04-01T00:00:00Z");
    for (const name of ["ada", "bob"]) customers.set(name, await world.addCustomer(name));
    const definitions: (Partial<Meter> & Pick<Meter, "code" | "aggregation">)[] = [
      { code: "count", aggregation: "count" },
      { code: "sum", aggregation: "sum", negative: "floor" },
      { code: "max", aggregation: "max", groupBy: ["region"] },
      { code: "min", aggregation: "min", filters: [{ property: "region", op: "in", values: ["eu", "us"] }] },
      { code: "latest", aggregation: "latest" },
      { code: "latest_kept", aggregation: "latest", carryOver: true, groupBy: ["region"] },
      { code: "unique", aggregation: "unique_count", valueProperty: "user" },
      { code: "unique_kept", aggregation: "unique_count", valueProperty: "user", carryOver: true },
      { code: "weighted", aggregation: "weighted_sum", carryOver: true },
      { code: "p90", aggregation: "percentile", percentile: 90 },
    ];
    for (const definition of definitions) {
      meters.push(await world.addMeter({ ...definition, eventType: "work" }));
    }
    for (let n = 0; n < 1_500; n++) sent.push(randomEvent(n, random));
    for (let n = 0; n < sent.length; n += 250) {
      const batch = sent.slice(n, n + 250).map((event) => ({ ...event, event_type: "work" }));
      const answer = await world.inTenant((tx) => ingestEvents(tx, parseEventJson(batch).events));
      expect(answer).toMatchObject({ accepted: batch.length, rejected: [] });
    }
  });
  afterAll(() => world.close());

  it("equals the pure reference for every aggregation on windows cut to the second", async () => {
    const queries = Array.from({ length: 240 }, (_, n) => {
      const [name = "", customerId = ""] = [...customers][n % 2] ?? [];
      const from = Math.floor(random() * SPAN_SECONDS);
      const length = n % 5 === 0 ? Math.floor(random() * 2_000) : Math.floor(random() * SPAN_SECONDS);
      const onTheHour = n % 7 === 0;
      const start = origin.add({ seconds: onTheHour ? Math.floor(from / 3_600) * 3_600 : from });
      const meter = meters[n % meters.length];
      if (meter === undefined) throw new Error("no meter");
      return {
        name,
        key: String(n),
        customerId,
        subscriptionId: null,
        meter,
        start,
        end: start.add({ seconds: length }),
      };
    });
    const found = await world.inTenant((tx) => loadQuantities(tx, queries));
    for (const query of queries) {
      const shown = (found.get(query.key) ?? []).map(
        (each) => `${each.group}: ${formatDecimal(each.quantity)} of ${each.eventCount}`,
      );
      expect([query.key, query.meter.code, ...shown]).toEqual([
        query.key,
        query.meter.code,
        ...reference(query.name, query, sent),
      ]);
    }
  });

  it("needs at most three statements for hundreds of queries", async () => {
    const queries = meters.flatMap((meter) =>
      [...customers.values()].flatMap((customerId) =>
        Array.from({ length: 20 }, (_, n) => ({
          key: `${meter.id}/${customerId}/${n}`,
          customerId,
          subscriptionId: null,
          meter,
          start: origin.add({ seconds: n * 100 }),
          end: origin.add({ seconds: 40_000 + n }),
        })),
      ),
    );
    const log = await world.logStatements(() => world.inTenant((tx) => loadQuantities(tx, queries)));
    expect(log.filter((sql) => /usage_(hour|event)/.test(sql))).toHaveLength(3);
  });

  it("gives 0 for a meter without groups and nothing for one with groups when nothing happened", async () => {
    const nobody = await world.addCustomer("nobody");
    const queries = meters.map((meter) => ({
      key: meter.code,
      customerId: nobody,
      subscriptionId: null,
      meter,
      start: origin,
      end: origin.add({ hours: 5 }),
    }));
    const found = await world.inTenant((tx) => loadQuantities(tx, queries));
    for (const meter of meters) {
      const expected =
        meter.groupBy.length > 0 ? [] : [{ group: "", quantity: new Decimal(0), eventCount: 0n }];
      expect(found.get(meter.code)).toEqual(expected);
    }
  });

  it("gives a subscription the events that name it or none, also in its cut hours", async () => {
    const tenant = { tenantId: world.scope.tenantId, inTenant: world.inTenant };
    const customerId = await world.addCustomer("twice");
    const one = await makeSubscription(tenant, { customer: { id: customerId } });
    const two = await makeSubscription(tenant, { customer: { id: customerId } });
    const meter = await world.addMeter({ code: "named", aggregation: "sum" });
    const events = ["10:15", "11:30", "12:45"].flatMap((time) =>
      [undefined, one.id, two.id].map((id, n) => ({
        ...{ id: `${time}-${n}`, event_type: "named", customer: "twice", value: 10 ** n },
        ...{ timestamp: `2026-03-05T${time}:00Z` },
        ...(id === undefined ? {} : { subscription: publicId("subscription", id) }),
      })),
    );
    const answer = await world.inTenant((tx) => ingestEvents(tx, parseEventJson(events).events));
    expect(answer).toMatchObject({ accepted: 9, rejected: [] });
    const queries = [one.id, two.id, null].map((subscriptionId, n) => ({
      ...{ key: String(n), customerId, subscriptionId, meter },
      start: Temporal.Instant.from("2026-03-05T10:10:00Z"),
      end: Temporal.Instant.from("2026-03-05T12:50:00Z"),
    }));
    const found = await world.inTenant((tx) => loadQuantities(tx, queries));
    const shown = [...found.values()].map(
      ([each]) => each && [formatDecimal(each.quantity), each.eventCount],
    );
    expect(shown).toEqual([
      ["33", 6n],
      ["303", 6n],
      ["333", 9n],
    ]);
  });

  function reference(
    name: string,
    query: { meter: Meter; start: Temporal.Instant; end: Temporal.Instant },
    all: Sent[],
  ) {
    const groups = new Map<string, UsageValue[]>();
    for (const { id, timestamp, value, customer, properties } of all) {
      if (customer !== name) continue;
      const at = Temporal.Instant.from(timestamp);
      const event = { id, source: "", eventType: "work", timestamp, value: String(value), properties };
      const metered = countableValue(query.meter, event);
      if (metered === null || Temporal.Instant.compare(at, query.end) >= 0) continue;
      if (!query.meter.carryOver && Temporal.Instant.compare(at, query.start) < 0) continue;
      groups.set(metered.group, [...(groups.get(metered.group) ?? []), { id, at, ...metered }]);
    }
    const empty = Temporal.Instant.compare(query.start, query.end) >= 0;
    if (empty) groups.clear();
    if (groups.size === 0 && query.meter.groupBy.length === 0) groups.set("", []);
    return [...groups]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([group, values]) => {
        const inside = values.filter((each) => Temporal.Instant.compare(each.at, query.start) >= 0);
        return `${group}: ${formatDecimal(aggregateUsage(query.meter, values, query))} of ${inside.length}`;
      });
  }
});

function randomEvent(n: number, random: () => number): Sent {
  const seconds = Math.floor(random() * SPAN_SECONDS);
  const at = origin.add({ seconds: n % 10 === 0 ? Math.floor(seconds / 3_600) * 3_600 : seconds });
  const region = ["eu", "us", "ap", undefined][Math.floor(random() * 4)];
  return {
    id: `e${Math.floor(random() * 1e9)}-${n}`,
    timestamp: at.toString(),
    value: Math.round((random() - 0.3) * 10_000) / 1_000,
    customer: random() < 0.5 ? "ada" : "bob",
    properties: { user: `u${Math.floor(random() * 40)}`, ...(region === undefined ? {} : { region }) },
  };
}

function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}
