import { Temporal } from "temporal-polyfill";
import { makeMeter } from "#libs/testkit/factories.ts";
import { openUsageWorld, type UsageWorld } from "#libs/testkit/usage-world.ts";
import { parseEventJson } from "./event-wire.ts";
import { ingestEvents } from "./ingest-events.ts";
import { readUsage } from "./read-usage.ts";

type Sent = { readonly at: Date; readonly thousandths: number };

const from = Temporal.Instant.from("2026-02-27T05:13:27Z");
const to = Temporal.Instant.from("2026-04-02T20:40:01Z");
const spanMs = to.epochMilliseconds - from.epochMilliseconds;

describe("readUsage", () => {
  let world: UsageWorld;
  let customerId: string;
  const sent: Sent[] = [];
  const meters = new Map<string, string>();
  beforeAll(async () => {
    world = await openUsageWorld("2026-04-03T00:00:00Z");
    customerId = await world.addCustomer("acme");
    for (const aggregation of ["count", "sum", "max"] as const) {
      const meter = await makeMeter(
        { tenantId: world.scope.tenantId, inTenant: world.inTenant },
        { code: aggregation, eventType: "work", aggregation },
      );
      meters.set(aggregation, meter.id);
    }
    const random = seededRandom(11);
    for (let n = 0; n < 4_000; n++) {
      const seconds = Math.floor((random() * spanMs) / 1_000);
      const atBoundary = n % 4 === 0; // half hours and the seconds around them, where local days and months end
      const second = atBoundary ? Math.floor(seconds / 1_800) * 1_800 - (n % 3) + 1 : seconds;
      const at = new Date(Math.floor(from.epochMilliseconds / 1_800_000) * 1_800_000 + second * 1_000);
      sent.push({ at, thousandths: Math.floor(random() * 20_000) - 5_000 });
    }
    for (const at of ["2026-03-31T18:29:59Z", "2026-03-31T18:30:00Z", "2026-03-08T06:59:59Z"]) {
      sent.push({ at: new Date(at), thousandths: 1_000 });
    }
    const events = sent.map(({ at, thousandths }, n) => ({
      ...{ id: `e${n}`, event_type: "work", customer: "acme" },
      ...{ timestamp: at.toISOString(), value: thousandths / 1_000 },
    }));
    const answer = await world.inTenant((tx) => ingestEvents(tx, parseEventJson(events).events));
    expect(answer).toMatchObject({ accepted: sent.length, rejected: [] });
  });
  afterAll(() => world.close());

  it.each([
    ["Asia/Kolkata", "hour"],
    ["Asia/Kolkata", "day"],
    ["Asia/Kolkata", "month"],
    ["America/New_York", "hour"],
    ["America/New_York", "day"],
    ["America/New_York", "month"],
  ] as const)(
    "cuts usage in %s by the %s as a wall clock there does, to the second",
    async (timezone, window) => {
      const expected = byWallClock(sent, timezone, window);
      for (const [code, quantityOf] of Object.entries(aggregations)) {
        const { windows } = await world.inTenant((tx) =>
          readUsage(tx, {
            ...{ customer: { id: customerId }, meter: { id: meters.get(code) ?? "" } },
            ...{ from, to, window, timezone },
          }),
        );
        const full = windows.filter((each) => each.eventCount > 0n);
        expect(full.map((each) => [each.quantity, each.eventCount])).toEqual(
          expected.map((values) => [quantityOf(values), BigInt(values.length)]),
        );
        expect(windows[0]?.start.equals(from)).toBe(true);
        expect(windows.at(-1)?.end.equals(to)).toBe(true);
      }
    },
  );

  it("gives one window over everything when none is asked for", async () => {
    const { windows } = await world.inTenant((tx) =>
      readUsage(tx, {
        ...{ customer: { id: customerId }, meter: { id: meters.get("sum") ?? "" } },
        ...{ from, to, window: null, timezone: "UTC" },
      }),
    );
    const inside = byWallClock(sent, "UTC", null).flat();
    expect(windows).toMatchObject([
      { quantity: aggregations.sum(inside), eventCount: BigInt(inside.length) },
    ]);
  });
});

const aggregations = {
  count: (values: readonly number[]) => String(values.length),
  sum: (values: readonly number[]) => decimal(values.reduce((sum, each) => sum + each, 0)),
  max: (values: readonly number[]) => decimal(Math.max(...values)),
};

/** Values of the events in each window that holds any, in order, cut by what Intl says the wall clock shows. */
function byWallClock(
  sent: readonly Sent[],
  timeZone: string,
  window: "hour" | "day" | "month" | null,
): number[][] {
  const clock = new Intl.DateTimeFormat("sv-SE", {
    ...{ timeZone, year: "numeric", month: "2-digit", day: "2-digit" },
    ...{ hour: "2-digit", timeZoneName: "longOffset" },
  });
  const groups = new Map<string, number[]>();
  for (const { at, thousandths } of [...sent].sort((a, b) => a.at.getTime() - b.at.getTime())) {
    if (at.getTime() < from.epochMilliseconds || at.getTime() >= to.epochMilliseconds) continue;
    const shown = new Map(clock.formatToParts(at).map((part) => [part.type, part.value]));
    const names = { hour: ["year", "month", "day", "hour", "timeZoneName"], day: ["year", "month", "day"] };
    const parts = window === null ? [] : window === "month" ? ["year", "month"] : names[window];
    const key = parts.map((name) => shown.get(name as Intl.DateTimeFormatPartTypes)).join(" ");
    groups.set(key, [...(groups.get(key) ?? []), thousandths]);
  }
  return [...groups.values()];
}

function decimal(thousandths: number): string {
  const digits = String(Math.abs(thousandths)).padStart(4, "0");
  const text = `${digits.slice(0, -3)}.${digits.slice(-3)}`.replace(/\.?0+$/, "");
  return thousandths < 0 ? `-${text}` : text;
}

function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}
