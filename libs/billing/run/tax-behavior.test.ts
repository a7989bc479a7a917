import { createTaxRate } from "#libs/billing/catalog/create-tax-rate.ts";
import { updateCustomer } from "#libs/billing/catalog/update-customer.ts";
import type { Price } from "#libs/core/price/price.ts";
import { startChangeTenant } from "#libs/testkit/change-world.ts";
import { flatPrice, usagePrice } from "#libs/testkit/factories.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { createCreditNote } from "../credit-note/create-credit-note.ts";
import { replayInvoice } from "../invoice/replay-invoice.ts";
import { changeSubscription } from "../subscription/change-subscription.ts";

const fee = (code: string, amount: string, fields: Partial<Price> = {}): Price =>
  flatPrice({
    ...{ code, billing: "in_advance", proration: "day", chargeModel: { model: "flat", amount } },
    ...fields,
  });

describe("the tax behavior of a price", () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await openTestDatabase();
  });
  afterAll(() => test.close());

  /** Billed for April, with one rate of 19 %. */
  async function inApril(inclusive: boolean, prices: readonly Price[], more: readonly Price[] = []) {
    const tenant = await startChangeTenant(test, "2026-04-01T00:00:00Z", {
      small: { prices },
      big: { prices: more.length === 0 ? [flatPrice()] : more },
    });
    await tenant.inTenant(async (tx) => {
      const rate = await createTaxRate(tx, { code: "vat", name: "VAT", percentage: "19", inclusive });
      await updateCustomer(tx, { customer: { id: tenant.customerId }, taxRates: [{ id: rate.id }] });
    });
    const id = await tenant.subscribe();
    await tenant.bill(id);
    return { tenant, id };
  }
  type Row = { id: string; subtotal: number; tax: number; total: number; taxes: string[] };
  const invoicesOf = async (id: string): Promise<Row[]> => {
    const { rows } = await test.owner.query(
      `select i.id, i.subtotal_minor::int as subtotal, i.tax_total_minor::int as tax, i.total_minor::int as total,
         (select coalesce(array_agg(t.taxable_minor || ' + ' || t.amount_minor || case when t.inclusive then ' included' else '' end
            order by t.inclusive), '{}') from invoice_tax t where t.invoice_id = i.id) as taxes
       from invoice i where i.subscription_id = $1 and i.invoice_type <> 'credit' order by i.billing_sequence`,
      [id],
    );
    return rows;
  };

  it.each<[NonNullable<Price["taxBehavior"]> | undefined, boolean, Partial<Row>]>([
    [undefined, false, { subtotal: 11900, tax: 2261, total: 14161, taxes: ["11900 + 2261"] }],
    [undefined, true, { subtotal: 11900, tax: 1900, total: 11900, taxes: ["10000 + 1900 included"] }],
    ["inclusive", false, { subtotal: 11900, tax: 1900, total: 11900, taxes: ["10000 + 1900 included"] }],
    ["inclusive", true, { subtotal: 11900, tax: 1900, total: 11900, taxes: ["10000 + 1900 included"] }],
    ["exclusive", true, { subtotal: 11900, tax: 2261, total: 14161, taxes: ["11900 + 2261"] }],
    ["exclusive", false, { subtotal: 11900, tax: 2261, total: 14161, taxes: ["11900 + 2261"] }],
  ])("%s beats the rate's own mark (inclusive: %s)", async (taxBehavior, inclusive, expected) => {
    const price = fee("base", "119.00", taxBehavior === undefined ? {} : { taxBehavior });
    const { id } = await inApril(inclusive, [price]);
    expect(await invoicesOf(id)).toMatchObject([expected]);
  });

  it("is kept apart line by line: one rate is contained in one and added to the other", async () => {
    const prices = [
      fee("gross", "119.00", { taxBehavior: "inclusive" }),
      fee("net", "100.00", { taxBehavior: "exclusive" }),
      fee("plain", "10.00"),
    ];
    const { tenant, id } = await inApril(false, prices);
    const [invoice] = await invoicesOf(id);
    expect(invoice).toMatchObject({
      ...{ subtotal: 22900, tax: 1900 + 1900 + 190, total: 22900 + 2090 },
      taxes: ["11000 + 2090", "10000 + 1900 included"],
    });
    const replay = await tenant.inTenant((tx) => replayInvoice(tx, { invoiceId: invoice?.id ?? "" }));
    expect(replay).toMatchObject({ identical: true, differences: [] });
    const { rows } = await test.owner.query(
      "select document->'taxes' as taxes from invoice_document where invoice_id = $1",
      [invoice?.id],
    );
    expect(rows[0].taxes).toMatchObject([
      { inclusive: false, taxableAmount: "110.00", amount: "20.90" },
      { inclusive: true, taxableAmount: "100.00", amount: "19.00" },
    ]);
  });

  it("goes with what is taken back of it, by a credit note and by a change", async () => {
    const gross = fee("gross", "119.00", { taxBehavior: "inclusive" });
    const { tenant, id } = await inApril(
      false,
      [gross, fee("net", "100.00")],
      [{ ...gross, chargeModel: { model: "flat", amount: "238.00" } }],
    );
    const [april] = await invoicesOf(id);
    expect(april).toMatchObject({ subtotal: 21900, tax: 3800, total: 23800 });
    const noteId = await tenant.inTenant((tx) =>
      createCreditNote(tx, {
        ...{ invoiceId: april?.id ?? "", asked: { amount: "23.80" }, settlement: "offset" },
      }),
    );
    const { rows } = await test.owner.query(
      "select subtotal_minor::int as subtotal, tax_total_minor::int as tax, total_minor::int as total from invoice where id = $1",
      [noteId],
    );
    // A tenth of 119.00 with 1.90 in it, and a tenth of 100.00 with 1.90 on it.
    expect(rows).toEqual([{ subtotal: 2190, tax: 380, total: 2380 }]);
    await tenant.moveClock("2026-04-16T00:00:00Z");
    await tenant.inTenant((tx) => changeSubscription(tx, { subscriptionId: id, plan: { code: "big" } }));
    const [, change] = await invoicesOf(id);
    // Half of 119.00 and of 100.00 comes back, half of 238.00 is charged: 9.50 and 9.50 of tax back, 19.00 in the new fee.
    expect(change).toMatchObject({ subtotal: -5950 - 5000 + 11900, tax: 0, total: 950 - 950 });
    expect(change?.taxes).toEqual(["-5000 + -950", "5000 + 950 included"]);
  });

  it("goes for usage, and for a plan's limits where its prices agree", async () => {
    const calls = usagePrice("calls", {
      ...{ taxBehavior: "inclusive", chargeModel: { model: "per_unit", unitAmount: "1.19" } },
    });
    const tenant = await startChangeTenant(test, "2026-04-01T00:00:00Z", {
      small: { prices: [calls], maximumAmount: "119.00" },
      big: {},
    });
    await tenant.tax("19");
    const id = await tenant.subscribe();
    await tenant.bill(id);
    await tenant.send("200", "2026-04-03T00:00:00Z");
    await tenant.moveClock("2026-05-01T00:00:00Z");
    await tenant.bill(id);
    expect(await invoicesOf(id)).toMatchObject([
      { subtotal: 11900, tax: 1900, total: 11900, taxes: ["10000 + 1900 included"] },
    ]);
  });
});
