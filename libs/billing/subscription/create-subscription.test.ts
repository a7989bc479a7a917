import { Temporal } from "temporal-polyfill";
import { createCustomer } from "#libs/billing/catalog/create-customer.ts";
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
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { createSubscription } from "./create-subscription.ts";

const at = (text: string) => Temporal.Instant.from(text);

describe("createSubscription", () => {
  let test: TestDatabase;
  let tenant: TestTenant;
  beforeAll(async () => {
    test = await openTestDatabase();
    tenant = await makeTenant(test, { clockNow: at("2026-03-10T12:00:00Z") });
  });
  afterAll(() => test.close());

  it("makes one item and schedule per price, due at the start", async () => {
    const meter = await makeMeter(tenant);
    const plan = await makePlan(tenant, { prices: [flatPrice(), usagePrice(meter.code)] });
    const row = await makeSubscription(tenant, {
      plan: { code: plan.code },
      startsAt: at("2026-03-05T00:00:00-05:00"),
      timezone: "America/New_York",
    });
    expect(row).toMatchObject({
      status: "active",
      currency: "USD",
      next_index: 0,
      next_due_at: new Date("2026-03-05T05:00:00Z"),
    });
    expect(row.items.map((item) => item.price_code)).toEqual(["base", meter.code]);
    const { rows } = await test.owner.query(
      "select h.anchor_at, h.timezone from item_schedule h join subscription_item i on i.id = h.subscription_item_id where i.subscription_id = $1",
      [row.id],
    );
    expect(rows).toEqual(Array(2).fill({ anchor_at: "2026-03-01T00:00:00", timezone: "America/New_York" }));
  });

  it("starts the schedule where the plan's trial ends, in local days", async () => {
    const plan = await makePlan(tenant, { trialDays: 14 });
    const row = await makeSubscription(tenant, {
      plan: { id: plan.id },
      startsAt: at("2026-03-01T00:00:00-05:00"),
      timezone: "America/New_York",
    });
    expect(row.status).toBe("trialing");
    // The clocks went forward on 8 March, so the trial is an hour short of 14 times 24 hours.
    expect(row.trial_ends_at).toEqual(new Date("2026-03-15T00:00:00-04:00"));
    expect(row.next_due_at).toEqual(row.trial_ends_at);
    const none = await makeSubscription(tenant, { plan: { id: plan.id }, trialEndsAt: null });
    expect(none).toMatchObject({ status: "active", trial_ends_at: null });
  });

  it.each([
    ["2026-04-01T00:00:00Z", "scheduled"],
    ["2026-03-10T12:00:00Z", "active"],
  ])("that starts at %s is %s", async (startsAt, status) => {
    expect(await makeSubscription(tenant, { startsAt: at(startsAt) })).toMatchObject({ status });
  });

  it("is never due when it ends within its trial", async () => {
    const row = await makeSubscription(tenant, {
      startsAt: at("2026-03-01T00:00:00Z"),
      trialEndsAt: at("2026-03-31T00:00:00Z"),
      endsAt: at("2026-03-20T00:00:00Z"),
    });
    expect(row.next_due_at).toBeNull();
  });

  it("takes seats by price code, else the price's own", async () => {
    const seats = flatPrice({
      code: "seats",
      chargeModel: { model: "per_unit", unitAmount: "5" },
      quantity: "3",
    });
    const plan = await makePlan(tenant, { prices: [seats] });
    const own = await makeSubscription(tenant, { plan: { id: plan.id } });
    const given = await makeSubscription(tenant, { plan: { id: plan.id }, quantities: { seats: "12.5" } });
    expect([own.items[0]?.quantity, given.items[0]?.quantity]).toEqual(["3", "12.5"]);
  });

  it("refuses unknown seats, times before the start and overrides of no price, naming each", async () => {
    await expect(makeSubscription(tenant, { quantities: { base: "2" } })).rejects.toMatchObject({
      code: "fields_invalid",
      details: { errors: [{ path: "quantities.base", code: "price_unknown" }] },
    });
    await expect(
      makeSubscription(tenant, {
        startsAt: at("2026-03-05T00:00:00Z"),
        endsAt: at("2026-03-05T00:00:00Z"),
        trialEndsAt: at("2026-03-04T00:00:00Z"),
      }),
    ).rejects.toMatchObject({ details: { errors: [{ path: "trial_ends_at" }, { path: "ends_at" }] } });
    await expect(makeSubscription(tenant, { priceOverrides: [{ price: "nope" }] })).rejects.toMatchObject({
      details: { errors: [{ path: "price_overrides.0.price" }] },
    });
  });

  it("refuses an override that could not be billed", async () => {
    await expect(
      makeSubscription(tenant, {
        priceOverrides: [{ price: "base", chargeModel: { model: "flat", amount: "-1" } }],
      }),
    ).rejects.toMatchObject({ details: { errors: [{ path: "price_overrides.0.flat.amount" }] } });
    await expect(
      makeSubscription(tenant, {
        priceOverrides: [{ price: "base", chargeModel: { model: "flat", amount: "1.005" } }],
      }),
    ).rejects.toMatchObject({
      details: { errors: [{ path: "price_overrides.0.flat.amount", code: "amount_precision" }] },
    });
  });

  it("refuses an override that the price's meter cannot feed, and bills by one that it can", async () => {
    const meter = await makeMeter(tenant, { aggregation: "max", groupBy: ["region"] });
    const plan = await makePlan(tenant, { prices: [usagePrice(meter.code)] });
    const subscribe = (terms: object) =>
      makeSubscription(tenant, {
        plan: { id: plan.id },
        priceOverrides: [{ price: meter.code, ...terms }],
      });
    const dynamic = { chargeModel: { model: "dynamic", amountProperty: "fee" } } as const;
    await expect(subscribe(dynamic)).rejects.toMatchObject({
      details: { errors: [{ path: "price_overrides.0.meter", code: "price_meter_unsuitable" }] },
    });
    const ratePer = (groupBy: string[]) => ({ ratePer: { window: "day", groupBy } });
    await expect(subscribe(ratePer(["tier"]))).rejects.toMatchObject({
      details: { errors: [{ path: "price_overrides.0.rate_per.group_by.0" }] },
    });
    await expect(subscribe(ratePer(["region"]))).resolves.toMatchObject({
      price_overrides: [{ ratePer: { window: "day", groupBy: ["region"] } }],
    });
  });

  it("refuses a second live subscription that bills the same meter, until the first one has ended", async () => {
    const meter = await makeMeter(tenant);
    const plan = await makePlan(tenant, { prices: [usagePrice(meter.code)] });
    const customer = { id: (await makeCustomer(tenant)).id };
    const first = await makeSubscription(tenant, {
      ...{ customer, plan: { id: plan.id } },
      startsAt: at("2026-03-01T00:00:00Z"),
      endsAt: at("2026-04-01T00:00:00Z"),
    });
    await expect(
      makeSubscription(tenant, { customer, plan: { id: plan.id }, startsAt: at("2026-03-31T23:59:59Z") }),
    ).rejects.toMatchObject({ code: "meter_already_billed", details: { subscriptionId: first.id } });
    const next = await makeSubscription(tenant, {
      ...{ customer, plan: { id: plan.id } },
      startsAt: at("2026-04-01T00:00:00Z"),
    });
    expect(next.status).toBe("scheduled");
  });

  it("lets only one of two that are made at the same time bill a meter", async () => {
    const meter = await makeMeter(tenant);
    const plan = await makePlan(tenant, { prices: [usagePrice(meter.code)] });
    const customer = { id: (await makeCustomer(tenant)).id };
    const outcomes = await Promise.allSettled(
      [1, 2, 3].map(() => makeSubscription(tenant, { customer, plan: { id: plan.id } })),
    );
    expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
  });

  it("refuses a plan in another currency than the customer's, and takes any when the customer has none", async () => {
    const plan = await makePlan(tenant, { currency: "EUR" });
    const customer = await makeCustomer(tenant, { currency: "USD" });
    await expect(
      makeSubscription(tenant, { customer: { id: customer.id }, plan: { id: plan.id } }),
    ).rejects.toMatchObject({ code: "currency_mismatch" });
    expect(await makeSubscription(tenant, { plan: { id: plan.id } })).toMatchObject({ currency: "EUR" });
  });

  it("is allowed to an inactive customer", async () => {
    const customer = await makeCustomer(tenant, { status: "inactive" });
    const row = await makeSubscription(tenant, { customer: { id: customer.id } });
    expect(row.status).toBe("active");
  });

  it("puts a yearly and a monthly price of one plan on one grid", async () => {
    const plan = await makePlan(tenant, {
      prices: [
        flatPrice({ code: "year", interval: { unit: "year", count: 1 }, billing: "in_advance" }),
        flatPrice({ code: "month" }),
      ],
    });
    const row = await makeSubscription(tenant, { plan: { id: plan.id }, anchor: { day: 31 } });
    const { rows } = await test.owner.query(
      "select h.interval from item_schedule h join subscription_item i on i.id = h.subscription_item_id where i.subscription_id = $1",
      [row.id],
    );
    expect(rows.map((schedule) => schedule.interval.unit).sort()).toEqual(["month", "year"]);
  });

  it("writes the event and one audit row, and nothing at all when it is refused", async () => {
    const row = await makeSubscription(tenant);
    const { rows } = await test.owner.query(
      "select (select count(*) from domain_event where subject_id = $1 and type = 'subscription.created')::int as events, (select count(*) from audit_log where target_id = $1::text)::int as audits",
      [row.id],
    );
    expect(rows).toEqual([{ events: 1, audits: 1 }]);
    const count = () => test.owner.query("select count(*)::int as n from subscription");
    const before = (await count()).rows;
    await expect(
      tenant.inTenant(async (tx) => {
        const customer = await createCustomer(tx, { name: "Gone" });
        return createSubscription(tx, { customer: { id: customer.id }, plan: { code: "no-such-plan" } });
      }),
    ).rejects.toMatchObject({ code: "plan_not_found" });
    expect((await count()).rows).toEqual(before);
  });
});
