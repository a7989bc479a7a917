import { Temporal } from "temporal-polyfill";
import { formatDecimal } from "#libs/core/money/decimal.ts";
import type { Meter } from "#libs/core/usage/meter.ts";
import { bucketOf, hourOf, type UsageBucket } from "#libs/core/usage/usage-bucket.ts";
import type { UsageValue } from "#libs/core/usage/usage-value.ts";
import { listBuckets } from "#libs/data/usage-buckets.ts";
import { testSeed } from "#libs/testkit/test-seed.ts";
import { meterStream, randomStream, type StreamEvent, seededRandom } from "#libs/testkit/usage-stream.ts";
import { openUsageWorld, type UsageWorld } from "#libs/testkit/usage-world.ts";
import { adoptEvents } from "./adopt-events.ts";
import { parseEventJson } from "./event-wire.ts";
import { ingestEvents } from "./ingest-events.ts";
import { recountHour } from "./recount-hour.ts";

const seed = testSeed("rebuilt buckets");
const senders = 4;
const customers = ["ada", "bob", "late"];
const place = { timezone: "UTC", from: "2026-03-10T08:00", days: 0.125 };
const hours = ["08", "09", "10"].map((hour) => Temporal.Instant.from(`2026-03-10T${hour}:00:00Z`));

describe("buckets that are thrown away and rebuilt while senders go on", () => {
  let world: UsageWorld;
  const customerIds = new Map<string, string>();
  const meters: (Meter & { id: string })[] = [];
  const sent = new Map<string, StreamEvent[]>();
  beforeAll(async () => {
    world = await openUsageWorld("2026-03-10T12:30:00Z");
    for (const name of ["ada", "bob"]) customerIds.set(name, await world.addCustomer(name));
    for (const meter of [
      { code: "n", aggregation: "count" },
      { code: "s", aggregation: "sum", groupBy: ["region"] },
      { code: "l", aggregation: "latest", filters: [{ property: "user", op: "exists" }] },
    ] as const) {
      meters.push(await world.addMeter({ ...meter, eventType: "work" }));
    }
  });
  afterAll(() => world.close());

  /** One sender's events for one customer, in small batches; each batch is sent twice. */
  const sendAll = async (sender: number, customer: string, events: readonly StreamEvent[]) => {
    for (let from = 0; from < events.length; from += 8) {
      const batch = events.slice(from, from + 8).map(({ subscription, source, ...event }) => {
        return { ...event, source: `${sender} ${customer} ${source}`, event_type: "work", customer };
      });
      const send = () => world.inTenant((tx) => ingestEvents(tx, parseEventJson(batch).events));
      const answers = await Promise.all([send(), send()]);
      expect(answers.map(({ accepted }) => accepted).sort((a, b) => a - b)).toEqual([0, batch.length]);
    }
  };

  const rebuildUntil = async (isOver: () => boolean): Promise<number> => {
    let repaired = 0;
    do {
      for (const hour of hours) {
        // In the order in which everybody locks buckets.
        await world.test.owner.query(
          `with found as (select tableoid, ctid from usage_hour where hour = $1
             order by customer_id, meter_id, hour, group_key, subscription_id for update)
           delete from usage_hour u using found f where u.ctid = f.ctid and u.tableoid = f.tableoid`,
          [hour.toString()],
        );
        repaired += (await world.inTenant((tx) => recountHour(tx, { hour }))).repaired;
      }
    } while (!isOver());
    return repaired;
  };

  const plain = ({ sum, min, max, last, ...rest }: UsageBucket) => ({
    ...{ ...rest, n: `${rest.n}`, sum: formatDecimal(sum), min: formatDecimal(min) },
    ...{ max: formatDecimal(max), last: formatDecimal(last) },
  });

  const stored = async () => {
    const found = new Map<string, unknown>();
    for (const hour of hours) {
      for (const { key, bucket } of await world.inTenant((tx) => listBuckets(tx, hour.toString(), null))) {
        found.set([key.customerId, key.meterId, key.hour, key.group].join(" "), plain(bucket));
      }
    }
    return found;
  };

  /** What the raw events make, by core alone. */
  const expected = () => {
    const found = new Map<string, unknown>();
    for (const [customer, events] of sent) {
      for (const meter of meters) {
        for (const [group, values] of meterStream(meter, events, null)) {
          const byHour = new Map<string, UsageValue[]>();
          for (const { value } of values) {
            const hour = hourOf(value.at).toString();
            byHour.set(hour, [...(byHour.get(hour) ?? []), value]);
          }
          for (const [hour, each] of byHour) {
            const bucket = bucketOf(each);
            const key = [customerIds.get(customer), meter.id, hour, group].join(" ");
            if (bucket !== null) found.set(key, plain(bucket));
          }
        }
      }
    }
    return found;
  };

  it("come out as the events make them, those of a customer who came later too", async () => {
    const random = seededRandom(seed);
    const early = randomStream(random, { ...place, from: "2026-03-10T09:00", days: 0.04 }, 8);
    sent.set("late", early);
    await sendAll(senders, "late", early);
    let sending = true;
    const work = Array.from({ length: senders }, (_, sender) =>
      customers.map((customer) => {
        const from = Date.parse(`${place.from}Z`);
        const events = randomStream(random, place, 40).filter(
          ({ timestamp }) => Date.parse(timestamp) >= from,
        );
        sent.set(customer, [...(sent.get(customer) ?? []), ...events]);
        return sendAll(sender, customer, events);
      }),
    ).flat();
    const over = Promise.all(work).finally(() => {
      sending = false;
    });
    const [adopted, repaired, again] = await Promise.all([
      world.addCustomer("late").then(async (id) => {
        customerIds.set("late", id);
        let adopted = 0;
        do adopted += (await world.inTenant((tx) => adoptEvents(tx, {}))).adopted;
        while (sending);
        return adopted;
      }),
      rebuildUntil(() => !sending),
      rebuildUntil(() => !sending),
      over,
    ]);
    await world.inTenant((tx) => adoptEvents(tx, {}));
    expect({ seed, buckets: await stored() }).toEqual({ seed, buckets: expected() });
    for (const hour of hours) {
      expect(await world.inTenant((tx) => recountHour(tx, { hour }))).toMatchObject({ repaired: 0 });
    }
    expect(adopted).toBeGreaterThanOrEqual(early.length);
    expect(repaired + again).toBeGreaterThan(0);
  }, 120_000);
});
