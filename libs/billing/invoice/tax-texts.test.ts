import { updateCustomer } from "#libs/billing/catalog/update-customer.ts";
import { updateSettings } from "#libs/billing/catalog/update-settings.ts";
import { createCreditNote } from "#libs/billing/credit-note/create-credit-note.ts";
import type { InvoiceDocument } from "#libs/core/invoice/invoice-document.ts";
import { startChangeTenant } from "#libs/testkit/change-world.ts";
import { usagePrice } from "#libs/testkit/factories.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { finalizeInvoice } from "./finalize-invoice.ts";
import { refreshInvoice } from "./refresh-invoice.ts";

describe("what an invoice prints about its taxes", () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await openTestDatabase();
  });
  afterAll(() => test.close());

  /** A draft of 5 calls and 0.95 of tax, whose customer has become one that accounts for the tax itself. */
  async function draft() {
    const price = usagePrice("calls", { chargeModel: { model: "per_unit", unitAmount: "1.00" } });
    const tenant = await startChangeTenant(test, "2026-04-01T00:00:00Z", {
      small: { prices: [price] },
      big: {},
    });
    await tenant.tax("19");
    await tenant.inTenant((tx) => updateSettings(tx, { change: { draftWindow: "P3D" } }));
    const id = await tenant.subscribe();
    await tenant.bill(id);
    await tenant.send("5", "2026-04-03T00:00:00Z");
    await tenant.moveClock("2026-05-01T00:00:00Z");
    await tenant.bill(id);
    const { rows } = await test.owner.query("select id from invoice where subscription_id = $1", [id]);
    const invoiceId: string = rows[0].id;
    await tenant.inTenant((tx) =>
      updateCustomer(tx, { customer: { id: tenant.customerId }, taxStatus: "reverse_charge" }),
    );
    return { tenant, invoiceId };
  }
  const documentOf = async (invoiceId: string): Promise<InvoiceDocument> =>
    (await test.owner.query("select document from invoice_document where invoice_id = $1", [invoiceId]))
      .rows[0].document;

  it("follows the tax that was computed, though the customer's status moved while it was a draft", async () => {
    const { tenant, invoiceId } = await draft();
    await tenant.inTenant((tx) => finalizeInvoice(tx, { invoiceId }));
    expect(await documentOf(invoiceId)).toMatchObject({
      ...{ taxTotal: "0.95", total: "5.95", notices: [], customer: { taxStatus: "taxable" } },
      taxes: [{ percentage: "19", amount: "0.95" }],
    });
    const edit = tenant.inTenant(
      (tx) => tx.db.$executeRaw`update invoice set tax_status = 'exempt' where id = ${invoiceId}::uuid`,
    );
    await expect(edit).rejects.toThrow("was issued and cannot be edited");
    const noteId = await tenant.inTenant((tx) =>
      createCreditNote(tx, { invoiceId, asked: { amount: "5.95" }, settlement: "offset" }),
    );
    expect(await documentOf(noteId)).toMatchObject({
      ...{ taxTotal: "0.95", notices: [], customer: { taxStatus: "taxable" } },
    });
  });

  it("follows the new status once the draft is refreshed, with its tax", async () => {
    const { tenant, invoiceId } = await draft();
    await tenant.inTenant((tx) => refreshInvoice(tx, { invoiceId }));
    await tenant.inTenant((tx) => finalizeInvoice(tx, { invoiceId }));
    expect(await documentOf(invoiceId)).toMatchObject({
      ...{ taxTotal: "0.00", total: "5.00", taxes: [], customer: { taxStatus: "reverse_charge" } },
      notices: [expect.stringContaining("Reverse charge")],
    });
  });
});
