import { createCoupon, type NewCoupon } from "#libs/billing/catalog/create-coupon.ts";
import { giveCoupon } from "#libs/billing/catalog/give-coupon.ts";
import { type SettingsChange, updateSettings } from "#libs/billing/catalog/update-settings.ts";
import type { Plan } from "#libs/core/price/plan.ts";
import type { Price } from "#libs/core/price/price.ts";
import { listCustomerCoupons } from "#libs/data/coupons.ts";
import { type ChangeTenant, startChangeTenant } from "#libs/testkit/change-world.ts";
import { flatPrice, usagePrice } from "#libs/testkit/factories.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { regenerateInvoice } from "../invoice/regenerate-invoice.ts";
import { replayInvoice } from "../invoice/replay-invoice.ts";
import { changeSubscription, previewSubscriptionChange } from "./change-subscription.ts";

const fee = (amount: string, fields: Partial<Price> = {}): Price =>
  flatPrice({ billing: "in_advance", proration: "day", chargeModel: { model: "flat", amount }, ...fields });
const seats = (unitAmount: string): Price =>
  fee("0", { code: "seats", chargeModel: { model: "per_unit", unitAmount }, quantity: "1" });
const calls = usagePrice("calls", { chargeModel: { model: "per_unit", unitAmount: "1.00" } });

