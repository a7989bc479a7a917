import { Temporal } from "temporal-polyfill";
import { createCoupon } from "#libs/billing/catalog/create-coupon.ts";
import { createPlanVersion } from "#libs/billing/catalog/create-plan-version.ts";
import { giveCoupon } from "#libs/billing/catalog/give-coupon.ts";
import type { Price } from "#libs/core/price/price.ts";
import { previewInvoice } from "#libs/billing/invoice/preview-invoice.ts";
import { type ChangeTenant, describeInvoice, startChangeTenant } from "#libs/testkit/change-world.ts";
import { flatPrice, usagePrice } from "#libs/testkit/factories.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { generateInvoices } from "../run/generate-invoices.ts";
import {
  changeSubscription,
  previewSubscriptionChange,
  type SubscriptionChange,
} from "./change-subscription.ts";

const at = (text: string) => Temporal.Instant.from(text);
const fee = (amount: string, fields: Partial<Price> = {}): Price =>
  flatPrice({ billing: "in_advance", proration: "day", chargeModel: { model: "flat", amount }, ...fields });
const seats = (unitAmount: string, fields: Partial<Price> = {}): Price =>
  fee("0", { code: "seats", chargeModel: { model: "per_unit", unitAmount }, quantity: "10", ...fields });
const tiers = [
  { upTo: "10", unitAmount: "1.00" },
  { upTo: null, unitAmount: "0.50" },
];
const calls = usagePrice("calls", { chargeModel: { model: "graduated", tiers } });

