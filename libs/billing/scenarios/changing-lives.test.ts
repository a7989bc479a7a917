import { Temporal } from "temporal-polyfill";
import type { Plan } from "#libs/core/price/plan.ts";
import type { Price } from "#libs/core/price/price.ts";
import { balancesOf, breachesIn, coverageOf, invoicesOf, use } from "#libs/testkit/customer-life.ts";
import {
  flatPrice,
  makeCustomer,
  makeMeter,
  makePlan,
  makeSubscription,
  makeTenant,
  type TestTenant,
  usagePrice,
} from "#libs/testkit/factories.ts";
import { openWorkWorld, type WorkWorld } from "#libs/testkit/work-world.ts";
import { createCoupon } from "../catalog/create-coupon.ts";
import { createPlanVersion } from "../catalog/create-plan-version.ts";
import { grantCredit } from "../credit/grant-credit.ts";
import { cancelSubscription } from "../subscription/cancel-subscription.ts";
import { changeSubscription } from "../subscription/change-subscription.ts";
import type { NewSubscription } from "../subscription/create-subscription.ts";
import { pauseSubscription } from "../subscription/pause-subscription.ts";
import { reactivateSubscription } from "../subscription/reactivate-subscription.ts";
import { resumeSubscription } from "../subscription/resume-subscription.ts";

const at = (text: string) => Temporal.Instant.from(text);
const fee = (amount: string, fields: Partial<Price> = {}): Price =>
  flatPrice({ billing: "in_advance", chargeModel: { model: "flat", amount }, ...fields });

