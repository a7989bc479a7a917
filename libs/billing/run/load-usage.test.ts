import { Temporal } from "temporal-polyfill";
import { parseEventJson } from "#libs/billing/usage/event-wire.ts";
import { ingestEvents } from "#libs/billing/usage/ingest-events.ts";
import { makeCustomer, makeMeter, makePlan, makeSubscription, usagePrice } from "#libs/testkit/factories.ts";
import { openUsageWorld, type UsageWorld } from "#libs/testkit/usage-world.ts";
import { type GenerateResult, generateInvoices } from "./generate-invoices.ts";

describe("usage of a price by the hour", () => {
  let world: UsageWorld;
  const subscriptionIds: string[] = [];
  beforeAll(async () => {
    world = await openUsageWorld("2026-02-01T00:00:00Z");
    const tenant = { tenantId: world.scope.tenantId, inTenant: world.inTenant };
    await makeMeter(tenant, { code: "calls", groupBy: ["region"] });
    const plan = await makePlan(tenant, {
      prices: [
        usagePrice("calls", {
          ratePer: { window: "hour", groupBy: [] },
          chargeModel: { model: "package", size: "10", amount: "1.00" },
        }),
      ],
    });
    for (let n = 0; n < 12; n++) {
      const customer = `customer ${n}`;
      const { id } = await makeCustomer(tenant, { externalId: customer });
      const startsAt = Temporal.Instant.from("2026-01-01T00:00:00Z");
      const subscription = await makeSubscription(tenant, {
        customer: { id },
        plan: { id: plan.id },
        startsAt,
      });
      subscriptionIds.push(subscription.id);
      const events = [
        ["8", "2026-01-10T09:59:59.999Z", "eu"],
        ["8", "2026-01-10T10:00:00Z", "eu"],
        ["8", "2026-01-10T10:59:59Z", "us"],
        ["1", "2026-01-31T23:30:00Z", "us"],
      ].map(([value, timestamp, region], e) => ({
        ...{ id: `${n}/${e}`, event_type: "calls", customer, value, timestamp, properties: { region } },
      }));
      await world.inTenant((tx) => ingestEvents(tx, parseEventJson(events).events));
    }
  });
  afterAll(() => world.close());

  const bill = async (ids: readonly string[]): Promise<{ result: GenerateResult; statements: string[] }> => {
    const results: GenerateResult[] = [];
    const log = await world.logStatements(() =>
      world.inTenant(async (tx) => {
        const cutoffs = new Map([["UTC", tx.now]]);
        results.push(await generateInvoices(tx, { subscriptionIds: ids, cutoffs, dryRun: true }));
      }),
    );
    const [result] = results;
    if (result === undefined) throw new Error("nothing was billed");
    return { result, statements: log.filter((sql) => /usage_(hour|event)/.test(sql)) };
  };

  it("is rated hour by hour, groups of an hour together", async () => {
    const { result } = await bill(subscriptionIds.slice(0, 1));
    // 8 calls at nine, 16 at ten, 1 in the last hour: 1, 2 and 1 packages.
    expect(result.invoices).toMatchObject([{ total: "4.00", lines: 2 }]);
  });

  it("is read for a whole chunk in one statement of buckets, however many subscriptions and hours", async () => {
    const one = await bill(subscriptionIds.slice(0, 1));
    const all = await bill(subscriptionIds);
    expect(all.result.invoices.map(({ total }) => total)).toEqual(subscriptionIds.map(() => "4.00"));
    expect(one.statements).toHaveLength(1);
    expect(all.statements).toHaveLength(1);
    expect(all.statements[0]).toMatch(/from usage_hour/);
  });
});
