import { Temporal } from "temporal-polyfill";
import { openUsageWorld, type UsageWorld } from "#libs/testkit/usage-world.ts";
import { usageRecount } from "#libs/jobs/usage-recount.job.ts";
import { createLogger } from "#libs/platform/logger.ts";
import { parseEventJson } from "./event-wire.ts";
import { ingestEvents } from "./ingest-events.ts";
import { planRecounts } from "./plan-recounts.ts";
import { dueRecounts, recountHour } from "./recount-hour.ts";
import { recountUsage } from "./recount-usage.ts";

const logger = createLogger({ level: "info", format: "json", process: "test", silent: true });
const ten = Temporal.Instant.from("2026-03-10T10:00:00Z");

describe("recountHour", () => {
  let world: UsageWorld;
  beforeAll(async () => {
    world = await openUsageWorld("2026-03-10T12:30:00Z", (event) => {
      const seed = usageRecount.seedOf(event);
      return seed === null || event.type !== "usage.recount_due" ? [] : [seed];
    });
    await world.addCustomer("ada");
    await world.addCustomer("bob");
    await world.addMeter({ code: "n", eventType: "work", aggregation: "count" });
    await world.addMeter({ code: "s", eventType: "work", aggregation: "sum", groupBy: ["region"] });
    await world.addMeter({ code: "l", eventType: "work", aggregation: "latest" });
    await world.addMeter({ code: "u", eventType: "work", aggregation: "unique_count" });
    await send(0, 240);
  });
  afterAll(() => world.close());

  /** Events a minute apart from 08:00, over two customers and three regions. */
  const send = (from: number, to: number) => {
    const events = Array.from({ length: to - from }, (_, i) => ({
      id: `e${from + i}`,
      event_type: "work",
      customer: (from + i) % 3 === 0 ? "ada" : "bob",
      value: ((from + i) % 17) - 3.25,
      timestamp: Temporal.Instant.from("2026-03-10T08:00:00Z")
        .add({ minutes: from + i })
        .toString(),
      properties: { region: ["eu", "us", "ap"][(from + i) % 3] },
    }));
    return world.inTenant((tx) => ingestEvents(tx, parseEventJson(events).events));
  };
  const buckets = async () => {
    const { rows } = await world.test.owner.query<Record<string, unknown>>(
      "select * from usage_hour order by customer_id, meter_id, hour, group_key, subscription_id",
    );
    return rows;
  };
  const recount = (hour: Temporal.Instant) => world.inTenant((tx) => recountHour(tx, { hour }));

  it("finds nothing to repair in buckets that the senders filled, and notes it", async () => {
    expect(await recount(ten)).toEqual({ buckets: 7, repaired: 0 });
    const { rows } = await world.test.owner.query("select hour, buckets, repaired from usage_recount");
    expect(rows).toEqual([{ hour: new Date("2026-03-10T10:00:00Z"), buckets: 7, repaired: 0 }]);
  });

  it("repairs a bucket that holds too much, one that is missing and one that should not be, and counts them", async () => {
    const before = await buckets();
    const atTen = "where hour = '2026-03-10T10:00:00Z'";
    const { rows } = await world.test.owner.query<{ ctid: string }>(
      `select ctid::text from usage_hour ${atTen} order by meter_id, customer_id, group_key limit 2`,
    );
    await world.test.owner.query("update usage_hour set sum = sum + 1, n = n + 4 where ctid = $1::tid", [
      rows[0]?.ctid,
    ]);
    await world.test.owner.query("delete from usage_hour where ctid = $1::tid", [rows[1]?.ctid]);
    await world.test.owner.query(
      `insert into usage_hour select tenant_id, customer_id, subscription_id, meter_id, 'region=moon', hour, n, sum, min, max, last, last_at, last_id
       from usage_hour ${atTen} and group_key = 'region=eu' limit 1`,
    );
    expect(await recount(ten)).toEqual({ buckets: 7, repaired: 3 });
    expect(await buckets()).toEqual(before);
    expect(await recount(ten)).toEqual({ buckets: 7, repaired: 0 });
  });

  it("rebuilds buckets that were thrown away as they were", async () => {
    const before = await buckets();
    await world.test.owner.query("delete from usage_hour");
    await world.test.owner.query("delete from usage_recount");
    const sweep = await recountUsage({ database: world.database, logger }, world.scope);
    expect(sweep).toEqual({ hours: 4, buckets: before.length, repaired: before.length, adopted: 0 });
    expect(await buckets()).toEqual(before);
  });

  it("leaves buckets right while senders add to the same hour", async () => {
    await world.test.owner.query("update usage_hour set n = n + 1 where hour = '2026-03-10T12:00:00Z'");
    const noon = Temporal.Instant.from("2026-03-10T12:00:00Z");
    await Promise.all([send(240, 255), recount(noon), send(255, 270), recount(noon)]);
    await recount(noon);
    expect(await recount(noon)).toEqual({ buckets: 7, repaired: 0 });
    const { rows } = await world.test.owner.query(
      "select sum(n)::int as n from usage_hour where hour = '2026-03-10T12:00:00Z' and meter_id = (select id from meter where code = 'n')",
    );
    expect(rows).toEqual([{ n: 30 }]);
  });

  it("refuses an instant that starts no hour", async () => {
    await expect(recount(ten.add({ minutes: 30 }))).rejects.toMatchObject({ code: "fields_invalid" });
  });

  it("chooses the hours that closed last and rotates through the older ones", async () => {
    await world.test.owner.query("delete from usage_recount");
    const chosen = async () =>
      (await world.inTenant((tx) => dueRecounts(tx, 1))).map((hour) => hour.toString().slice(11, 13)).sort();
    expect(await chosen()).toEqual(["09", "10", "11"]);
    await recount(Temporal.Instant.from("2026-03-10T09:00:00Z"));
    expect(await chosen()).toEqual(["08", "10", "11"]);
    await recount(Temporal.Instant.from("2026-03-10T08:00:00Z"));
    expect(await chosen()).toEqual(["09", "10", "11"]);
  });

  it("plans one job a tenant and clock hour, however many schedulers tick", async () => {
    const planned = await Promise.all([1, 2, 3].map(() => planRecounts(world.database)));
    expect(planned.reduce((sum, each) => sum + each, 0)).toBe(1);
    const { rows } = await world.test.owner.query("select name, queue from job");
    expect(rows).toEqual([{ name: "usage.recount", queue: "usage-aggregation" }]);
  });
});
