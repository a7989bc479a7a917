import {
  flatPrice,
  makeMeter,
  makePlan,
  makeSubscription,
  makeTenant,
  type TestTenant,
  usagePrice,
} from "#libs/testkit/factories.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { publicId } from "#libs/core/public-id.ts";
import { findPlan, listPlans } from "#libs/data/plans.ts";
import { archivePlan } from "./archive-plan.ts";
import { createPlanVersion } from "./create-plan-version.ts";
import { createTaxRate } from "./create-tax-rate.ts";
import { updateMeter } from "./update-meter.ts";
import { updateSettings } from "./update-settings.ts";

const monthly = { currency: "USD", interval: { unit: "month", count: 1 } } as const;

describe("meters, plans, tax rates and settings", () => {
  let test: TestDatabase;
  let tenant: TestTenant;
  beforeAll(async () => {
    test = await openTestDatabase();
    tenant = await makeTenant(test);
  });
  afterAll(() => test.close());

  it("refuses a meter's code a second time, and a definition that counts nothing", async () => {
    await makeMeter(tenant, { code: "calls" });
    await expect(makeMeter(tenant, { code: "calls" })).rejects.toMatchObject({ code: "meter_code_taken" });
    await expect(makeMeter(tenant, { aggregation: "percentile" })).rejects.toMatchObject({
      code: "fields_invalid",
      details: { errors: [{ path: "percentile" }] },
    });
  });

  it("changes what a meter counts only while no event exists, and its name at any time", async () => {
    const { id } = await makeMeter(tenant, { code: "storage", valueProperty: "gb" });
    const change = (fields: Parameters<typeof updateMeter>[1]["change"]) =>
      tenant.inTenant((tx) => updateMeter(tx, { meter: { code: "storage" }, change: fields }));
    const max = await change({ aggregation: "max", valueProperty: null });
    expect(max).toMatchObject({ id, definition_version: 2, version: 2, definition: { aggregation: "max" } });
    expect(max.definition.valueProperty).toBeUndefined();
    await test.owner.query(
      "insert into usage_event (tenant_id, id, event_type, customer_ref, timestamp, content_hash) values ($1, 'e1', 'storage', 'c', now(), '')",
      [tenant.tenantId],
    );
    await expect(change({ aggregation: "sum" })).rejects.toMatchObject({
      code: "meter_definition_frozen",
      details: { errors: [{ path: "aggregation" }] },
    });
    expect(await change({ name: "Peak storage", unit: "GB" })).toMatchObject({
      name: "Peak storage",
      definition_version: 2,
      version: 3,
    });
  });

  it("refuses to point a meter at events that are there already", async () => {
    await makeMeter(tenant, { code: "idle" });
    await expect(
      tenant.inTenant((tx) => updateMeter(tx, { meter: { code: "idle" }, change: { eventType: "storage" } })),
    ).rejects.toMatchObject({ code: "meter_definition_frozen" });
  });

  it("takes a meter by code or id in a plan and refuses one that does not exist", async () => {
    const meter = await makeMeter(tenant);
    const plan = await makePlan(tenant, {
      prices: [usagePrice(publicId("meter", meter.id), { code: "calls" })],
    });
    expect(plan.prices[0]).toMatchObject({ meter_id: meter.id, definition: { meter: meter.code } });
    await expect(makePlan(tenant, { prices: [flatPrice(), usagePrice("nope")] })).rejects.toMatchObject({
      code: "meter_not_found",
      details: { errors: [{ path: "prices.1.meter" }] },
    });
  });

  it("names every fault of a plan at once, and leaves nothing of it", async () => {
    const code = "broken-plan";
    const prices = [
      flatPrice({ chargeModel: { model: "flat", amount: "ten" } }),
      flatPrice({ chargeModel: { model: "graduated", tiers: [] } }),
    ];
    await expect(makePlan(tenant, { code, currency: "XXX", prices })).rejects.toMatchObject({
      code: "fields_invalid",
      details: {
        errors: expect.arrayContaining([
          expect.objectContaining({ path: "currency" }),
          expect.objectContaining({ path: "prices.0.flat.amount" }),
          expect.objectContaining({ path: "prices.1.code", code: "price_code_duplicate" }),
          expect.objectContaining({ path: "prices.1.graduated.tiers" }),
        ]),
      },
    });
    expect(await tenant.inTenant((tx) => findPlan(tx, { code }))).toBeNull();
  });

  it("refuses prices whose intervals share no grid", async () => {
    const weekly = flatPrice({ interval: { unit: "week", count: 1 } });
    await expect(makePlan(tenant, { prices: [flatPrice({ code: "m" }), weekly] })).rejects.toMatchObject({
      code: "price_interval_mismatch",
    });
  });

  it("adds versions that leave subscriptions on theirs, and takes none once archived", async () => {
    const plan = await makePlan(tenant, { code: "pro" });
    const before = await makeSubscription(tenant, { plan: { code: "pro" } });
    const prices = [flatPrice({ chargeModel: { model: "flat", amount: "20.00" } })];
    const addVersion = () =>
      tenant.inTenant((tx) => createPlanVersion(tx, { plan: { code: "pro" }, ...monthly, prices }));
    expect(await addVersion()).toMatchObject({ plan_version: 2, version: 2, name: "Basic" });
    const after = await makeSubscription(tenant, { plan: { code: "pro" } });
    expect([before.plan_version, after.plan_version]).toEqual([1, 2]);
    const archive = () => tenant.inTenant((tx) => archivePlan(tx, { plan: { id: plan.id } }));
    const archived = await archive();
    expect(await archive()).toEqual(archived);
    await expect(addVersion()).rejects.toMatchObject({ code: "plan_archived" });
    await expect(makeSubscription(tenant, { plan: { code: "pro" } })).rejects.toMatchObject({
      code: "plan_archived",
    });
    const listed = await tenant.inTenant((tx) => listPlans(tx, { limit: 100, cursor: null }));
    expect(listed.rows.map((row) => row.code)).not.toContain("pro");
  });

  it("makes versions of one plan in order when two are made at the same time", async () => {
    await makePlan(tenant, { code: "busy" });
    const versions = await Promise.all(
      [1, 2, 3].map(() =>
        tenant.inTenant((tx) =>
          createPlanVersion(tx, { plan: { code: "busy" }, ...monthly, prices: [flatPrice()] }),
        ),
      ),
    );
    expect(versions.map((row) => row.plan_version).sort()).toEqual([2, 3, 4]);
  });

  it.each(["-1", "100.01", "1e2", "0.0000000000001"])("refuses a tax of %s percent", async (percentage) => {
    await expect(
      tenant.inTenant((tx) => createTaxRate(tx, { code: "t", name: "T", percentage })),
    ).rejects.toMatchObject({ details: { errors: [{ path: "percentage" }] } });
  });

  it("saves settings as a new version, and none when nothing changed", async () => {
    const save = (change: Parameters<typeof updateSettings>[1]["change"]) =>
      tenant.inTenant((tx) => updateSettings(tx, { change }));
    const first = await save({ paymentTermsDays: 14, brand: { name: "Northwind" } });
    expect(first).toMatchObject({ version: 1, isNew: true, settings: { brand: { name: "Northwind" } } });
    expect(await save({ paymentTermsDays: 14 })).toMatchObject({ version: 1, isNew: false });
    expect(await save({ brand: { taxId: "DE1" } })).toMatchObject({
      version: 2,
      settings: { paymentTermsDays: 14, brand: { name: "Northwind", taxId: "DE1" } },
    });
    await expect(
      save({ invoiceNumberTemplate: "INV", draftWindow: "P1M", reminderSchedule: [3, 3] }),
    ).rejects.toMatchObject({
      details: {
        errors: [
          { path: "invoice_number_template" },
          { path: "draft_window" },
          { path: "reminder_schedule.1" },
        ],
      },
    });
  });
});
