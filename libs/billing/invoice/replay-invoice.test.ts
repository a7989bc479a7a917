import { createTaxRate } from "#libs/billing/catalog/create-tax-rate.ts";
import { updateCustomer } from "#libs/billing/catalog/update-customer.ts";
import { type MeteredTenant, type MeteredWorld, openMeteredWorld } from "#libs/testkit/metered-world.ts";
import { createInvoice } from "./create-invoice.ts";
import { replayInvoice } from "./replay-invoice.ts";

describe("replayInvoice", () => {
  let world: MeteredWorld;
  beforeAll(async () => {
    world = await openMeteredWorld();
  });
  afterAll(() => world.close());

  /** A taxed, final invoice of half of February: 10.00 by the half, 12 calls for 6.50 and a third of nothing. */
  const billed = async (): Promise<{ tenant: MeteredTenant; invoiceId: string }> => {
    const tenant = await world.start("2026-03-01T00:00:00Z", { endsAt: "2026-02-15T00:00:00Z" });
    await tenant.inTenant(async (tx) => {
      await createTaxRate(tx, { code: "vat", name: "VAT", percentage: "19", inclusive: false });
      await updateCustomer(tx, { customer: { id: tenant.customerId }, taxRates: [{ code: "vat" }] });
    });
    await tenant.send("7.25", "2026-01-10T00:10:00Z", "e1");
    await tenant.send("4.75", "2026-01-11T00:20:00Z", "e2");
    const { invoices } = await tenant.bill();
    return { tenant, invoiceId: invoices[1]?.invoiceId ?? "" };
  };
  const replay = (tenant: MeteredTenant, invoiceId: string) =>
    tenant.inTenant((tx) => replayInvoice(tx, { invoiceId }));
  const stepsOf = async (tenant: MeteredTenant, invoiceId: string) => {
    const { identical, differences } = await replay(tenant, invoiceId);
    expect(identical).toBe(differences.length === 0);
    return differences.map((each) => each.step);
  };
  /** Breaks what no role of the application could. */
  const spoil = async (table: string, sql: string, values: readonly unknown[]) => {
    await world.test.owner.query(`alter table ${table} disable trigger user`);
    const { rowCount } = await world.test.owner.query(sql, [...values]);
    await world.test.owner.query(`alter table ${table} enable trigger user`);
    expect(rowCount).toBe(1);
  };
  const lineOf = (kind: string) => `invoice_id = $1 and kind = '${kind}'`;

  it("gives the same bytes, from single events and from stored inputs, and writes nothing", async () => {
    const { tenant, invoiceId } = await billed();
    const before = await world.countRows();
    expect(await replay(tenant, invoiceId)).toEqual({
      identical: true,
      differences: [],
      lines: { events: 1, inputs: 1, sealed: 0 },
    });
    expect(await world.countRows()).toEqual(before);
  });

  it("gives the same bytes for an invoice made by hand", async () => {
    const { tenant } = await billed();
    const id = await tenant.inTenant((tx) =>
      createInvoice(tx, {
        customer: { id: tenant.customerId },
        lines: [
          { description: "Hours", quantity: "1.5", unitAmount: "33.335" },
          { description: "Fee", amount: "3.00", taxable: false },
        ],
        finalize: true,
      }),
    );
    expect(await replay(tenant, id)).toMatchObject({ identical: true, lines: { inputs: 2 } });
    await spoil(
      "invoice_line",
      "update invoice_line set inputs = jsonb_set(inputs, '{manual,quantity}', '\"2\"') where invoice_id = $1 and position = 0",
      [id],
    );
    expect(await stepsOf(tenant, id)).toEqual(expect.arrayContaining(["input_hash", "charge_model"]));
  });

  it("names the tiers when one stored tier was changed, and the document that no longer says so", async () => {
    const { tenant, invoiceId } = await billed();
    await spoil(
      "invoice_line",
      `update invoice_line set tiers = jsonb_set(tiers, '{1,unitAmount}', '"0.20"') where ${lineOf("usage")}`,
      [invoiceId],
    );
    expect(await stepsOf(tenant, invoiceId)).toEqual(["tiers", "document"]);
  });

  it("names the inputs when a tier of the stored price was changed", async () => {
    const { tenant, invoiceId } = await billed();
    await spoil(
      "invoice_line",
      `update invoice_line set inputs = jsonb_set(inputs, '{price,chargeModel,tiers,0,unitAmount}', '"0.40"') where ${lineOf("usage")}`,
      [invoiceId],
    );
    expect((await stepsOf(tenant, invoiceId)).slice(0, 2)).toEqual(["input_hash", "charge_model"]);
  });

  it("names the usage when one event was changed, added or taken away behind the buckets", async () => {
    const { tenant, invoiceId } = await billed();
    await spoil("usage_event", "update usage_event set value = 7.26 where tenant_id = $1 and id = 'e1'", [
      tenant.tenantId,
    ]);
    const { identical, differences } = await replay(tenant, invoiceId);
    expect([identical, differences[0]]).toEqual([
      false,
      {
        step: "usage",
        stored: '{"events":"2","quantity":"12"}',
        replayed: '{"events":"2","quantity":"12.01"}',
        detail: "the usage that is counted",
        description: "Calls",
        lineId: expect.any(String),
      },
    ]);
    await spoil("usage_event", "delete from usage_event where tenant_id = $1 and id = 'e1'", [
      tenant.tenantId,
    ]);
    expect((await stepsOf(tenant, invoiceId))[0]).toBe("usage");
  });

  it("names the ratio when a share was changed", async () => {
    const { tenant } = await billed();
    const [first] = await world.rows<{ id: string }>(
      "select l.invoice_id as id from invoice_line l where l.tenant_id = $1 and l.kind = 'recurring' and l.ratio_numerator < l.ratio_denominator",
      [tenant.tenantId],
    );
    const id = first?.id ?? "";
    expect(await stepsOf(tenant, id)).toEqual([]);
    await spoil(
      "invoice_line",
      `update invoice_line set ratio_numerator = ratio_numerator + 1 where ${lineOf("recurring")}`,
      [id],
    );
    expect(await stepsOf(tenant, id)).toEqual(["ratio"]);
  });

  it("names what was changed of totals, taxes and the frozen document", async () => {
    const { tenant, invoiceId } = await billed();
    await spoil(
      "invoice_tax",
      "update invoice_tax set amount_minor = amount_minor + 1 where invoice_id = $1",
      [invoiceId],
    );
    expect(await stepsOf(tenant, invoiceId)).toEqual(["tax", "total"]);
    await spoil(
      "invoice_document",
      `update invoice_document set document = jsonb_set(document, '{total}', '"1.00"') where invoice_id = $1`,
      [invoiceId],
    );
    expect(await stepsOf(tenant, invoiceId)).toEqual(["tax", "total", "document_hash", "document"]);
  });
});
