import { withSystem } from "#libs/data/database.ts";
import { readWorkFigures } from "#libs/data/work-figures.ts";
import { createLogger } from "#libs/platform/logger.ts";
import { type MeteredTenant, type MeteredWorld, openMeteredWorld } from "#libs/testkit/metered-world.ts";
import { parseEventJson } from "../usage/event-wire.ts";
import { ingestEvents } from "../usage/ingest-events.ts";
import { readAnomalies } from "./read-anomalies.ts";
import { sweepAnomalies } from "./sweep-anomalies.ts";

const monthOf = (month: number) => String(month).padStart(2, "0");

describe("the anomaly report", () => {
  let world: MeteredWorld;
  let tenant: MeteredTenant;

  /** Ten calls a month (15.00 with the fee) from January to May, 2000 in June, none in July and August. */
  beforeAll(async () => {
    world = await openMeteredWorld();
    tenant = await world.start("2026-01-01T00:00:00Z");
    const calls = ["10", "10", "10", "10", "10", "2000", null, null];
    for (const [index, value] of calls.entries()) {
      const month = index + 1;
      await tenant.moveClock(`2026-${monthOf(month + 1)}-01T00:00:00Z`);
      if (value !== null) await tenant.send(value, `2026-${monthOf(month)}-10T00:00:00Z`);
      await tenant.bill();
    }
  });
  afterAll(() => world.close());

  const found = (month: string) => tenant.inTenant((tx) => readAnomalies(tx, month));
  const send = (events: readonly object[]) =>
    tenant.inTenant((tx) => ingestEvents(tx, parseEventJson(events).events));

  it("names an amount far from those before it, with what was expected and from which invoices", async () => {
    const [only, ...others] = await found("2026-06");
    expect(others).toEqual([]);
    expect(only).toMatchObject({
      ...{ kind: "amount_unusual", customerId: tenant.customerId, customerRef: "acme" },
      ...{ currency: "USD", found: "513.50", expectedLow: "7.50", expectedHigh: "22.50" },
      ...{ number: "INV-202607-00001", subscriptionId: tenant.subscriptionId },
    });
    expect(only?.basedOn).toEqual(
      [6, 5, 4, 3, 2].map((month) => `INV-2026${monthOf(month)}-0000${month === 2 ? 2 : 1}`),
    );
    expect(only?.detail).toBe(
      "513.50 USD before tax is above what 5 invoices before let expect: their median is 15.00",
    );
  });

  it("finds nothing in months like those before, or with too few of them", async () => {
    for (const month of ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05"])
      expect(await found(month)).toEqual([]);
  });

  it("names the first period without usage after months with some, and no amount that stays in its range", async () => {
    expect(await found("2026-07")).toMatchObject([
      {
        ...{ kind: "usage_stopped", meter: "calls", found: "0", expectedLow: "1" },
        detail: "no event of calls in this period; the 6 before had 1, 1, 1, 1, 1, 1, the latest first",
      },
    ]);
    expect(await found("2026-08")).toEqual([]);
  });

  it("names usage that no price bills, usage of nobody, and usage that nothing counts", async () => {
    const at = "2025-12-30T10:30:00Z";
    const answer = await send([
      { id: "early", event_type: "calls", customer: "acme", timestamp: at, value: "4" },
      { id: "nobody", event_type: "calls", customer: "globex", timestamp: at, value: "4" },
      { id: "nothing", event_type: "cals", customer: "acme", timestamp: at, value: "4" },
    ]);
    expect(answer).toMatchObject({ accepted: 3, unresolved: 2 });
    expect(await found("2025-12")).toMatchObject([
      {
        ...{ kind: "usage_unpriced", customerRef: "acme", meter: "calls", found: "1" },
        detail:
          "1 events of calls from the hour of 2025-12-30T10:00Z to that of 2025-12-30T10:00Z: the customer has no subscription then",
      },
      {
        ...{ kind: "usage_unresolved", customerRef: "globex", customerId: null },
        detail: expect.stringMatching(/not counted: there is no customer "globex"/),
      },
      {
        ...{ kind: "usage_unresolved", customerRef: "acme", customerId: tenant.customerId },
        detail: expect.stringMatching(/not counted: no meter counts events of type "cals"/),
      },
    ]);
    expect(await found("2025-11")).toEqual([]);
  });

  it("is the same each time, and counted for the metrics, of this month and the one before", async () => {
    expect(await found("2026-06")).toEqual(await found("2026-06"));
    await send([
      { id: "lost", event_type: "calls", customer: "globex", timestamp: "2026-08-20T00:00:00Z", value: "1" },
      { id: "new", event_type: "calls", customer: "globex", timestamp: "2026-09-01T00:00:00Z", value: "1" },
    ]);
    const logger = createLogger({ level: "error", format: "json", process: "test", silent: true });
    // The clock shows 1 September: of August one, of September one; those of June and July are over.
    expect(await sweepAnomalies({ database: world.test.database, logger })).toBe(2);
    const { anomalies } = await withSystem(world.test.database, readWorkFigures);
    expect([...anomalies].sort((a, b) => (a.kind < b.kind ? -1 : 1))).toEqual([
      { kind: "amount_unusual", findings: 0 },
      { kind: "usage_stopped", findings: 0 },
      { kind: "usage_unpriced", findings: 0 },
      { kind: "usage_unresolved", findings: 2 },
    ]);
  });
});
