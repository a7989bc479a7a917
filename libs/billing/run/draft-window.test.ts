import { updateSettings } from "#libs/billing/catalog/update-settings.ts";
import { planDueDrafts } from "#libs/data/invoice-drafts.ts";
import { causes } from "#libs/jobs/catalog.ts";
import { invoiceFinalize } from "#libs/jobs/invoice-finalize.job.ts";
import { flatPrice, usagePrice } from "#libs/testkit/factories.ts";
import { type MeteredTenant, type MeteredWorld, openMeteredWorld } from "#libs/testkit/metered-world.ts";
import { finalizeInvoice } from "../invoice/finalize-invoice.ts";

describe("the settings of generation", () => {
  let world: MeteredWorld;
  beforeAll(async () => {
    world = await openMeteredWorld(causes);
  });
  afterAll(() => world.close());

  const invoicesOf = (tenant: MeteredTenant) =>
    world.rows<{ id: string; finalize_at: Date }>(
      "select id, invoice_status, number, total_minor, payment_status, finalize_at from invoice where tenant_id = $1 order by billing_sequence",
      [tenant.tenantId],
    );
  const planned = (tenant: MeteredTenant) => tenant.inTenant((tx) => planDueDrafts(tx));

  it("draft_window keeps invoices as drafts until it has passed, by the tenant's clock and zone", async () => {
    const tenant = await world.start("2026-03-28T12:00:00Z");
    await tenant.inTenant((tx) =>
      updateSettings(tx, { change: { draftWindow: "P1D", timezone: "Europe/Berlin" } }),
    );
    await tenant.bill();
    const [first, ...more] = await invoicesOf(tenant);
    // A local day over the spring change has 23 hours.
    expect(first).toMatchObject({
      invoice_status: "draft",
      number: null,
      finalize_at: new Date("2026-03-29T11:00:00Z"),
    });
    expect(await world.rows("select 1 from ledger_posting where tenant_id = $1", [tenant.tenantId])).toEqual(
      [],
    );
    await tenant.moveClock("2026-03-29T10:59:59Z");
    expect(await planned(tenant)).toBe(0);
    await tenant.inTenant((tx) => finalizeInvoice(tx, { invoiceId: first?.id ?? "" }));
    await tenant.moveClock("2026-03-29T11:00:00Z");
    expect(await planned(tenant)).toBe(more.length);
    expect(await planned(tenant)).toBe(0);
    for (const { id } of more) {
      await tenant.inTenant(async (tx) => {
        const seeds = causes({
          ...{ id, tenantId: tenant.tenantId, type: "invoice.draft_due", runId: null },
          ...{ subjectType: "invoice", subjectId: id, data: {} },
        });
        expect(seeds.map((seed) => seed.name)).toEqual([invoiceFinalize.name]);
        await finalizeInvoice(tx, { invoiceId: id });
      });
    }
    expect((await invoicesOf(tenant)).map((invoice) => ({ ...invoice }))).toMatchObject([
      { invoice_status: "finalized", number: "INV-202603-00001" },
      { invoice_status: "finalized", number: "INV-202603-00002" },
      { invoice_status: "finalized", number: "INV-202603-00003" },
    ]);
  });

  it("issues the drafts of several jobs in one transaction, each job with its own, and nothing twice", async () => {
    const tenant = await world.start("2026-03-28T12:00:00Z");
    await tenant.inTenant((tx) => updateSettings(tx, { change: { draftWindow: "P1D" } }));
    await tenant.bill();
    const [first, second, third] = (await invoicesOf(tenant)).map(({ id }) => id);
    await tenant.inTenant((tx) => finalizeInvoice(tx, { invoiceId: first ?? "" }));
    const jobs = [third, first, second].map((invoiceId) => ({ invoiceId }));
    const results = await tenant.inTenant(async (tx) => invoiceFinalize.runTogether?.(tx, jobs, {} as never));
    expect(results).toMatchObject([
      [{ id: third, number: "INV-202603-00003" }],
      [],
      [{ id: second, number: "INV-202603-00002" }],
    ]);
  });

  const free = {
    plan: {
      prices: [
        flatPrice({ chargeModel: { model: "flat", amount: "0" } }),
        usagePrice("calls", { chargeModel: { model: "per_unit", unitAmount: "0.001" } }),
      ],
    },
  } as const;

  it("zero_amount_invoices: finalize issues an invoice of nothing, paid at once", async () => {
    const tenant = await world.start("2026-02-01T00:00:00Z", free);
    await tenant.send("4", "2026-01-10T00:00:00Z");
    await tenant.bill();
    expect(await invoicesOf(tenant)).toMatchObject([
      {
        invoice_status: "finalized",
        number: "INV-202602-00001",
        total_minor: "0",
        payment_status: "succeeded",
      },
    ]);
  });

  it("zero_amount_invoices: skip records the period as billed without an invoice, and goes on", async () => {
    const tenant = await world.start("2026-02-01T00:00:00Z", free);
    await tenant.inTenant((tx) => updateSettings(tx, { change: { zeroAmountInvoices: "skip" } }));
    await tenant.send("4", "2026-01-10T00:00:00Z");
    await tenant.bill();
    expect(await invoicesOf(tenant)).toEqual([]);
    expect(
      await world.rows(
        "select state, invoice_id, event_count from billing_period where tenant_id = $1 order by event_count",
        [tenant.tenantId],
      ),
    ).toEqual([
      { state: "billed", invoice_id: null, event_count: "0" },
      { state: "billed", invoice_id: null, event_count: "1" },
    ]);
    await tenant.moveClock("2026-03-01T00:00:00Z");
    await tenant.send("5", "2026-02-10T00:00:00Z");
    await tenant.bill();
    expect(await invoicesOf(tenant)).toMatchObject([{ number: "INV-202603-00001", total_minor: "1" }]);
  });
});