describe("a customer who changes things", () => {
  let world: WorkWorld;
  beforeAll(async () => {
    world = await openWorkWorld();
  });
  afterAll(() => world.close());

  type Life = {
    readonly tenant: TestTenant;
    readonly customer: string;
    readonly subscriptionId: string;
    readonly until: (time: string) => Promise<void>;
    readonly call: (value: string, time: string) => Promise<void>;
  };

  /** A customer who subscribes at `from` to a plan with these prices; there is a meter `calls`. */
  async function begin(
    from: string,
    prices: readonly Price[],
    more: { readonly plan?: Partial<Plan>; readonly subscription?: Partial<NewSubscription> } = {},
  ): Promise<Life> {
    const tenant = await makeTenant(world.test, { clockNow: at(from) });
    const customer = (await makeCustomer(tenant)).id;
    await makeMeter(tenant, { code: "calls" });
    const plan = await makePlan(tenant, { code: "first", prices, ...more.plan });
    const terms = { customer: { id: customer }, plan: { id: plan.id }, ...more.subscription };
    const subscription = await makeSubscription(tenant, terms);
    return {
      ...{ tenant, customer, subscriptionId: subscription.id },
      until: (time) => world.travel(tenant, at(time)),
      call: (value, time) => use(tenant, { customer, meter: "calls", at: at(time), value }),
    };
  }
  const lifeOf = async ({ tenant }: Life) => {
    expect(await coverageOf(world, tenant)).not.toContain(false);
    return { invoices: await invoicesOf(world, tenant), ledger: await balancesOf(tenant) };
  };

  it("upgrades in the middle of March in New York, where an hour is missing from the month", async () => {
    const calls = usagePrice("calls", { chargeModel: { model: "per_unit", unitAmount: "0.01" } });
    const life = await begin("2026-03-01T05:00:00Z", [fee("74.30"), calls], {
      subscription: { timezone: "America/New_York" },
    });
    const { tenant, subscriptionId } = life;
    const big = await makePlan(tenant, { code: "big", prices: [fee("148.60", { name: "Big fee" }), calls] });
    await life.until("2026-03-16T04:00:00Z");
    await life.call("1000", "2026-03-10T00:00:00Z");
    // 384 of the month's 743 hours are left
    await tenant.inTenant((tx) => changeSubscription(tx, { subscriptionId, plan: { id: big.id } }));
    await life.until("2026-04-01T03:59:59Z");
    await life.call("500", "2026-04-01T03:59:59Z");
    await life.until("2026-04-01T04:00:00Z");
    expect(await lifeOf(life)).toEqual({
      invoices: [
        "2026-03-01 start 74.30 USD: Base fee 74.30",
        "2026-03-16 change 48.40 USD: Base fee -38.40, Calls 10.00, Big fee 76.80",
        "2026-04-01 cycle 153.60 USD: Big fee 148.60, Calls 5.00",
      ],
      ledger: ["receivable USD 276.30", "revenue USD -276.30"],
    });
  });

  it("commits to a minimum and is charged for what is missing, month by month", async () => {
    const life = await begin("2026-01-01T00:00:00Z", [usagePrice("calls")], {
      plan: { minimumCommitment: "50.00" },
    });
    await life.until("2026-01-20T00:00:00Z");
    await life.call("240", "2026-01-19T00:00:00Z");
    await life.until("2026-02-20T00:00:00Z");
    await life.call("1200", "2026-02-19T00:00:00Z");
    await life.until("2026-03-05T00:00:00Z");
    expect(await lifeOf(life)).toEqual({
      invoices: [
        "2026-02-01 cycle 50.00 USD: Calls 12.00, Minimum commitment 38.00",
        "2026-03-01 cycle 60.00 USD: Calls 60.00",
      ],
      ledger: ["receivable USD 110.00", "revenue USD -110.00"],
    });
  });

  it("cancels, thinks better of it, and leaves for good in February with the rest of its fee as credit", async () => {
    const life = await begin("2026-01-01T00:00:00Z", [fee("31.00")]);
    const { tenant, subscriptionId } = life;
    await life.until("2026-01-10T00:00:00Z");
    await tenant.inTenant((tx) => cancelSubscription(tx, { subscriptionId, at: "period_end" }));
    await life.until("2026-01-20T00:00:00Z");
    await tenant.inTenant((tx) => reactivateSubscription(tx, { subscriptionId }));
    await life.until("2026-02-15T00:00:00Z");
    await tenant.inTenant((tx) => cancelSubscription(tx, { subscriptionId, at: "now", refund: "prorated" }));
    await life.until("2026-05-01T00:00:00Z");
    expect(await lifeOf(life)).toEqual({
      invoices: [
        "2026-01-01 start 31.00 USD: Base fee 31.00",
        "2026-02-01 cycle 31.00 USD: Base fee 31.00",
        "2026-02-15 final -15.50 USD (due 0.00): Base fee -15.50",
      ],
      ledger: ["customer_credit USD -15.50", "receivable USD 62.00", "revenue USD -46.50"],
    });
  });

  it("pauses from March into April: nothing of that time is billed, and what was prepaid comes back", async () => {
    const life = await begin("2026-03-01T00:00:00Z", [fee("31.00"), usagePrice("calls")]);
    const { tenant, subscriptionId } = life;
    await life.until("2026-03-11T00:00:00Z");
    await life.call("100", "2026-03-10T00:00:00Z");
    await tenant.inTenant((tx) => pauseSubscription(tx, { subscriptionId }));
    await life.until("2026-04-06T00:00:00Z");
    await life.call("5000", "2026-04-01T00:00:00Z");
    await tenant.inTenant((tx) => resumeSubscription(tx, { subscriptionId }));
    await life.until("2026-05-01T00:00:00Z");
    expect(await lifeOf(life)).toEqual({
      invoices: [
        "2026-03-01 start 31.00 USD: Base fee 31.00",
        "2026-03-11 change -16.00 USD (due 0.00): Base fee -21.00, Calls 5.00",
        "2026-04-06 change 25.83 USD (due 9.83): Base fee 25.83",
        "2026-05-01 cycle 31.00 USD: Base fee 31.00, Calls 0.00",
      ],
      ledger: ["customer_credit USD 0.00", "receivable USD 71.83", "revenue USD -71.83"],
    });
  });

  it("has a coupon for two invoices, and pays in full from the third", async () => {
    const tenantLife = await begin("2026-01-01T00:00:00Z", [fee("20.00")], {
      subscription: { startsAt: at("2026-02-01T00:00:00Z") },
    });
    const { tenant, customer } = tenantLife;
    await tenant.inTenant((tx) =>
      createCoupon(tx, {
        ...{ code: "half", name: "Half", percentOff: "50" },
        ...{ duration: "repeating" as const, durationPeriods: 2 },
      }),
    );
    await makeSubscription(tenant, {
      ...{ customer: { id: customer }, plan: { code: "first" }, coupon: { code: "half" } },
      startsAt: at("2026-01-01T00:00:00Z"),
      endsAt: at("2026-04-01T00:00:00Z"),
    });
    await tenantLife.until("2026-03-02T00:00:00Z");
    const { invoices, ledger } = await lifeOf(tenantLife);
    expect(invoices.sort()).toEqual([
      "2026-01-01 start 10.00 USD: Base fee 20.00",
      "2026-02-01 cycle 10.00 USD: Base fee 20.00",
      "2026-02-01 start 20.00 USD: Base fee 20.00",
      "2026-03-01 cycle 20.00 USD: Base fee 20.00",
      "2026-03-01 cycle 20.00 USD: Base fee 20.00",
    ]);
    expect(ledger).toEqual(["receivable USD 80.00", "revenue USD -80.00"]);
  });

  it("lives on credit until it runs out in the third month", async () => {
    const life = await begin("2026-01-01T00:00:00Z", [fee("10.00")]);
    const { tenant, customer } = life;
    await tenant.inTenant((tx) =>
      grantCredit(tx, { customer: { id: customer }, amount: "25.00", currency: "USD" }),
    );
    await life.until("2026-04-01T00:00:00Z");
    expect(await lifeOf(life)).toEqual({
      invoices: [
        "2026-01-01 start 10.00 USD (due 0.00): Base fee 10.00",
        "2026-02-01 cycle 10.00 USD (due 0.00): Base fee 10.00",
        "2026-03-01 cycle 10.00 USD (due 5.00): Base fee 10.00",
        "2026-04-01 cycle 10.00 USD: Base fee 10.00",
      ],
      ledger: ["customer_credit USD 0.00", "receivable USD 15.00", "revenue USD -15.00"],
    });
  });

  it("stays on its version of the plan until it is moved to the newest one", async () => {
    const life = await begin("2026-01-01T00:00:00Z", [fee("10.00")]);
    const { tenant, subscriptionId } = life;
    const first = await tenant.inTenant((tx) =>
      createPlanVersion(tx, {
        ...{ plan: { code: "first" }, currency: "USD", interval: { unit: "month" as const, count: 1 } },
        prices: [fee("12.00")],
      }),
    );
    expect(first.plan_version).toBe(2);
    await life.until("2026-02-10T00:00:00Z");
    await tenant.inTenant((tx) =>
      changeSubscription(tx, { subscriptionId, plan: { code: "first" }, at: "period_end" }),
    );
    await life.until("2026-04-01T00:00:00Z");
    expect(await lifeOf(life)).toEqual({
      invoices: [
        "2026-01-01 start 10.00 USD: Base fee 10.00",
        "2026-02-01 cycle 10.00 USD: Base fee 10.00",
        "2026-03-01 change 12.00 USD: Base fee 12.00",
        "2026-04-01 cycle 12.00 USD: Base fee 12.00",
      ],
      ledger: ["receivable USD 44.00", "revenue USD -44.00"],
    });
  });

  it("leaves books in which every invariant holds, whatever happened", async () => {
    expect(await breachesIn(world, { deep: true })).toEqual([]);
    expect(await breachesIn(world)).toEqual([]);
  });
});
