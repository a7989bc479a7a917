import { createCoupon } from "#libs/billing/catalog/create-coupon.ts";
import { giveCoupon } from "#libs/billing/catalog/give-coupon.ts";
import { createCreditNote } from "#libs/billing/credit-note/create-credit-note.ts";
import { replayInvoice } from "#libs/billing/invoice/replay-invoice.ts";
import { type ChangeTenant, startChangeTenant } from "#libs/testkit/change-world.ts";
import { makeMeter, makePlan, usagePrice } from "#libs/testkit/factories.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { settleLateUsage } from "./settle-late.ts";

describe("late usage below zero", () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await openTestDatabase();
  });
  afterAll(() => test.close());

  const perCall = (meter: string) =>
    usagePrice(meter, { chargeModel: { model: "per_unit", unitAmount: "1.00" } });
  const open = () =>
    startChangeTenant(test, "2026-04-01T00:00:00Z", { small: { prices: [perCall("calls")] }, big: {} });
  const half = (tenant: ChangeTenant) =>
    tenant.inTenant(async (tx) => {
      await createCoupon(tx, { code: "half", name: "half", percentOff: "50", duration: "forever" });
      await giveCoupon(tx, { customer: { id: tenant.customerId }, coupon: { code: "half" } });
    });
  const bill = async (tenant: ChangeTenant, id: string, month: string) => {
    await tenant.moveClock(`2026-${month}-01T00:00:00Z`);
    await tenant.bill(id);
  };
  /** April is billed with 100 calls of 1.00. */
  const billed = async (tenant: ChangeTenant) => {
    const id = await tenant.subscribe();
    await tenant.bill(id);
    await tenant.send("100", "2026-04-03T00:00:00Z");
    await bill(tenant, id, "05");
    return id;
  };
  const sweep = (tenant: ChangeTenant) => tenant.inTenant(settleLateUsage);
  const grants = async (tenant: ChangeTenant) => {
    const { rows } = await test.owner.query<{ amount_minor: string }>(
      "select amount_minor from credit_grant where customer_id = $1 order by id",
      [tenant.customerId],
    );
    return rows.map((row) => row.amount_minor);
  };
  const invoiceIds = async (id: string) => {
    const { rows } = await test.owner.query<{ id: string }>(
      "select id from invoice where subscription_id = $1 and kind is not null order by billing_sequence",
      [id],
    );
    return rows.map((row) => row.id);
  };
  const lastCycle = async (tenant: ChangeTenant, id: string) =>
    (await tenant.invoices(id)).filter(([total]) => total?.startsWith("cycle")).at(-1);
  const isReplayed = async (tenant: ChangeTenant, id: string) => {
    const last = (await invoiceIds(id)).at(-1) ?? "";
    expect(await tenant.inTenant((tx) => replayInvoice(tx, { invoiceId: last }))).toMatchObject({
      identical: true,
      differences: [],
      lines: { sealed: 0 },
    });
  };

  it("gives back what was paid of it: its discount goes with it, in several steps too", async () => {
    const tenant = await open();
    await half(tenant);
    const id = await billed(tenant);
    await tenant.send("-33", "2026-04-04T00:00:00Z");
    await sweep(tenant);
    await bill(tenant, id, "06");
    await tenant.send("-67", "2026-04-05T00:00:00Z");
    await sweep(tenant);
    await bill(tenant, id, "07");
    const totals = (await tenant.invoices(id)).map(([total, , late]) => [total, late]);
    expect(totals).toEqual([
      ["cycle 5000", undefined],
      ["cycle -1650", "late_usage calls -1650 1/1"],
      ["cycle -3350", "late_usage calls -3350 1/1"],
    ]);
    expect(await grants(tenant)).toEqual(["1650", "3350"]);
    await isReplayed(tenant, id);
    expect(await sweep(tenant)).toMatchObject({ late: 0 });
    // Used again: all of it is charged, with the coupon of now.
    await tenant.send("100", "2026-04-06T00:00:00Z");
    await sweep(tenant);
    await bill(tenant, id, "08");
    expect((await tenant.invoices(id)).at(-1)?.[0]).toBe("cycle 5000");
  });

  it("gives back the tax that was billed with it, whatever the customer pays today", async () => {
    const tenant = await open();
    const id = await billed(tenant);
    await tenant.tax("19");
    await tenant.send("-100", "2026-04-04T00:00:00Z");
    await sweep(tenant);
    await bill(tenant, id, "06");
    expect((await tenant.invoices(id)).at(-1)).toEqual([
      "cycle -10000",
      "usage calls 0 1/1",
      "late_usage calls -10000 1/1",
    ]);
    await tenant.send("100", "2026-04-05T00:00:00Z");
    await sweep(tenant);
    await bill(tenant, id, "07");
    await tenant.tax("7");
    await tenant.send("-100", "2026-04-06T00:00:00Z");
    await sweep(tenant);
    await bill(tenant, id, "08");
    expect((await tenant.invoices(id)).slice(-2).map(([total, , late]) => [total, late])).toEqual([
      ["cycle 11900", "late_usage calls 10000 1/1 tax 1900"],
      ["cycle -11900", "late_usage calls -10000 1/1 tax -1900"],
    ]);
    await isReplayed(tenant, id);
  });

  it("gives back nothing that a credit note gave back before", async () => {
    const tenant = await open();
    const id = await billed(tenant);
    const [invoiceId = ""] = (await invoiceIds(id)).slice(-1);
    const note = (amount: string) =>
      tenant.inTenant((tx) => createCreditNote(tx, { invoiceId, asked: { amount }, settlement: "offset" }));
    await note("60.00");
    await tenant.send("-100", "2026-04-04T00:00:00Z");
    await sweep(tenant);
    await bill(tenant, id, "06");
    expect(await lastCycle(tenant, id)).toEqual([
      "cycle -4000",
      "usage calls 0 1/1",
      "late_usage calls -4000 1/1",
    ]);
    await isReplayed(tenant, id);
    await expect(note("0.01")).rejects.toMatchObject({ code: expect.stringContaining("credit") });
    await tenant.send("-1", "2026-04-05T00:00:00Z");
    await sweep(tenant);
    await bill(tenant, id, "07");
    expect(await lastCycle(tenant, id)).toEqual(["cycle 0", "usage calls 0 1/1"]);
  });

  it("leaves for a credit note what it did not give back, after its discount", async () => {
    const tenant = await open();
    await half(tenant);
    const id = await billed(tenant);
    const [invoiceId = ""] = (await invoiceIds(id)).slice(-1);
    const note = (amount: string) =>
      tenant.inTenant((tx) => createCreditNote(tx, { invoiceId, asked: { amount }, settlement: "offset" }));
    await tenant.send("-40", "2026-04-04T00:00:00Z");
    await sweep(tenant);
    await bill(tenant, id, "06");
    await expect(note("30.01")).rejects.toMatchObject({ code: expect.stringContaining("credit") });
    await note("30.00");
  });

  it("comes to nothing when usage moves to another group under a coupon", async () => {
    const tenant = await open();
    await half(tenant);
    await makeMeter(tenant, { code: "gb", eventType: "calls", groupBy: ["region"] });
    await makePlan(tenant, { code: "grouped", prices: [perCall("gb")] });
    const id = await tenant.subscribe({ plan: { code: "grouped" } });
    await tenant.bill(id);
    await tenant.send("100", "2026-04-03T00:00:00Z");
    await bill(tenant, id, "05");
    const move = "group_key = 'region=eu'";
    await test.owner.query(`update usage_event set properties = '{"region":"eu"}' where tenant_id = $1`, [
      tenant.tenantId,
    ]);
    await test.owner.query(`update usage_hour set ${move} where tenant_id = $1`, [tenant.tenantId]);
    await test.owner.query("update billing_period set event_count = 0 where tenant_id = $1", [
      tenant.tenantId,
    ]);
    await sweep(tenant);
    await bill(tenant, id, "06");
    const [total, ...lines] = (await tenant.invoices(id)).at(-1) ?? [];
    expect(lines).toEqual(["late_usage gb 10000 1/1", "late_usage gb -5000 1/1"]);
    expect(total).toBe("cycle 0");
    await isReplayed(tenant, id);
  });
});
