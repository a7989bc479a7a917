import { Temporal } from "temporal-polyfill";
import { listCustomerCoupons } from "#libs/data/coupons.ts";
import {
  flatPrice,
  makeCustomer,
  makePlan,
  makeSubscription,
  makeTenant,
  type TestTenant,
} from "#libs/testkit/factories.ts";
import { openWorkWorld, type WorkWorld } from "#libs/testkit/work-world.ts";
import { regenerateInvoice } from "../invoice/regenerate-invoice.ts";
import { voidInvoice } from "../invoice/void-invoice.ts";
import { createCoupon, type NewCoupon } from "./create-coupon.ts";
import { giveCoupon } from "./give-coupon.ts";

const at = (text: string) => Temporal.Instant.from(text);

describe("coupons", () => {
  let world: WorkWorld;
  beforeAll(async () => {
    world = await openWorkWorld();
  });
  afterAll(() => world.close());

  type Subscriber = { readonly tenant: TestTenant; readonly customerId: string; readonly planId: string };

  /** A customer of a plan of 100.00 base and 50.00 support a month, in arrears, that is not subscribed yet. */
  async function start(): Promise<Subscriber> {
    const tenant = await makeTenant(world.test, { clockNow: at("2026-01-01T00:00:00Z") });
    const plan = await makePlan(tenant, {
      prices: [
        flatPrice({ chargeModel: { model: "flat", amount: "100.00" } }),
        flatPrice({ code: "support", name: "Support", chargeModel: { model: "flat", amount: "50.00" } }),
      ],
    });
    return { tenant, customerId: (await makeCustomer(tenant)).id, planId: plan.id };
  }
  const give = ({ tenant, customerId }: Subscriber, coupon: Partial<NewCoupon>) =>
    tenant.inTenant(async (tx) => {
      const code = `c-${(await listCustomerCoupons(tx, customerId)).length}`;
      await createCoupon(tx, { code, name: code, duration: "forever", ...coupon });
      await giveCoupon(tx, { customer: { id: customerId }, coupon: { code } });
    });
  const subscribe = ({ tenant, customerId, planId }: Subscriber, coupon?: string) =>
    makeSubscription(tenant, {
      ...{ customer: { id: customerId }, plan: { id: planId } },
      ...(coupon === undefined ? {} : { coupon: { code: coupon } }),
    });
  const months = async (of: Subscriber, to: string) => {
    await world.advance(of.tenant, at(to));
    return invoicesOf(of);
  };
  const invoicesOf = ({ tenant }: Subscriber) =>
    world.rows<{ id: string; total: number; lines: number[]; discounts: string | null }>(
      `select i.id, i.total_minor::int as total,
         (select array_agg(l.discount_minor::int order by l.position) from invoice_line l where l.invoice_id = i.id) as lines,
         (select string_agg(d.name || ' ' || d.amount_minor, ', ' order by d.id) from invoice_discount d where d.invoice_id = i.id) as discounts
       from invoice i where i.tenant_id = $1 and i.invoice_status <> 'voided' order by i.billing_sequence`,
      [tenant.tenantId],
    );

  it("take off one after the other, each from what the ones before left, and spread over the lines", async () => {
    const of = await start();
    await give(of, { percentOff: "10" });
    await give(of, { amountOff: "5.00", currency: "USD" });
    await subscribe(of);
    expect(await months(of, "2026-02-01T00:00:00Z")).toMatchObject([
      { total: 13000, lines: [1333, 667], discounts: "c-0 1500, c-1 500" },
    ]);
    const [{ document } = { document: null }] = await world.rows<{ document: { discounts: unknown } }>(
      "select document from invoice_document where tenant_id = $1",
      [of.tenant.tenantId],
    );
    expect(document?.discounts).toEqual([
      { name: "c-0", amount: "15.00" },
      { name: "c-1", amount: "5.00" },
    ]);
  });

  it("end after one invoice, after several, or never, counted by the periods that they discounted", async () => {
    const of = await start();
    await give(of, { amountOff: "1.00", currency: "USD", duration: "once" });
    await give(of, { amountOff: "2.00", currency: "USD", duration: "repeating", durationPeriods: 2 });
    await give(of, { amountOff: "4.00", currency: "USD" });
    await subscribe(of);
    const totals = (await months(of, "2026-04-01T00:00:00Z")).map((invoice) => invoice.total);
    expect(totals).toEqual([14300, 14400, 14600]);
  });

  it("touch only the prices and the currency that they are for", async () => {
    const of = await start();
    await give(of, { percentOff: "50", appliesTo: ["support"] });
    await give(of, { amountOff: "9.00", currency: "EUR" });
    await give(of, { percentOff: "50", appliesTo: ["nothing"] });
    await subscribe(of);
    expect(await months(of, "2026-02-01T00:00:00Z")).toMatchObject([
      { total: 12500, lines: [0, 2500], discounts: "c-0 2500" },
    ]);
  });

  it("for one invoice discount one, though two subscriptions of the customer are billed in one chunk", async () => {
    const of = await start();
    await give(of, { percentOff: "100", duration: "once" });
    await subscribe(of);
    await subscribe(of);
    const totals = (await months(of, "2026-02-01T00:00:00Z")).map((invoice) => invoice.total);
    expect(totals.sort()).toEqual([0, 15000]);
  });

  it("are free again when the invoice is void, and stay with the replacement when it is made again", async () => {
    const of = await start();
    await give(of, { percentOff: "100", duration: "once" });
    await subscribe(of);
    const [january] = await months(of, "2026-02-01T00:00:00Z");
    const invoiceId = january?.id ?? "";
    await of.tenant.inTenant((tx) => regenerateInvoice(tx, { invoiceId, reason: "wrong name" }));
    expect(await invoicesOf(of)).toMatchObject([{ total: 0, discounts: "c-0 15000" }]);
    const [again] = await invoicesOf(of);
    await of.tenant.inTenant((tx) => voidInvoice(tx, { invoiceId: again?.id ?? "", reason: "gone" }));
    expect(await months(of, "2026-03-01T00:00:00Z")).toMatchObject([{ total: 0 }]);
  });

  it("of a subscription discount no other one", async () => {
    const of = await start();
    await of.tenant.inTenant((tx) =>
      createCoupon(tx, { code: "half", name: "Half", percentOff: "50", duration: "forever" }),
    );
    await subscribe(of, "half");
    await subscribe(of);
    const totals = (await months(of, "2026-02-01T00:00:00Z")).map((invoice) => invoice.total);
    expect(totals.sort()).toEqual([15000, 7500]);
  });

  it.each<[string, Partial<NewCoupon>, string]>([
    ["neither a percentage nor an amount", {}, "percent_off"],
    ["both", { percentOff: "1", amountOff: "1.00", currency: "USD" }, "percent_off"],
    ["more than all", { percentOff: "100.5" }, "percent_off"],
    ["nothing", { amountOff: "0.00", currency: "USD" }, "amount_off"],
    ["more decimals than the currency has", { amountOff: "1.5", currency: "JPY" }, "amount_off"],
    ["an amount of no currency", { amountOff: "1.50" }, "currency"],
    ["repeating without an end", { percentOff: "1", duration: "repeating" }, "duration_periods"],
    ["once, three times", { percentOff: "1", duration: "once", durationPeriods: 3 }, "duration_periods"],
  ])("are refused when they take off %s", async (_name, fields, path) => {
    const { tenant } = await start();
    const create = tenant.inTenant((tx) =>
      createCoupon(tx, { code: "bad", name: "Bad", duration: "forever", ...fields }),
    );
    await expect(create).rejects.toMatchObject({ code: "fields_invalid", details: { errors: [{ path }] } });
  });
});