describe("coupons count periods of a subscription, whatever changes within them", () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await openTestDatabase();
  });
  afterAll(() => test.close());

  type Coupon = Partial<NewCoupon> & Pick<NewCoupon, "duration">;

  async function inApril(
    coupon: Coupon,
    small: Partial<Plan>,
    big: Partial<Plan> = {},
    settings: SettingsChange = {},
  ) {
    const tenant = await startChangeTenant(test, "2026-04-01T00:00:00Z", { small, big });
    await tenant.inTenant((tx) => updateSettings(tx, { change: settings }));
    await tenant.inTenant((tx) => createCoupon(tx, { code: "off", name: "Off", ...coupon }));
    await tenant.inTenant((tx) =>
      giveCoupon(tx, { customer: { id: tenant.customerId }, coupon: { code: "off" } }),
    );
    const id = await tenant.subscribe();
    await tenant.bill(id);
    return { tenant, id };
  }
  const seat = async (tenant: ChangeTenant, id: string, day: string, quantity: string) => {
    await tenant.moveClock(`${day}T00:00:00Z`);
    await tenant.inTenant((tx) =>
      changeSubscription(tx, { subscriptionId: id, quantities: { seats: quantity } }),
    );
  };
  const live = async (tenant: ChangeTenant, id: string, ...days: string[]) => {
    for (const day of days) {
      await tenant.moveClock(`${day}T00:00:00Z`);
      expect((await tenant.bill(id)).parked).toEqual([]);
    }
  };
  /** Kind, total and discount of each invoice. */
  const totals = async (id: string) => {
    const { rows } = await test.owner.query(
      "select id, kind, total_minor::int as total, discount_total_minor::int as discount from invoice where subscription_id = $1 and invoice_status <> 'voided' order by billing_sequence",
      [id],
    );
    return rows as { id: string; kind: string; total: number; discount: number }[];
  };
  const inShort = async (id: string) =>
    (await totals(id)).map(({ kind, total, discount }) => `${kind} ${total} -${discount}`);

  it("so that three months of half price are three months, with two changes of seats in the first", async () => {
    const half = { percentOff: "50", duration: "repeating" as const, durationPeriods: 3 };
    const { tenant, id } = await inApril(half, { prices: [seats("30.00")] });
    await seat(tenant, id, "2026-04-11", "2");
    await seat(tenant, id, "2026-04-21", "3");
    await live(tenant, id, "2026-05-01", "2026-06-01", "2026-07-01");
    expect(await inShort(id)).toEqual([
      "start 1500 -1500",
      "change 1000 -2000",
      "change 500 -1500",
      "cycle 4500 -4500",
      "cycle 4500 -4500",
      "cycle 9000 -0",
    ]);
    const held = await tenant.inTenant((tx) => listCustomerCoupons(tx, tenant.customerId));
    expect(held).toMatchObject([{ uses: 3 }]);
  });

  it("so that a free month is used up though its invoice of zero is skipped", async () => {
    const free = { percentOff: "100", duration: "repeating" as const, durationPeriods: 2 };
    const { tenant, id } = await inApril(
      free,
      { prices: [fee("30.00")] },
      {},
      { zeroAmountInvoices: "skip" },
    );
    expect(await inShort(id)).toEqual([]);
    const held = () => tenant.inTenant((tx) => listCustomerCoupons(tx, tenant.customerId));
    expect(await held()).toMatchObject([{ uses: 1 }]);
    await live(tenant, id, "2026-05-01", "2026-06-01", "2026-07-01");
    expect(await held()).toMatchObject([{ uses: 2 }]);
    expect(await inShort(id)).toEqual(["cycle 3000 -0", "cycle 3000 -0"]);
  });

  it("so that a change within a skipped free month stays free, and uses it once", async () => {
    const free = { percentOff: "100", duration: "once" as const };
    const { tenant, id } = await inApril(
      free,
      { prices: [seats("30.00")] },
      {},
      { zeroAmountInvoices: "skip" },
    );
    await seat(tenant, id, "2026-04-11", "2");
    await live(tenant, id, "2026-05-01");
    expect(await tenant.inTenant((tx) => listCustomerCoupons(tx, tenant.customerId))).toMatchObject([
      { uses: 1 },
    ]);
    expect(await inShort(id)).toEqual(["cycle 6000 -0"]);
  });

  it("so that 10.00 off are 10.00 in a month, though seats go up and down every day of it", async () => {
    const ten = { amountOff: "10.00", currency: "USD", duration: "forever" as const };
    const { tenant, id } = await inApril(ten, { prices: [seats("30.00")] });
    for (let day = 2; day <= 30; day++)
      await seat(tenant, id, `2026-04-${String(day).padStart(2, "0")}`, day % 2 ? "1" : "2");
    const april = await totals(id);
    expect(april).toHaveLength(30);
    expect(april.reduce((sum, { total }) => sum + total, 0)).toBe(3500);
    await live(tenant, id, "2026-05-01");
    expect((await totals(id)).at(-1)).toMatchObject({ total: 5000, discount: 1000 });
  });

  it("so that a month that was free once stays free when the plan is swapped for another of its price", async () => {
    const free = { percentOff: "100", duration: "once" as const };
    const { tenant, id } = await inApril(free, { prices: [fee("30.00")] }, { prices: [fee("30.00"), calls] });
    await tenant.moveClock("2026-04-02T00:00:00Z");
    const input = { subscriptionId: id, plan: { code: "big" } };
    const shown = await tenant.inTenant((tx) => previewSubscriptionChange(tx, input));
    await tenant.inTenant((tx) => changeSubscription(tx, input));
    await tenant.send("5", "2026-04-05T00:00:00Z");
    await live(tenant, id, "2026-05-01");
    expect(await inShort(id)).toEqual(["start 0 -3000", "change 0 -2900", "cycle 3500 -0"]);
    expect(shown?.invoice?.assembled.totalMinor).toBe(0n);
    for (const invoice of await totals(id)) {
      const replay = await tenant.inTenant((tx) => replayInvoice(tx, { invoiceId: invoice.id }));
      expect(replay).toMatchObject({ identical: true, differences: [] });
    }
  });

  it("but a yearly fee that follows takes over what came back of the month's discount, and no more", async () => {
    const free = { percentOff: "100", duration: "once" as const };
    const yearly = { prices: [fee("365.00")], interval: { unit: "year" as const, count: 1 } };
    const { tenant, id } = await inApril(free, { prices: [fee("30.00")] }, yearly);
    await tenant.moveClock("2026-04-02T00:00:00Z");
    await tenant.inTenant((tx) => changeSubscription(tx, { subscriptionId: id, plan: { code: "big" } }));
    // 274 days are left of the calendar year.
    expect(await inShort(id)).toEqual(["start 0 -3000", `change ${27400 - 2900} -2900`]);
  });

  it("and a change at a boundary begins a period, that is a use of its own", async () => {
    const half = { percentOff: "50", duration: "repeating" as const, durationPeriods: 2 };
    const { tenant, id } = await inApril(half, { prices: [fee("30.00")] }, { prices: [fee("60.00")] });
    await tenant.moveClock("2026-04-10T00:00:00Z");
    await tenant.inTenant((tx) =>
      changeSubscription(tx, { subscriptionId: id, plan: { code: "big" }, at: "period_end" }),
    );
    await live(tenant, id, "2026-05-01", "2026-06-01");
    expect(await inShort(id)).toEqual(["start 1500 -1500", "change 3000 -3000", "cycle 6000 -0"]);
  });

  it("and usage that a change bills in arrears takes part in the use of the next boundary", async () => {
    const half = { percentOff: "50", duration: "repeating" as const, durationPeriods: 1 };
    const { tenant, id } = await inApril(half, { prices: [calls] }, { prices: [calls] });
    await tenant.send("10", "2026-04-05T00:00:00Z");
    await tenant.moveClock("2026-04-10T00:00:00Z");
    await tenant.inTenant((tx) => changeSubscription(tx, { subscriptionId: id, plan: { code: "big" } }));
    await tenant.send("10", "2026-04-15T00:00:00Z");
    await live(tenant, id, "2026-05-01");
    await tenant.send("10", "2026-05-15T00:00:00Z");
    await live(tenant, id, "2026-06-01");
    expect(await inShort(id)).toEqual(["change 500 -500", "cycle 500 -500", "cycle 1000 -0"]);
  });

  it("and an invoice that is made again keeps its period's use", async () => {
    const free = { percentOff: "100", duration: "once" as const };
    const { tenant, id } = await inApril(free, { prices: [fee("30.00")] });
    await live(tenant, id, "2026-05-01");
    const [april] = await totals(id);
    await tenant.inTenant((tx) =>
      regenerateInvoice(tx, { invoiceId: april?.id ?? "", reason: "wrong name" }),
    );
    expect((await inShort(id)).sort()).toEqual(["cycle 3000 -0", "start 0 -3000"]);
  });
});
