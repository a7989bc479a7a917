import { Temporal } from "temporal-polyfill";
import { addPaymentMethod } from "#libs/billing/catalog/add-payment-method.ts";
import { createTaxRate } from "#libs/billing/catalog/create-tax-rate.ts";
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
import { type BillableSubscription, loadBillableSubscriptions } from "./billable-subscriptions.ts";
import type { TenantTx } from "./database.ts";
import { newId } from "./new-id.ts";

const startsAt = Temporal.Instant.from("2026-03-01T00:00:00Z");

describe("loadBillableSubscriptions", () => {
  let test: TestDatabase;
  let tenant: TestTenant;
  beforeAll(async () => {
    test = await openTestDatabase();
    tenant = await makeTenant(test, { clockNow: startsAt });
  });
  afterAll(() => test.close());

  const load = (ids: readonly string[]) => tenant.inTenant((tx) => loadBillableSubscriptions(tx, ids));

  /** Changes a row that nothing of ours may change. */
  async function spoil(table: "price" | "item_schedule" | "meter", sql: string, id: string): Promise<void> {
    await test.owner.query(`alter table ${table} disable trigger user`);
    await test.owner.query(sql, [id]);
    await test.owner.query(`alter table ${table} enable trigger user`);
  }

  it("gives everything that decides what is billed, overrides applied", async () => {
    await tenant.inTenant(async (tx) => {
      await createTaxRate(tx, { code: "state", name: "State", percentage: "4.25" });
      await createTaxRate(tx, { code: "city", name: "City", percentage: "2", inclusive: true });
    });
    const customer = await makeCustomer(tenant, {
      externalId: "acme",
      billingAddress: { line1: "1 Road", postalCode: "10001" },
      taxIds: ["US1"],
      taxRates: [{ code: "city" }, { code: "state" }],
    });
    await tenant.inTenant((tx) =>
      addPaymentMethod(tx, { customer: { id: customer.id }, type: "card", providerId: "pm_1" }),
    );
    const meter = await makeMeter(tenant, { code: "calls", groupBy: ["region"] });
    const plan = await makePlan(tenant, { prices: [flatPrice(), usagePrice("calls")] });
    const { id } = await makeSubscription(tenant, {
      ...{ customer: { code: "acme" }, plan: { id: plan.id }, startsAt },
      priceOverrides: [{ price: "calls", chargeModel: { model: "per_unit", unitAmount: "0.01" } }],
    });
    const [loaded] = (await load([id])) as BillableSubscription[];
    expect(loaded).toMatchObject({
      id,
      plan: { id: plan.id, code: plan.code },
      currency: "USD",
      status: "active",
      paymentMethod: { provider: "stripe", providerId: "pm_1" },
      scheduleNo: 0,
      nextIndex: 0,
      customer: { externalId: "acme", address: { line1: "1 Road", postalCode: "10001" }, taxIds: ["US1"] },
      taxRates: [
        { name: "City", percentage: "2", inclusive: true },
        { name: "State", percentage: "4.25", inclusive: false },
      ],
    });
    expect(loaded?.items).toMatchObject([
      { price: { code: "base" }, meter: null, quantity: null },
      {
        price: { code: "calls", chargeModel: { model: "per_unit", unitAmount: "0.01" } },
        meter: { id: meter.id, code: "calls", groupBy: ["region"] },
        schedules: [
          {
            scheduleNo: 0,
            endsAt: null,
            schedule: {
              anchorAt: "2026-03-01T00:00:00",
              interval: { unit: "month", count: 1 },
              timezone: "UTC",
              startsAt: "2026-03-01T00:00:00Z",
            },
          },
        ],
      },
    ]);
    expect(loaded?.items[1]?.startsAt.equals(startsAt)).toBe(true);
  });

  it("asks the database as often for thirty subscriptions as for one", async () => {
    const plan = await makePlan(tenant);
    const ids: string[] = [];
    for (let n = 0; n < 30; n++) ids.push((await makeSubscription(tenant, { plan: { id: plan.id } })).id);
    const statementsFor = (wanted: readonly string[]) =>
      tenant.inTenant(async (tx) => {
        let statements = 0;
        const db = new Proxy(tx.db, {
          get: (target, name) => {
            if (name === "$queryRaw" || name === "$executeRaw") statements++;
            return Reflect.get(target, name) as unknown;
          },
        });
        const counting: TenantTx = { ...tx, db };
        const loaded = await loadBillableSubscriptions(counting, wanted);
        return { statements, loaded: loaded.length };
      });
    expect(await statementsFor(ids.slice(0, 1))).toEqual({ statements: 2, loaded: 1 });
    expect(await statementsFor(ids)).toEqual({ statements: 2, loaded: 30 });
  });

  it.each([
    [
      "price",
      "an unknown charge model",
      `jsonb_set(definition, '{chargeModel,model}', '"barter"')`,
      /charge_model is one of/,
    ],
    [
      "price",
      "an amount that is none",
      `jsonb_set(definition, '{chargeModel,amount}', '"ten"')`,
      /flat\.amount/,
    ],
    ["price", "nothing at all", "'null'", /.+/],
    ["item_schedule", "a zone that does not exist", "Mars/Base", /Mars\/Base/i],
  ] as const)(
    "returns a subscription whose %s holds %s as broken, and the others whole",
    async (table, _what, value, reason) => {
      const bad = await makeSubscription(tenant);
      const good = await makeSubscription(tenant);
      const item = bad.items[0];
      if (table === "price") {
        await spoil("price", `update price set definition = ${value} where id = $1`, item?.price_id ?? "");
      } else {
        const sql = `update item_schedule set timezone = '${value}' where subscription_item_id = $1`;
        await spoil("item_schedule", sql, item?.id ?? "");
      }
      const loaded = await load([bad.id, good.id]);
      expect(loaded.find((entry) => entry.id === bad.id)).toEqual({
        id: bad.id,
        broken: expect.stringMatching(reason),
      });
      expect(loaded.find((entry) => entry.id === good.id)).toMatchObject({ status: "active" });
    },
  );

  it("leaves out ids that do not exist, and those of other tenants", async () => {
    const other = await makeTenant(test);
    const foreign = await makeSubscription(other);
    expect(await load([newId(), foreign.id])).toEqual([]);
  });
});
