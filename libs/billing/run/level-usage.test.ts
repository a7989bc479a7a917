import { Temporal } from "temporal-polyfill";
import { startChangeTenant } from "#libs/testkit/change-world.ts";
import { makeMeter, makePlan, usagePrice } from "#libs/testkit/factories.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { changeSubscription } from "../subscription/change-subscription.ts";

describe("storage of 100 GB at 1.00 for a month", () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await openTestDatabase();
  });
  afterAll(() => test.close());

  async function open(now: string) {
    const tenant = await startChangeTenant(test, now, { small: {}, big: {} });
    await makeMeter(tenant, {
      ...{ code: "storage", eventType: "calls", aggregation: "weighted_sum", carryOver: true },
    });
    const storage = usagePrice("storage", {
      ...{ chargeModel: { model: "per_unit", unitAmount: "1.00" }, proration: "second" },
    });
    await makePlan(tenant, { code: "a", prices: [storage] });
    await makePlan(tenant, { code: "b", prices: [storage] });
    return tenant;
  }

  it("costs 100.00 together before and after a change of plan", async () => {
    const tenant = await open("2026-04-01T00:00:00Z");
    const subscriptionId = await tenant.subscribe({ plan: { code: "a" } });
    await tenant.bill(subscriptionId);
    await tenant.send("100", "2026-04-01T00:00:00Z");
    await tenant.moveClock("2026-04-16T00:00:00Z");
    await tenant.inTenant((tx) => changeSubscription(tx, { subscriptionId, plan: { code: "b" } }));
    await tenant.moveClock("2026-05-01T00:00:00Z");
    await tenant.bill(subscriptionId);
    const half = "1296000/2592000";
    expect(await tenant.invoices(subscriptionId)).toEqual([
      ["change 5000", `usage storage 5000 ${half}`],
      ["cycle 5000", `usage storage 5000 ${half}`],
    ]);
  });

  it("costs 50.00 where the first month begins on its 16th day", async () => {
    const tenant = await open("2026-04-16T00:00:00Z");
    const subscriptionId = await tenant.subscribe({
      ...{ plan: { code: "a" }, anchor: "calendar", startsAt: Temporal.Instant.from("2026-04-16T00:00:00Z") },
    });
    await tenant.send("100", "2026-04-16T00:00:00Z");
    await tenant.moveClock("2026-05-01T00:00:00Z");
    await tenant.bill(subscriptionId);
    expect((await tenant.invoices(subscriptionId)).at(-1)?.[0]).toBe("cycle 5000");
  });
});
