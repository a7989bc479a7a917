import { Temporal } from "temporal-polyfill";
import { balancesOf, breachesIn, coverageOf, invoicesOf, use } from "#libs/testkit/customer-life.ts";
import {
  flatPrice,
  makeCustomer,
  makeMeter,
  makePlan,
  makeSubscription,
  makeTenant,
  usagePrice,
} from "#libs/testkit/factories.ts";
import { openWorkWorld, type WorkWorld } from "#libs/testkit/work-world.ts";

const at = (text: string) => Temporal.Instant.from(text);
const local = (text: string, zone: string) =>
  Temporal.PlainDateTime.from(text).toZonedDateTime(zone).toInstant();

describe("a customer's life", () => {
  let world: WorkWorld;
  beforeAll(async () => {
    world = await openWorkWorld();
  });
  afterAll(() => world.close());

  it("goes from a trial to a paid plan: usage of the trial is free, the first fee falls due when it ends", async () => {
    const tenant = await makeTenant(world.test, { clockNow: at("2026-03-01T00:00:00Z") });
    const customer = await makeCustomer(tenant);
    const meter = await makeMeter(tenant, { code: "calls" });
    const plan = await makePlan(tenant, {
      trialDays: 14,
      prices: [
        flatPrice({ billing: "in_advance", chargeModel: { model: "flat", amount: "31.00" } }),
        usagePrice(meter.code),
      ],
    });
    await makeSubscription(tenant, { customer: { id: customer.id }, plan: { id: plan.id } });
    const call = { customer: customer.id, meter: "calls" };
    await use(tenant, { ...call, at: at("2026-02-28T23:00:00Z"), value: "7000" });
    await world.travel(tenant, at("2026-03-20T00:00:00Z"));
    await use(tenant, { ...call, at: at("2026-03-14T23:59:59Z"), value: "5000" });
    await use(tenant, { ...call, at: at("2026-03-15T00:00:00Z"), value: "100" });
    await world.travel(tenant, at("2026-04-02T00:00:00Z"));
    expect(await invoicesOf(world, tenant)).toEqual([
      "2026-03-15 start 17.00 USD: Base fee 17.00",
      "2026-04-01 cycle 36.00 USD: Base fee 31.00, Calls 5.00",
    ]);
    expect(await coverageOf(world, tenant)).toEqual([true]);
    expect(await balancesOf(tenant)).toEqual(["receivable USD 53.00", "revenue USD -53.00"]);
  });

  it("is billed on the 31st and on the last day of shorter months, through a leap February", async () => {
    const tenant = await makeTenant(world.test, { clockNow: at("2027-12-31T00:00:00Z") });
    const plan = await makePlan(tenant, { prices: [flatPrice({ billing: "in_advance" })] });
    await makeSubscription(tenant, { plan: { id: plan.id }, anchor: { day: 31 } });
    await world.travel(tenant, at("2028-04-30T12:00:00Z"));
    expect(await invoicesOf(world, tenant)).toEqual([
      "2027-12-31 start 10.00 USD: Base fee 10.00",
      "2028-01-31 cycle 10.00 USD: Base fee 10.00",
      "2028-02-29 cycle 10.00 USD: Base fee 10.00",
      "2028-03-31 cycle 10.00 USD: Base fee 10.00",
      "2028-04-30 cycle 10.00 USD: Base fee 10.00",
    ]);
    expect(await coverageOf(world, tenant)).toEqual([true]);
    expect(await balancesOf(tenant)).toEqual(["receivable USD 50.00", "revenue USD -50.00"]);
  });

  it("misses no period through 70 days of downtime: every boundary comes, in order, with its own period", async () => {
    const tenant = await makeTenant(world.test, { clockNow: at("2026-01-01T00:00:00Z") });
    const plan = await makePlan(tenant, { interval: { unit: "week", count: 2 }, prices: [flatPrice()] });
    await makeSubscription(tenant, { plan: { id: plan.id }, anchor: "anniversary" });
    await world.advance(tenant, at("2026-03-12T00:00:00Z"));
    expect(await invoicesOf(world, tenant)).toEqual(
      Array(5).fill("2026-03-12 cycle 10.00 USD: Base fee 10.00"),
    );
    const periods = await world.rows<{ period: string }>(
      `select to_char(period_start at time zone 'UTC', 'MM-DD') || '..' || to_char(period_end at time zone 'UTC', 'MM-DD') as period
       from invoice where tenant_id = $1 order by number`,
      [tenant.tenantId],
    );
    expect(periods.map(({ period }) => period)).toEqual([
      ...["01-01..01-15", "01-15..01-29", "01-29..02-12", "02-12..02-26", "02-26..03-12"],
    ]);
    expect(await coverageOf(world, tenant)).toEqual([true]);
    expect(await balancesOf(tenant)).toEqual(["receivable USD 50.00", "revenue USD -50.00"]);
  });

  it("is billed for usage that came three weeks late by the price of its own month, on the next invoice", async () => {
    const tenant = await makeTenant(world.test, { clockNow: at("2026-01-01T00:00:00Z") });
    const customer = await makeCustomer(tenant);
    const meter = await makeMeter(tenant, { code: "calls" });
    const tiers = [
      { upTo: "10", unitAmount: "1.00" },
      { upTo: null, unitAmount: "0.50" },
    ];
    const plan = await makePlan(tenant, {
      prices: [usagePrice(meter.code, { chargeModel: { model: "graduated", tiers } })],
    });
    await makeSubscription(tenant, { customer: { id: customer.id }, plan: { id: plan.id } });
    const call = { customer: customer.id, meter: "calls" };
    await world.travel(tenant, at("2026-01-31T00:00:00Z"));
    await use(tenant, { ...call, at: at("2026-01-20T00:00:00Z"), value: "8" });
    await world.travel(tenant, at("2026-02-21T00:00:00Z"));
    await use(tenant, { ...call, at: at("2026-01-31T23:59:59Z"), value: "4" });
    await use(tenant, { ...call, at: at("2026-02-20T00:00:00Z"), value: "2" });
    await world.travel(tenant, at("2026-03-02T00:00:00Z"));
    // January is 10 x 1.00 + 2 x 0.50 = 11.00, of which 8.00 were billed
    expect(await invoicesOf(world, tenant)).toEqual([
      "2026-02-01 cycle 8.00 USD: Calls 8.00",
      "2026-03-01 cycle 5.00 USD: Calls 2.00, Calls (late usage) 3.00",
    ]);
    expect(await coverageOf(world, tenant)).toEqual([true]);
    expect(await balancesOf(tenant)).toEqual(["receivable USD 13.00", "revenue USD -13.00"]);
  });

  it("pays in yen, which has no smaller unit: each line is rounded once, and half away from zero", async () => {
    const tenant = await makeTenant(world.test, { clockNow: local("2026-01-01T00:00", "Asia/Tokyo") });
    const customer = await makeCustomer(tenant, { currency: "JPY", timezone: "Asia/Tokyo" });
    const meter = await makeMeter(tenant, { code: "calls" });
    const plan = await makePlan(tenant, {
      currency: "JPY",
      prices: [
        flatPrice({ chargeModel: { model: "flat", amount: "980" } }),
        usagePrice(meter.code, { chargeModel: { model: "per_unit", unitAmount: "0.125" } }),
      ],
    });
    await makeSubscription(tenant, {
      customer: { id: customer.id },
      plan: { id: plan.id },
      timezone: "Asia/Tokyo",
    });
    const call = { customer: customer.id, meter: "calls" };
    await world.travel(tenant, local("2026-01-31T23:59:59", "Asia/Tokyo"));
    await use(tenant, { ...call, at: tenantTime("2026-01-31T23:59:59"), value: "20" });
    await world.travel(tenant, local("2026-02-01T00:00", "Asia/Tokyo"));
    await use(tenant, { ...call, at: tenantTime("2026-02-01T00:00:00"), value: "99" });
    await world.travel(tenant, local("2026-03-01T00:00", "Asia/Tokyo"));
    expect(await invoicesOf(world, tenant)).toEqual([
      "2026-01-31 cycle 983 JPY: Base fee 980, Calls 3",
      "2026-02-28 cycle 992 JPY: Base fee 980, Calls 12",
    ]);
    expect(await coverageOf(world, tenant)).toEqual([true]);
    expect(await balancesOf(tenant)).toEqual(["receivable JPY 1975", "revenue JPY -1975"]);
  });

  function tenantTime(text: string): Temporal.Instant {
    return local(text, "Asia/Tokyo");
  }

  it("leaves books in which every invariant holds, whatever happened", async () => {
    expect(await breachesIn(world, { deep: true })).toEqual([]);
    expect(await breachesIn(world)).toEqual([]);
  });
});