describe("changeSubscription", () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await openTestDatabase();
  });
  afterAll(() => test.close());

  const start = (small: readonly Price[], big: readonly Price[], now = "2026-03-01T00:00:00Z") =>
    startChangeTenant(test, now, { small: { prices: small }, big: { prices: big } });
  const change = (tenant: ChangeTenant, id: string, input: Omit<SubscriptionChange, "subscriptionId">) =>
    tenant.inTenant((tx) => changeSubscription(tx, { subscriptionId: id, ...input }));
  const preview = (tenant: ChangeTenant, id: string, input: Omit<SubscriptionChange, "subscriptionId">) =>
    tenant.inTenant((tx) => previewSubscriptionChange(tx, { subscriptionId: id, ...input }));
  const big = { plan: { code: "big" } };

  it("credits the rest of the old fee and charges the rest of the new one on an upgrade", async () => {
    const tenant = await start([fee("31.00")], [fee("62.00")]);
    const id = await tenant.subscribe();
    await tenant.bill(id);
    await tenant.moveClock("2026-03-16T09:30:00Z");
    const row = await change(tenant, id, big);
    expect(row).toMatchObject({ plan_code: "big", schedule_no: 1, status: "active" });
    expect(row.next_due_at).toEqual(new Date("2026-04-01T00:00:00Z"));
    await tenant.moveClock("2026-04-01T00:00:00Z");
    await tenant.bill(id);
    expect(await tenant.invoices(id)).toEqual([
      ["start 3100", "recurring base 3100 31/31"],
      ["change 1600", "proration_credit base -1600 16/31", "proration_charge base 3200 16/31"],
      ["cycle 6200", "recurring base 6200 30/30"],
    ]);
  });

  it("gives a credit on a downgrade, with the taxes that were billed, whatever the customer's are now", async () => {
    const tenant = await start([fee("62.00")], [fee("31.00")]);
    await tenant.tax("19");
    const id = await tenant.subscribe();
    await tenant.bill(id);
    await tenant.tax("7");
    await tenant.moveClock("2026-03-16T00:00:00Z");
    await change(tenant, id, big);
    expect(await tenant.invoices(id)).toEqual([
      ["start 7378", "recurring base 6200 31/31 tax 1178"],
      [
        "change -2096",
        "proration_credit base -3200 16/31 tax -608",
        "proration_charge base 1600 16/31 tax 112",
      ],
    ]);
    // The surplus is the customer's credit, and pays the next invoice.
    await tenant.moveClock("2026-04-01T00:00:00Z");
    await tenant.bill(id);
    const { rows } = await test.owner.query(
      "select total_minor, credit_total_minor, amount_due_minor from invoice where subscription_id = $1 order by billing_sequence",
      [id],
    );
    expect(rows.slice(1)).toEqual([
      { total_minor: "-2096", credit_total_minor: "-2096", amount_due_minor: "0" },
      { total_minor: "3317", credit_total_minor: "2096", amount_due_minor: "1221" },
    ]);
  });

  it("bills arrears of the old terms up to the change, and restarts the tiers of usage", async () => {
    const tenant = await start([fee("31.00", { billing: "in_arrears" }), calls], [fee("62.00"), calls]);
    const id = await tenant.subscribe();
    await tenant.bill(id);
    await tenant.send("12", "2026-03-05T00:00:00Z");
    await tenant.send("11", "2026-03-16T00:00:00Z");
    await tenant.moveClock("2026-03-16T00:00:00Z");
    await change(tenant, id, big);
    await tenant.moveClock("2026-04-01T00:00:00Z");
    await tenant.bill(id);
    expect(await tenant.invoices(id)).toEqual([
      [
        "change 5800",
        "recurring base 1500 15/31",
        "usage calls 1100 1/1",
        "proration_charge base 3200 16/31",
      ],
      ["cycle 7250", "recurring base 6200 30/30", "usage calls 1050 1/1"],
    ]);
  });

  it("closes and reopens only the item whose quantity changes, up and down, and leaves usage alone", async () => {
    const tenant = await start([fee("31.00"), seats("3.10"), calls], [fee("62.00")]);
    const id = await tenant.subscribe();
    await tenant.bill(id);
    await tenant.send("12", "2026-03-05T00:00:00Z");
    await tenant.moveClock("2026-03-11T00:00:00Z");
    expect((await change(tenant, id, { quantities: { seats: "12.0" } })).items).toHaveLength(3);
    await tenant.send("2", "2026-03-20T00:00:00Z");
    await tenant.moveClock("2026-03-22T00:00:00Z");
    await change(tenant, id, { quantities: { seats: "5" } });
    await tenant.moveClock("2026-04-01T00:00:00Z");
    await tenant.bill(id);
    expect(await tenant.invoices(id)).toEqual([
      ["start 6200", "recurring base 3100 31/31", "recurring seats 3100 31/31"],
      ["change 420", "proration_credit seats -2100 21/31", "proration_charge seats 2520 21/31"],
      ["change -700", "proration_credit seats -1200 10/21", "proration_charge seats 500 10/31"],
      ["cycle 5850", "recurring base 3100 30/30", "recurring seats 1550 30/30", "usage calls 1200 1/1"],
    ]);
  });

  it("changes nothing, and writes nothing, when everything is as it was", async () => {
    const tenant = await start([seats("3.10")], [fee("62.00")]);
    const id = await tenant.subscribe();
    await tenant.bill(id);
    await tenant.moveClock("2026-03-16T00:00:00Z");
    const row = await change(tenant, id, { plan: { code: "small" }, quantities: { seats: "10.0" } });
    expect(row).toMatchObject({ schedule_no: 0, version: 1 });
    expect(await preview(tenant, id, { quantities: { seats: "10" } })).toBeNull();
    expect(await tenant.invoices(id)).toHaveLength(1);
  });

  it("nets to zero when the new plan costs the same", async () => {
    const tenant = await start([fee("10.00")], [fee("10.00")]);
    const id = await tenant.subscribe();
    await tenant.bill(id);
    await tenant.moveClock("2026-03-12T00:00:00Z");
    await change(tenant, id, big);
    const made = await tenant.invoices(id);
    expect(made.slice(1).every(([header]) => header === "change 0")).toBe(true);
    await tenant.moveClock("2026-04-01T00:00:00Z");
    await tenant.bill(id);
    expect((await tenant.invoices(id)).at(-1)).toEqual(["cycle 1000", "recurring base 1000 30/30"]);
  });

  it("previews exactly what it then bills, and writes nothing for it", async () => {
    const tenant = await start([fee("31.00"), calls], [fee("62.00"), calls]);
    const id = await tenant.subscribe();
    await tenant.send("12", "2026-03-05T00:00:00Z");
    // The first boundary is not billed yet: the preview looks past it.
    await tenant.moveClock("2026-03-16T00:00:00Z");
    const counts = async () =>
      (
        await test.owner.query(
          `select (select count(*) from invoice) as i, (select count(*) from invoice_line) as l, (select count(*) from billing_period) as p,
             (select count(*) from subscription_item) as s, (select count(*) from subscription_change) as c, (select count(*) from job) as j,
             (select count(*) from domain_event) as e, (select count(*) from audit_log) as a, (select sum(version) from subscription) as v`,
        )
      ).rows;
    const before = await counts();
    const shown = await preview(tenant, id, big);
    expect(await counts()).toEqual(before);
    await change(tenant, id, big);
    expect(await tenant.invoices(id)).toEqual([
      ["start 3100", "recurring base 3100 31/31"],
      describeInvoice(shown?.invoice ?? null),
    ]);
    expect(describeInvoice(shown?.invoice ?? null)[0]).toBe("change 2700");
  });

  it("takes effect at the period's end in the sweep of boundaries, as one invoice of both", async () => {
    const tenant = await start([fee("31.00"), calls], [fee("62.00"), calls]);
    const id = await tenant.subscribe();
    await tenant.bill(id);
    await tenant.moveClock("2026-03-10T00:00:00Z");
    const booked = await change(tenant, id, { ...big, at: "period_end" });
    expect(booked).toMatchObject({ plan_code: "small", schedule_no: 0 });
    const shown = await preview(tenant, id, { quantities: {}, ...big, at: "period_end" });
    await tenant.send("4", "2026-03-20T00:00:00Z");
    const next = await tenant.inTenant((tx) => previewInvoice(tx, { subscriptionId: id }));
    expect(next.draft).toMatchObject({ kind: "change", assembled: { totalMinor: 6600n } });
    await tenant.moveClock("2026-05-01T00:00:00Z");
    await tenant.bill(id);
    expect(describeInvoice(shown?.invoice ?? null)).toEqual([
      "change 6200",
      "usage calls 0 1/1",
      "recurring base 6200 30/30",
    ]);
    expect(await tenant.invoices(id)).toEqual([
      ["start 3100", "recurring base 3100 31/31"],
      ["change 6600", "usage calls 400 1/1", "recurring base 6200 30/30"],
      ["cycle 6200", "recurring base 6200 31/31", "usage calls 0 1/1"],
    ]);
  });

  it("takes effect at a time to come, before the boundaries after it; the last wish for an instant counts", async () => {
    const tenant = await start([seats("3.10")], [fee("62.00")]);
    const id = await tenant.subscribe();
    await tenant.bill(id);
    const when = at("2026-03-16T00:00:00Z");
    await change(tenant, id, { quantities: { seats: "20" }, at: when });
    const row = await change(tenant, id, { quantities: { seats: "15" }, at: when });
    expect(row.next_due_at).toEqual(new Date("2026-03-16T00:00:00Z"));
    await tenant.moveClock("2026-04-02T00:00:00Z");
    await tenant.bill(id);
    expect(await tenant.invoices(id)).toEqual([
      ["start 3100", "recurring seats 3100 31/31"],
      ["change 800", "proration_credit seats -1600 16/31", "proration_charge seats 2400 16/31"],
      ["cycle 4650", "recurring seats 4650 30/30"],
    ]);
  });

  it("moves a subscription to the newest version of its own plan, and charges no one-time fee again", async () => {
    const setup = fee("5.00", { code: "setup", kind: "one_time" });
    const tenant = await start([fee("31.00"), setup], [fee("62.00")]);
    const id = await tenant.subscribe();
    await tenant.bill(id);
    await tenant.inTenant((tx) =>
      createPlanVersion(tx, {
        plan: { code: "small" },
        ...{ currency: "USD", interval: { unit: "month", count: 1 }, prices: [fee("62.00"), setup] },
      }),
    );
    await tenant.moveClock("2026-03-16T00:00:00Z");
    expect(await change(tenant, id, { plan: { code: "small" } })).toMatchObject({ plan_version: 2 });
    expect((await tenant.invoices(id)).at(-1)).toEqual([
      "change 1600",
      "proration_credit base -1600 16/31",
      "proration_charge base 3200 16/31",
    ]);
  });

  it("with no proration credits and charges nothing, and the new fee begins with the next period", async () => {
    const tenant = await start([fee("31.00"), calls], [fee("62.00"), calls]);
    const id = await tenant.subscribe();
    await tenant.bill(id);
    await tenant.send("3", "2026-03-05T00:00:00Z");
    await tenant.moveClock("2026-03-16T00:00:00Z");
    await change(tenant, id, { ...big, proration: "none" });
    await tenant.moveClock("2026-04-01T00:00:00Z");
    await tenant.bill(id);
    expect(await tenant.invoices(id)).toEqual([
      ["start 3100", "recurring base 3100 31/31"],
      ["change 300", "usage calls 300 1/1"],
      ["cycle 6200", "recurring base 6200 30/30", "usage calls 0 1/1"],
    ]);
  });

  it("counts seconds in New York across the change of the clocks", async () => {
    const second = { proration: "second" as const };
    const tenant = await start([fee("743.00", second)], [fee("1486.00", second)], "2026-03-01T05:00:00Z");
    const id = await tenant.subscribe({ timezone: "America/New_York" });
    await tenant.bill(id, "America/New_York");
    // Midnight of 16 March in New York: 384 of the month's 743 hours are left.
    await tenant.moveClock("2026-03-16T04:00:00Z");
    await change(tenant, id, big);
    expect((await tenant.invoices(id)).at(-1)).toEqual([
      "change 38400",
      "proration_credit base -38400 1382400/2674800",
      "proration_charge base 76800 1382400/2674800",
    ]);
  });

  it("replaces a subscription that has not begun without billing anything", async () => {
    const tenant = await start([fee("31.00")], [fee("62.00")]);
    const id = await tenant.subscribe({ trialEndsAt: at("2026-03-16T00:00:00Z") });
    const row = await change(tenant, id, big);
    expect(row).toMatchObject({ status: "trialing", plan_code: "big" });
    await tenant.moveClock("2026-03-16T00:00:00Z");
    await tenant.bill(id);
    expect(await tenant.invoices(id)).toEqual([["start 3200", "recurring base 3200 16/31"]]);
  });

  it("never bills a period twice when the change and generation run at once", async () => {
    const tenant = await start([fee("31.00"), calls], [fee("62.00"), calls]);
    const id = await tenant.subscribe();
    await tenant.send("3", "2026-03-05T00:00:00Z");
    await tenant.moveClock("2026-04-10T00:00:00Z");
    const sweep = () =>
      tenant.inTenant((tx) =>
        generateInvoices(tx, { subscriptionIds: [id], cutoffs: new Map([["UTC", tx.now]]), dryRun: false }),
      );
    await Promise.all([sweep(), change(tenant, id, big), sweep(), sweep()]);
    expect(await tenant.invoices(id)).toEqual([
      ["start 3100", "recurring base 3100 31/31"],
      ["cycle 3400", "recurring base 3100 30/30", "usage calls 300 1/1"],
      [
        "change 2170",
        "proration_credit base -2170 21/30",
        "usage calls 0 1/1",
        "proration_charge base 4340 21/30",
      ],
    ]);
  });

  it("gives back what was billed after its discount, and no more", async () => {
    const tenant = await start([fee("31.00")], [fee("62.00")]);
    const customer = { id: tenant.customerId };
    await tenant.inTenant(async (tx) => {
      await createCoupon(tx, { code: "half", name: "Half", percentOff: "50", duration: "once" });
      await giveCoupon(tx, { customer, coupon: { code: "half" } });
    });
    await tenant.tax("10");
    const id = await tenant.subscribe();
    await tenant.bill(id);
    await tenant.moveClock("2026-03-16T00:00:00Z");
    await change(tenant, id, big);
    expect(await tenant.invoices(id)).toEqual([
      ["start 1705", "recurring base 3100 31/31 tax 155"],
      ["change 880", "proration_credit base -800 16/31 tax -80", "proration_charge base 3200 16/31 tax 160"],
    ]);
  });

  it("works out a new grid when the plan's interval is another one", async () => {
    const year = { unit: "year" as const, count: 1 };
    const tenant = await startChangeTenant(test, "2026-03-01T00:00:00Z", {
      small: { prices: [fee("31.00")] },
      big: { prices: [fee("365.00")], interval: year },
    });
    const id = await tenant.subscribe();
    await tenant.bill(id);
    await tenant.moveClock("2026-03-16T00:00:00Z");
    const row = await change(tenant, id, big);
    expect(row.next_due_at).toEqual(new Date("2027-01-01T00:00:00Z"));
    expect((await tenant.invoices(id)).at(-1)).toEqual([
      "change 27500",
      "proration_credit base -1600 16/31",
      "proration_charge base 29100 291/365",
    ]);
  });

  it("takes two changes at one instant, also where a boundary was billed, and bills nothing twice", async () => {
    const tenant = await start([fee("31.00"), seats("3.10"), calls], [fee("62.00"), calls]);
    const id = await tenant.subscribe();
    await tenant.moveClock("2026-04-01T00:00:00Z");
    await tenant.bill(id);
    await change(tenant, id, { quantities: { seats: "20" } });
    await change(tenant, id, big);
    expect((await tenant.invoices(id)).slice(2)).toEqual([
      ["change 3100", "proration_credit seats -3100 30/30", "recurring seats 6200 30/30"],
      [
        "change -3100",
        "proration_credit base -3100 30/30",
        "proration_credit seats -6200 30/30",
        "recurring base 6200 30/30",
      ],
    ]);
  });

  it("refuses what cannot be, naming it, and leaves everything as it was", async () => {
    const tenant = await start([seats("3.10")], [fee("62.00")]);
    const id = await tenant.subscribe();
    await tenant.bill(id);
    await tenant.moveClock("2026-03-16T00:00:00Z");
    const refusals = [
      [{ plan: { code: "none" } }, "plan_not_found"],
      [{ quantities: { nope: "1" } }, "fields_invalid"],
      [{ ...big, at: at("2026-03-15T00:00:00Z") }, "fields_invalid"],
      [{ ...big, ifVersion: 7 }, "version_conflict"],
    ] as const;
    for (const [input, code] of refusals) {
      await expect(change(tenant, id, input)).rejects.toMatchObject({ code });
    }
    expect(await tenant.invoices(id)).toHaveLength(1);
  });
});
