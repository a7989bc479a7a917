import { createCoupon } from "#libs/billing/catalog/create-coupon.ts";
import { giveCoupon } from "#libs/billing/catalog/give-coupon.ts";
import { cancelSubscription } from "#libs/billing/subscription/cancel-subscription.ts";
import { startChangeTenant } from "#libs/testkit/change-world.ts";
import { flatPrice } from "#libs/testkit/factories.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { regenerateInvoice } from "./regenerate-invoice.ts";
import { voidInvoice } from "./void-invoice.ts";

const fee = flatPrice({
  ...{ billing: "in_advance", proration: "day", chargeModel: { model: "flat", amount: "30.00" } },
});

describe("an invoice whose fee was credited since", () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await openTestDatabase();
  });
  afterAll(() => test.close());

  it("is made again only with its credit, so that no more is given back than is billed", async () => {
    const tenant = await startChangeTenant(test, "2026-04-01T00:00:00Z", {
      small: { prices: [fee] },
      big: {},
    });
    const subscriptionId = await tenant.subscribe();
    await tenant.bill(subscriptionId);
    await tenant.moveClock("2026-04-11T00:00:00Z");
    await tenant.inTenant((tx) => cancelSubscription(tx, { subscriptionId, at: "now", refund: "prorated" }));
    await tenant.inTenant((tx) =>
      createCoupon(tx, { code: "all", name: "Forgotten", percentOff: "100", duration: "forever" }),
    );
    await tenant.inTenant((tx) =>
      giveCoupon(tx, { customer: { id: tenant.customerId }, coupon: { code: "all" } }),
    );
    const invoices = async () => {
      const { rows } = await test.owner.query(
        "select id, kind, total_minor::int as total from invoice where subscription_id = $1 and invoice_status <> 'voided' order by kind desc",
        [subscriptionId],
      );
      return rows as { id: string; kind: string; total: number }[];
    };
    const credits = async () => {
      const { rows } = await test.owner.query(
        `select g.amount_minor::int as amount from credit_grant g join invoice i on i.tenant_id = g.tenant_id and i.id = g.source_invoice_id
         where g.customer_id = $1 and i.invoice_status <> 'voided'`,
        [tenant.customerId],
      );
      return rows.map((row) => row.amount);
    };
    const again = (invoiceId: string) =>
      tenant.inTenant((tx) => regenerateInvoice(tx, { invoiceId, reason: "coupon forgotten" }));
    const [start, final] = await invoices();
    expect([start?.total, final?.total, await credits()]).toEqual([3000, -2000, [2000]]);
    await expect(again(start?.id ?? "")).rejects.toMatchObject({ code: "invoice_amended" });
    expect([(await invoices()).map(({ total }) => total), await credits()]).toEqual([[3000, -2000], [2000]]);

    await tenant.inTenant((tx) =>
      voidInvoice(tx, { invoiceId: final?.id ?? "", reason: "coupon forgotten" }),
    );
    await again(start?.id ?? "");
    await again(final?.id ?? "");
    expect((await invoices()).map(({ kind, total }) => `${kind} ${total}`)).toEqual(["start 0", "final 0"]);
    expect(await credits()).toEqual([]);
  });
});
