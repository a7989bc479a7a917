import { createCoupon } from "#libs/billing/catalog/create-coupon.ts";
import { createTaxRate } from "#libs/billing/catalog/create-tax-rate.ts";
import { giveCoupon } from "#libs/billing/catalog/give-coupon.ts";
import { updateCustomer } from "#libs/billing/catalog/update-customer.ts";
import { grantCredit } from "#libs/billing/credit/grant-credit.ts";
import { type MeteredTenant, type MeteredWorld, openMeteredWorld } from "#libs/testkit/metered-world.ts";
import { regenerateInvoice } from "./regenerate-invoice.ts";
import { replayInvoice } from "./replay-invoice.ts";

describe("an invoice with discount, tax and credit", () => {
  let world: MeteredWorld;
  beforeAll(async () => {
    world = await openMeteredWorld();
  });
  afterAll(() => world.close());

  const totalsOf = async (id: string) => {
    const [row] = await world.rows(
      `select invoice_status as status, subtotal_minor as subtotal, discount_total_minor as discount, tax_total_minor as tax,
         total_minor as total, credit_total_minor as credit, amount_due_minor as due from invoice where id = $1`,
      [id],
    );
    return row;
  };
  const replay = (tenant: MeteredTenant, invoiceId: string) =>
    tenant.inTenant((tx) => replayInvoice(tx, { invoiceId }));

  it("is replayed to the byte, and made again with the coupon and the credit that it gives back", async () => {
    const tenant = await world.start("2026-02-01T00:00:00Z", { endsAt: "2026-02-01T00:00:00Z" });
    const customer = { id: tenant.customerId };
    await tenant.inTenant(async (tx) => {
      await createTaxRate(tx, { code: "vat", name: "VAT", percentage: "20", inclusive: false });
      await updateCustomer(tx, { customer, taxRates: [{ code: "vat" }] });
      await createCoupon(tx, { code: "ten", name: "Ten", percentOff: "10", duration: "forever" });
      await giveCoupon(tx, { customer, coupon: { code: "ten" } });
      await grantCredit(tx, { customer, amount: "5.00", currency: "USD", priority: 1 });
    });
    await tenant.send("12", "2026-01-10T00:00:00Z");
    const { invoices } = await tenant.bill();
    const [start = "", final = ""] = invoices.map((each) => each.invoiceId);
    // 10.00 - 1.00 + 1.80 = 10.80, of which credit pays 5.00; 6.50 - 0.65 + 1.17 = 7.02.
    expect(await totalsOf(start)).toMatchObject({
      discount: "100",
      total: "1080",
      credit: "500",
      due: "580",
    });
    expect(await totalsOf(final)).toMatchObject({ discount: "65", tax: "117", total: "702", credit: "0" });
    expect((await replay(tenant, start)).differences).toEqual([]);
    expect((await replay(tenant, final)).differences).toEqual([]);
    const { replacementId } = await tenant.inTenant((tx) =>
      regenerateInvoice(tx, { invoiceId: start, reason: "again" }),
    );
    expect(await totalsOf(start)).toMatchObject({ status: "voided", credit: "500" });
    expect(await totalsOf(replacementId ?? "")).toEqual({
      status: "finalized",
      subtotal: "1000",
      discount: "100",
      tax: "180",
      total: "1080",
      credit: "500",
      due: "580",
    });
    expect((await replay(tenant, replacementId ?? "")).differences).toEqual([]);
    const [balance] = await world.rows(
      `select sum(case when debit_account = 'receivable' then amount_minor when credit_account = 'receivable' then -amount_minor else 0 end)::text as receivable,
         sum(case when debit_account = 'tax_payable' then amount_minor when credit_account = 'tax_payable' then -amount_minor else 0 end)::text as tax
       from ledger_posting where tenant_id = $1`,
      [tenant.tenantId],
    );
    expect(balance).toEqual({ receivable: "1282", tax: "-297" });
  });
});
