import {
  flatPrice,
  makeCustomer,
  makePlan,
  makeSubscription,
  makeTenant,
  type TestTenant,
} from "#libs/testkit/factories.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { createCoupon } from "./create-coupon.ts";
import { createCustomer } from "./create-customer.ts";
import { updateCustomer } from "./update-customer.ts";
import { updateSettings } from "./update-settings.ts";

const refused = (path: string) => ({
  code: "fields_invalid",
  details: {
    errors: [
      {
        path,
        code: "currency_withdrawn",
        message: expect.stringMatching(/^BGN was replaced by EUR on 2026-01-01/),
      },
    ],
  },
});

describe("a currency that was replaced", () => {
  let test: TestDatabase;
  let tenant: TestTenant;
  beforeAll(async () => {
    test = await openTestDatabase();
    tenant = await makeTenant(test);
  });
  afterAll(() => test.close());

  it("is refused for new customers, plans, coupons and settings, and names its successor", async () => {
    const { inTenant } = tenant;
    await expect(
      inTenant((tx) => createCustomer(tx, { name: "Sofia", currency: "BGN" })),
    ).rejects.toMatchObject(refused("currency"));
    await expect(makePlan(tenant, { currency: "BGN", prices: [flatPrice()] })).rejects.toMatchObject(
      refused("currency"),
    );
    const off = { code: "off", name: "Off", amountOff: "1.00", currency: "BGN", duration: "once" as const };
    await expect(inTenant((tx) => createCoupon(tx, off))).rejects.toMatchObject(refused("currency"));
    await expect(
      inTenant((tx) => updateSettings(tx, { change: { defaultCurrency: "BGN" } })),
    ).rejects.toMatchObject(refused("default_currency"));
  });

  it("goes on where it stands: customers are changed, settings are kept, plans are subscribed to", async () => {
    const customer = await makeCustomer(tenant, { currency: "EUR" });
    const plan = await makePlan(tenant, { currency: "EUR", prices: [flatPrice()] });
    await tenant.inTenant((tx) => updateSettings(tx, { change: { defaultCurrency: "EUR" } }));
    await test.owner.query(`
      set session_replication_role = replica;
      update customer set currency = 'BGN';
      update plan_version set currency = 'BGN';
      update tenant_settings set settings = jsonb_set(settings, '{defaultCurrency}', '"BGN"');
      set session_replication_role = origin`);
    const renamed = await tenant.inTenant((tx) =>
      updateCustomer(tx, { customer: { id: customer.id }, name: "Varna" }),
    );
    expect(renamed).toMatchObject({ name: "Varna", currency: "BGN" });
    const settings = await tenant.inTenant((tx) => updateSettings(tx, { change: { paymentTermsDays: 14 } }));
    expect(settings.settings).toMatchObject({ defaultCurrency: "BGN", paymentTermsDays: 14 });
    const { id } = await makeSubscription(tenant, { customer: { id: customer.id }, plan: { id: plan.id } });
    expect(id).toBeDefined();
  });
});
