import { makeCustomer, makeSubscription, makeTenant, type TestTenant } from "#libs/testkit/factories.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { findCustomer, listCustomers } from "#libs/data/customers.ts";
import { findPaymentMethod } from "#libs/data/payment-methods.ts";
import { addPaymentMethod } from "./add-payment-method.ts";
import { createTaxRate } from "./create-tax-rate.ts";
import { deleteCustomer } from "./delete-customer.ts";
import { removePaymentMethod } from "./remove-payment-method.ts";
import { updateCustomer } from "./update-customer.ts";

describe("customers", () => {
  let test: TestDatabase;
  let tenant: TestTenant;
  beforeAll(async () => {
    test = await openTestDatabase();
    tenant = await makeTenant(test);
    await tenant.inTenant((tx) => createTaxRate(tx, { code: "vat", name: "VAT", percentage: "19" }));
  });
  afterAll(() => test.close());

  const audits = async (id: string) =>
    (await test.owner.query("select action from audit_log where target_id = $1 order by id", [id])).rows.map(
      (row) => row.action,
    );

  it("are created with defaults, an event and one audit row", async () => {
    const row = await makeCustomer(tenant, { name: "Łódź 🚀", locale: "PL-pl", timezone: "europe/warsaw" });
    expect(row).toMatchObject({
      ...{ name: "Łódź 🚀", locale: "pl-PL", timezone: "Europe/Warsaw", status: "active" },
      ...{ tax_status: "taxable", tax_rate_ids: [], version: 1 },
    });
    expect(await audits(row.id)).toEqual(["customer.create"]);
    const { rows } = await test.owner.query("select type from domain_event where subject_id = $1", [row.id]);
    expect(rows).toEqual([{ type: "customer.created" }]);
  });

  it("refuse an external id a second time, and one with our prefix", async () => {
    await makeCustomer(tenant, { externalId: "acme" });
    await expect(makeCustomer(tenant, { externalId: "acme" })).rejects.toMatchObject({
      code: "external_id_taken",
    });
    await expect(makeCustomer(tenant, { externalId: "cus_1" })).rejects.toMatchObject({
      details: { errors: [{ path: "external_id", code: "external_id_reserved" }] },
    });
  });

  it("name every field that is wrong at once", async () => {
    const bad = { timezone: "Mars/Base", currency: "ZZZ", locale: "!", paymentTermsDays: -1 };
    await expect(makeCustomer(tenant, { ...bad, invoiceNumberPrefix: "é" })).rejects.toMatchObject({
      code: "fields_invalid",
      details: {
        errors: ["currency", "timezone", "locale", "payment_terms_days", "invoice_number_prefix"].map(
          (path) => expect.objectContaining({ path }),
        ),
      },
    });
    await expect(makeCustomer(tenant, { taxRates: [{ code: "nope" }] })).rejects.toMatchObject({
      code: "tax_rate_not_found",
      details: { errors: [{ path: "tax_rate_ids.0" }] },
    });
  });

  it("change only the fields that are given, and not at all on an old version", async () => {
    const { id } = await makeCustomer(tenant, { externalId: "north", taxRates: [{ code: "vat" }] });
    const change = (ifVersion: number) =>
      tenant.inTenant((tx) =>
        updateCustomer(tx, { customer: { code: "north" }, email: null, currency: "EUR", ifVersion }),
      );
    const after = await change(1);
    expect(after).toMatchObject({ name: "Acme Inc.", email: null, currency: "EUR", version: 2 });
    expect(after.tax_rate_ids).toHaveLength(1);
    await expect(change(1)).rejects.toMatchObject({ code: "version_conflict" });
    expect(await audits(id)).toEqual(["customer.create", "customer.update"]);
  });

  it("cannot take an external id that another one has", async () => {
    await makeCustomer(tenant, { externalId: "first" });
    const second = await makeCustomer(tenant, { externalId: "second" });
    await expect(
      tenant.inTenant((tx) => updateCustomer(tx, { customer: { id: second.id }, externalId: "first" })),
    ).rejects.toMatchObject({ code: "external_id_taken" });
  });

  it("are deleted only without a live subscription, and then are not found, but keep their external id", async () => {
    const { id } = await makeCustomer(tenant, { externalId: "leaving" });
    const remove = () => tenant.inTenant((tx) => deleteCustomer(tx, { customer: { id } }));
    const subscription = await makeSubscription(tenant, { customer: { id } });
    await expect(remove()).rejects.toMatchObject({ code: "customer_in_use" });
    await test.owner.query("update subscription set status = 'ended' where id = $1", [subscription.id]);
    expect(await remove()).toBe(id);
    await expect(remove()).rejects.toMatchObject({ code: "customer_not_found" });
    expect(await tenant.inTenant((tx) => findCustomer(tx, { code: "leaving" }))).toBeNull();
    await expect(makeCustomer(tenant, { externalId: "leaving" })).rejects.toMatchObject({
      code: "external_id_taken",
    });
  });

  it("are listed newest first, page by page, each once", async () => {
    const other = await makeTenant(test);
    const made: string[] = [];
    for (let n = 0; n < 5; n++) made.push((await makeCustomer(other, { name: `C${n}` })).id);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await other.inTenant((tx) => listCustomers(tx, { limit: 2, cursor }));
      seen.push(...page.rows.map((row) => row.id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(made.reverse());
  });

  it("hold payment methods: each once, the newest default first in line, none removed that is in use", async () => {
    const { id } = await makeCustomer(tenant);
    const customer = { id };
    const add = (providerId: string) =>
      tenant.inTenant((tx) => addPaymentMethod(tx, { customer, type: "card", providerId }));
    const first = await add("pm_a");
    const second = await add("pm_b");
    await expect(add("pm_a")).rejects.toMatchObject({ code: "payment_method_taken" });
    expect(await tenant.inTenant((tx) => findPaymentMethod(tx, id, first.id))).toMatchObject({
      is_default: false,
    });
    await makeSubscription(tenant, { customer, paymentMethodId: second.id });
    const remove = (paymentMethodId: string) =>
      tenant.inTenant((tx) => removePaymentMethod(tx, { customer, paymentMethodId }));
    await expect(remove(second.id)).rejects.toMatchObject({ code: "payment_method_in_use" });
    await remove(first.id);
    await expect(remove(first.id)).rejects.toMatchObject({ code: "payment_method_not_found" });
  });
});
