import { formatDecimal } from "#libs/core/money/decimal.ts";
import type { Meter } from "#libs/core/usage/meter.ts";
import { loadQuantities } from "#libs/data/usage-quantities.ts";
import { createLogger } from "#libs/platform/logger.ts";
import { openUsageWorld, type UsageWorld } from "#libs/testkit/usage-world.ts";
import { Temporal } from "temporal-polyfill";
import { adoptEvents } from "./adopt-events.ts";
import { parseEventJson } from "./event-wire.ts";
import { fillMeter } from "./fill-meter.ts";
import { ingestEvents } from "./ingest-events.ts";

const logger = createLogger({ level: "info", format: "json", process: "test", silent: true });

describe("adoptEvents", () => {
  let world: UsageWorld;
  beforeAll(async () => {
    world = await openUsageWorld("2026-03-10T12:00:00Z");
  });
  afterAll(() => world.close());

  const ingest = (...events: Record<string, unknown>[]) =>
    world.inTenant((tx) =>
      ingestEvents(
        tx,
        parseEventJson(events.map((e) => ({ timestamp: "2026-03-10T09:10:00Z", ...e }))).events,
      ),
    );
  const quantity = async (meter: Meter & { id: string }, customerId: string) => {
    const found = await world.inTenant((tx) =>
      loadQuantities(tx, [
        {
          key: "k",
          customerId,
          subscriptionId: null,
          meter,
          start: Temporal.Instant.from("2026-03-10T09:00:00Z"),
          end: Temporal.Instant.from("2026-03-10T10:00:00Z"),
        },
      ]),
    );
    return (found.get("k") ?? []).map((each) => formatDecimal(each.quantity));
  };
  const fill = (meter: { id: string }) =>
    fillMeter({ database: world.database, logger }, { tenantId: world.scope.tenantId, meterId: meter.id });

  it("keeps events of an unknown customer and type, and counts them once both are there", async () => {
    const event = { event_type: "boot", customer: "late", value: 2 };
    const answer = await ingest(
      { id: "1", ...event },
      { id: "2", ...event },
      { id: "3", ...event, value: 5 },
    );
    expect(answer).toMatchObject({ accepted: 3, unresolved: 3, rejected: [] });
    expect(await ingest({ id: "1", ...event })).toMatchObject({ accepted: 0, duplicates: 1, unresolved: 0 });
    const customerId = await world.addCustomer("late");
    expect(await world.inTenant((tx) => adoptEvents(tx, { customerId }))).toEqual({ adopted: 0 });
    const meter = await world.addMeter({ code: "boots", eventType: "boot", aggregation: "sum" });
    expect(await quantity(meter, customerId)).toEqual(["0"]);
    expect(await fill(meter)).toEqual({ adopted: 3, hours: 0 });
    expect(await quantity(meter, customerId)).toEqual(["9"]);
    expect(await fill(meter)).toEqual({ adopted: 0, hours: 0 });
    expect(await quantity(meter, customerId)).toEqual(["9"]);
  });

  it("counts events sent by meter code when a meter of that code and another type appears", async () => {
    const customerId = await world.addCustomer("coder");
    await ingest({ id: "m1", meter: "seats", customer: "coder", value: 4 });
    await ingest({ id: "m2", event_type: "seats", customer: "coder", value: 8 });
    const meter = await world.addMeter({ code: "seats", eventType: "seat_change", aggregation: "sum" });
    expect(await fill(meter)).toMatchObject({ adopted: 1 });
    expect(await quantity(meter, customerId)).toEqual(["4"]);
  });

  it("gives a new meter the past of a type that another meter counts already", async () => {
    const customerId = await world.addCustomer("shared");
    const first = await world.addMeter({ code: "all", eventType: "shared", aggregation: "count" });
    await ingest(
      { id: "s1", event_type: "shared", customer: "shared", properties: { gb: "1.5" } },
      { id: "s2", event_type: "shared", customer: "shared", properties: { gb: "a lot" } },
      { id: "s3", event_type: "shared", customer: "shared", properties: { gb: 2 } },
    );
    const second = await world.addMeter({
      code: "gb",
      eventType: "shared",
      aggregation: "sum",
      valueProperty: "gb",
    });
    expect(await fill(second)).toEqual({ adopted: 0, hours: 1 });
    expect(await quantity(first, customerId)).toEqual(["3"]);
    expect(await quantity(second, customerId)).toEqual(["3.5"]);
  });

  it("counts each event once when several adopt at the same time", async () => {
    const meter = await world.addMeter({ code: "race", aggregation: "count" });
    await ingest(
      ...Array.from({ length: 300 }, (_, n) => ({ id: `r${n}`, event_type: "race", customer: "racer" })),
    );
    const customerId = await world.addCustomer("racer");
    const adoptions = await Promise.all(
      [{ customerId }, {}, { customerId }].map((input) => world.inTenant((tx) => adoptEvents(tx, input))),
    );
    expect(adoptions.reduce((sum, { adopted }) => sum + adopted, 0)).toBe(300);
    expect(await quantity(meter, customerId)).toEqual(["300"]);
  });
});
