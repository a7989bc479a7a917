import { Decimal, formatDecimal } from "#libs/core/money/decimal.ts";
import type { Meter } from "#libs/core/usage/meter.ts";
import { publicId } from "#libs/core/public-id.ts";
import { withTenant } from "#libs/data/database.ts";
import { loadQuantities } from "#libs/data/usage-quantities.ts";
import { openUsageWorld, type UsageWorld } from "#libs/testkit/usage-world.ts";
import { Temporal } from "temporal-polyfill";
import { parseEventJson } from "./event-wire.ts";
import { ingestEvents } from "./ingest-events.ts";

describe("ingestEvents", () => {
  let world: UsageWorld;
  let acme: string;
  let calls: Meter & { id: string };
  let bytes: Meter & { id: string };
  beforeAll(async () => {
    world = await openUsageWorld("2026-04-01T12:00:00Z");
    acme = await world.addCustomer("acme");
    calls = await world.addMeter({ code: "calls", eventType: "api_call", aggregation: "count" });
    bytes = await world.addMeter({ code: "bytes", eventType: "transfer", aggregation: "sum" });
  });
  afterAll(() => world.close());

  const ingest = (...events: Record<string, unknown>[]) =>
    world.inTenant((tx) => {
      const parsed = parseEventJson(events);
      return ingestEvents(tx, parsed.events, parsed.rejected);
    });

  const quantity = async (meter: Meter & { id: string }, from: string, to: string, customerId = acme) => {
    const [found] = await world
      .inTenant((tx) =>
        loadQuantities(tx, [
          {
            key: "k",
            customerId,
            subscriptionId: null,
            meter,
            start: Temporal.Instant.from(from),
            end: Temporal.Instant.from(to),
          },
        ]),
      )
      .then((all) => all.get("k") ?? []);
    return { quantity: formatDecimal(found?.quantity ?? new Decimal(-1)), events: found?.eventCount };
  };

  it("counts an event once, whether it is sent again in the batch or later", async () => {
    const event = { id: "d1", event_type: "api_call", customer: "acme", timestamp: "2026-03-01T10:00:00Z" };
    expect(await ingest(event, event)).toMatchObject({
      accepted: 1,
      duplicates: 1,
      rejected: [],
      conflicts: [],
    });
    expect(await ingest({ ...event, timestamp: "2026-03-01T11:00:00+01:00" })).toMatchObject({
      accepted: 0,
      duplicates: 1,
    });
    expect(await quantity(calls, "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z")).toEqual({
      quantity: "1",
      events: 1n,
    });
  });

  it("tells two sources with the same id apart", async () => {
    const event = { id: "s1", event_type: "api_call", customer: "acme", timestamp: "2026-03-02T10:00:00Z" };
    expect(await ingest(event, { ...event, source: "eu" })).toMatchObject({ accepted: 2, duplicates: 0 });
  });

  it("reports the same id with other content as a conflict and does not count it", async () => {
    const event = {
      id: "c1",
      event_type: "transfer",
      customer: "acme",
      timestamp: "2026-03-03T10:00:00Z",
      value: 5,
    };
    const answer = await ingest(event, { ...event, value: 6 }, { ...event, value: "5.0" });
    expect(answer).toMatchObject({ accepted: 1, duplicates: 1 });
    expect(answer.conflicts).toEqual([
      {
        index: 1,
        id: "c1",
        source: "",
        code: "event_conflict",
        message: expect.stringContaining("other content"),
      },
    ]);
    expect((await ingest({ ...event, value: 7 })).conflicts).toHaveLength(1);
    expect(await quantity(bytes, "2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z")).toEqual({
      quantity: "5",
      events: 1n,
    });
  });

  it("hashes what was sent before the timestamp is defaulted", async () => {
    const event = { id: "n1", event_type: "api_call", customer: "acme" };
    expect(await ingest(event)).toMatchObject({ accepted: 1 });
    await world.moveClock("2026-04-01T12:05:00Z");
    expect(await ingest(event)).toMatchObject({ duplicates: 1, conflicts: [] });
  });

  it("keeps good events when others are bad, and names each bad one", async () => {
    const good = {
      id: "g1",
      event_type: "transfer",
      customer: "acme",
      value: 1,
      timestamp: "2026-03-05T00:00:00Z",
    };
    const answer = await ingest(
      { ...good, id: "b0", value: "many" },
      good,
      { ...good, id: "b2", value: undefined },
      { ...good, id: "b3", timestamp: "2026-04-01T13:05:01Z" },
      { ...good, id: "b4", timestamp: "2026-02-30T00:00:00Z" },
      { ...good, id: "b5", subscription: publicId("subscription", acme) },
      { ...good, id: "b6", properties: { note: "a\0b" } },
      { ...good, id: "b7", properties: { note: "\ud800" } },
      { ...good, id: "b8", quantity: 2 },
      { ...good, id: "x".repeat(256) },
    );
    expect(answer.accepted).toBe(1);
    expect(answer.rejected.map(({ index, code, path }) => [index, code, path])).toEqual([
      [0, "usage_value_invalid", "value"],
      [2, "usage_value_invalid", "value"],
      [3, "timestamp_in_future", "timestamp"],
      [4, "timestamp_invalid", "timestamp"],
      [5, "subscription_not_found", "subscription"],
      [6, "field_invalid", "properties.note"],
      [7, "field_invalid", "properties.note"],
      [8, "field_unknown", "quantity"],
      [9, "field_too_long", "id"],
    ]);
  });

  it("takes customers by public id and meters by code", async () => {
    const answer = await ingest({
      id: "m1",
      meter: "bytes",
      customer: publicId("customer", acme),
      value: 3,
      timestamp: "2026-03-06T00:00:00Z",
    });
    expect(answer).toMatchObject({ accepted: 1, unresolved: 0 });
    expect(await quantity(bytes, "2026-03-06T00:00:00Z", "2026-03-06T01:00:00Z")).toEqual({
      quantity: "3",
      events: 1n,
    });
  });

  it("gives each side of midnight in Kolkata its own month", async () => {
    const customerId = await world.addCustomer("bharat");
    await ingest(
      { id: "k1", event_type: "api_call", customer: "bharat", timestamp: "2026-03-31T18:29:59Z" },
      { id: "k2", event_type: "api_call", customer: "bharat", timestamp: "2026-03-31T18:30:00Z" },
      { id: "k3", event_type: "api_call", customer: "bharat", timestamp: "2026-03-31T18:29:59.999999Z" },
    );
    const march = await quantity(calls, "2026-02-28T18:30:00Z", "2026-03-31T18:30:00Z", customerId);
    const april = await quantity(calls, "2026-03-31T18:30:00Z", "2026-04-30T18:30:00Z", customerId);
    expect([march, april]).toEqual([
      { quantity: "2", events: 2n },
      { quantity: "1", events: 1n },
    ]);
  });

  it("writes a batch with one INSERT statement, whatever its size", async () => {
    const events = Array.from({ length: 2_000 }, (_, n) => ({
      id: `q${n}`,
      event_type: n % 2 === 0 ? "api_call" : "transfer",
      customer: "acme",
      value: n,
      timestamp: `2026-03-${String(10 + (n % 9)).padStart(2, "0")}T0${n % 7}:00:00Z`,
    }));
    const log = await world.logStatements(() => ingest(...events));
    expect(log.filter((sql) => /\binsert\b/i.test(sql))).toHaveLength(1);
    expect(
      log.filter((sql) => /\b(meter|customer)\b/.test(sql) && /^\s*select/i.test(sql)).length,
    ).toBeLessThanOrEqual(2);
  });

  it("counts the same events once when four senders send them at the same time", async () => {
    const customerId = await world.addCustomer("storm");
    const events = Array.from({ length: 500 }, (_, n) => ({
      id: `p${n}`,
      event_type: "transfer",
      customer: "storm",
      value: 2,
      timestamp: `2026-03-20T${String(n % 24).padStart(2, "0")}:30:00Z`,
    }));
    const backwards = [...events].reverse();
    const answers = await Promise.all(
      [events, backwards, events, backwards].map((batch) => ingest(...batch)),
    );
    expect(answers.reduce((sum, answer) => sum + answer.accepted, 0)).toBe(500);
    expect(answers.reduce((sum, answer) => sum + answer.duplicates, 0)).toBe(1_500);
    const all = await quantity(bytes, "2026-03-20T00:00:00Z", "2026-03-21T00:00:00Z", customerId);
    expect(all).toEqual({ quantity: "1000", events: 500n });
  });

  it("leaves nothing behind when the transaction fails", async () => {
    const event = { id: "roll", event_type: "api_call", customer: "acme", timestamp: "2026-03-21T00:00:00Z" };
    const failing = withTenant(world.database, world.scope, async (tx) => {
      await ingestEvents(tx, parseEventJson(event).events);
      throw new Error("stop");
    });
    await expect(failing).rejects.toThrow("stop");
    expect(await quantity(calls, "2026-03-21T00:00:00Z", "2026-03-21T01:00:00Z")).toEqual({
      quantity: "0",
      events: 0n,
    });
  });
});
