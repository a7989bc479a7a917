import { createCustomer } from "#libs/billing/catalog/create-customer.ts";
import { updateCustomer } from "#libs/billing/catalog/update-customer.ts";
import { updateSettings } from "#libs/billing/catalog/update-settings.ts";
import type { InvoiceDocument } from "#libs/core/invoice/invoice-document.ts";
import { makeTenant, type TestTenant } from "#libs/testkit/factories.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { createInvoice } from "./create-invoice.ts";

let test: TestDatabase;
let tenant: TestTenant;
let customerId: string;
beforeAll(async () => {
  test = await openTestDatabase();
  tenant = await makeTenant(test);
  const billingAddress = {
    line1: "1 Main Street",
    city: "Springfield",
    state: "IL",
    postalCode: "62701",
    country: "US",
  };
  const customer = await tenant.inTenant((tx) => createCustomer(tx, { name: "Globex", billingAddress }));
  customerId = customer.id;
});
afterAll(() => test.close());

async function issue(): Promise<InvoiceDocument> {
  const lines = [{ description: "Work", amount: "1.00" }];
  const id = await tenant.inTenant((tx) =>
    createInvoice(tx, { customer: { id: customerId }, currency: "USD", lines, finalize: true }),
  );
  const { rows } = await test.owner.query("select document from invoice_document where invoice_id = $1", [
    id,
  ]);
  return rows[0].document;
}

describe("the document of an invoice", () => {
  it("speaks the customer's language, else the tenant's, else English, and names countries in it", async () => {
    expect(await issue()).toMatchObject({ locale: "en", customer: { address: lines("United States") } });
    await tenant.inTenant((tx) => updateSettings(tx, { change: { defaultLocale: "de-at" } }));
    expect(await issue()).toMatchObject({
      locale: "de-AT",
      customer: { address: lines("Vereinigte Staaten") },
    });
    await tenant.inTenant((tx) => updateCustomer(tx, { customer: { id: customerId }, locale: "ja" }));
    expect(await issue()).toMatchObject({ locale: "ja", customer: { address: lines("アメリカ合衆国") } });
    const unknown = tenant.inTenant((tx) => updateSettings(tx, { change: { defaultLocale: "no such" } }));
    await expect(unknown).rejects.toMatchObject({
      details: { errors: [{ path: "default_locale", code: "locale_unknown" }] },
    });
  });

  it("is as large as the tenant says, or as paper is in the customer's country", async () => {
    expect(await issue()).toMatchObject({ pageSize: "A4" });
    await tenant.inTenant((tx) => updateSettings(tx, { change: { pageSize: null } }));
    expect(await issue()).toMatchObject({ pageSize: "Letter" });
    await tenant.inTenant((tx) =>
      updateCustomer(tx, { customer: { id: customerId }, billingAddress: { country: "PL" } }),
    );
    expect(await issue()).toMatchObject({ pageSize: "A4" });
  });
});

function lines(country: string): string[] {
  return ["1 Main Street", "Springfield, IL 62701", country];
}
