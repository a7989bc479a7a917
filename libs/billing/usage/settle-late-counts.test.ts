import { updateSettings } from "#libs/billing/catalog/update-settings.ts";
import { voidInvoice } from "#libs/billing/invoice/void-invoice.ts";
import { usagePrice } from "#libs/testkit/factories.ts";
import { type MeteredTenant, type MeteredWorld, openMeteredWorld } from "#libs/testkit/metered-world.ts";
import { settleLateUsage } from "./settle-late.ts";

describe("how late usage is found and counted", () => {
  let world: MeteredWorld;
  beforeAll(async () => {
    world = await openMeteredWorld();
  });
  afterAll(() => world.close());

  const sweep = (tenant: MeteredTenant) => tenant.inTenant((tx) => settleLateUsage(tx));
  /** All lines, in order: kind, month and amount. */
  const lines = async (tenant: MeteredTenant) => {
    const rows = await world.rows<{ text: string }>(
      `select concat_ws(' ', l.kind, to_char(l.period_start at time zone 'UTC', 'MM'), l.amount_minor) as text from invoice_line l
       join invoice i on i.id = l.invoice_id where l.tenant_id = $1 and i.invoice_status <> 'voided' order by i.billing_sequence, l.position`,
      [tenant.tenantId],
    );
    return rows.map(({ text }) => text);
  };
  const bill = async (tenant: MeteredTenant, month: string) => {
    await tenant.moveClock(`2026-${month}-01T00:00:00Z`);
    await tenant.bill();
  };
  const perUnit = { chargeModel: { model: "per_unit", unitAmount: "1.00" } } as const;

  it("bills what comes late of a period whose invoice was skipped, once, and again when more comes", async () => {
    const prices = [
      usagePrice("calls", {
        chargeModel: {
          model: "graduated",
          tiers: [
            { upTo: "10", unitAmount: "0", flatAmount: "0" },
            { upTo: null, unitAmount: "1.00", flatAmount: "0" },
          ],
        },
      }),
    ];
    const ended = { plan: { prices }, endsAt: "2026-02-01T00:00:00Z" };
    const tenant = await world.start("2026-02-01T00:00:00Z", ended);
    await tenant.inTenant((tx) => updateSettings(tx, { change: { zeroAmountInvoices: "skip" } }));
    await tenant.send("2", "2026-01-10T00:00:00Z");
    await tenant.send("2", "2026-01-11T00:00:00Z");
    await tenant.bill();
    expect(await lines(tenant)).toEqual([]);
    await tenant.send("5", "2026-01-12T00:00:00Z");
    await tenant.send("5", "2026-01-13T00:00:00Z");
    expect(await sweep(tenant)).toMatchObject({ late: 1 });
    expect(await lines(tenant)).toEqual(["late_usage 01 400"]);
    expect(await sweep(tenant)).toEqual({ counted: 1, late: 0, invoices: [] });
    await tenant.send("5", "2026-01-14T00:00:00Z");
    await tenant.send("5", "2026-01-15T00:00:00Z");
    expect(await sweep(tenant)).toMatchObject({ late: 1 });
    expect(await lines(tenant)).toEqual(["late_usage 01 400", "late_usage 01 1000"]);
    expect(await sweep(tenant)).toEqual({ counted: 1, late: 0, invoices: [] });
  });

  it("marks usage that changes no amount as late once, with an invoice to come and without", async () => {
    const prices = [usagePrice("calls", { ...perUnit, minimumAmount: "5.00" })];
    const ended = await world.start("2026-02-01T00:00:00Z", {
      plan: { prices },
      endsAt: "2026-02-01T00:00:00Z",
    });
    await ended.bill();
    await ended.send("2", "2026-01-10T00:00:00Z");
    expect(await sweep(ended)).toEqual({ counted: 1, late: 1, invoices: [] });
    expect(await sweep(ended)).toEqual({ counted: 1, late: 0, invoices: [] });
    expect(await lines(ended)).toEqual(["usage 01 500"]);

    const live = await world.start("2026-02-01T00:00:00Z", { plan: { prices } });
    await live.bill();
    await live.send("2", "2026-01-10T00:00:00Z");
    expect(await sweep(live)).toMatchObject({ counted: 1, late: 1 });
    await bill(live, "03");
    expect(await sweep(live)).toEqual({ counted: 2, late: 0, invoices: [] });
    expect(await lines(live)).toEqual(["usage 01 500", "usage 02 500"]);
  });

  it("settles every later period into which a late event is carried over", async () => {
    const tenant = await world.start("2026-02-01T00:00:00Z", {
      plan: { prices: [usagePrice("calls", perUnit)] },
      meter: { aggregation: "weighted_sum", carryOver: true },
    });
    await tenant.send("10", "2026-01-01T00:00:00Z");
    await tenant.bill();
    await bill(tenant, "03");
    await bill(tenant, "04");
    expect(await lines(tenant)).toEqual(["usage 01 1000", "usage 02 1000", "usage 03 1000"]);
    // 100 more from the middle of February: half of it in February, all of it in March.
    await tenant.send("100", "2026-02-15T00:00:00Z");
    expect(await sweep(tenant)).toMatchObject({ counted: 3, late: 1 });
    await bill(tenant, "05");
    expect((await lines(tenant)).slice(3)).toEqual([
      "usage 04 11000",
      "late_usage 02 5000",
      "late_usage 03 10000",
    ]);
    expect(await sweep(tenant)).toEqual({ counted: 4, late: 0, invoices: [] });
    const [last] = await world.rows<{ id: string }>(
      "select id from invoice where tenant_id = $1 order by billing_sequence desc limit 1",
      [tenant.tenantId],
    );
    await tenant.inTenant((tx) => voidInvoice(tx, { invoiceId: last?.id ?? "", reason: "x" }));
    expect(await sweep(tenant)).toMatchObject({ late: 2 });
    await bill(tenant, "06");
    expect((await lines(tenant)).slice(3)).toEqual([
      "usage 05 11000",
      "late_usage 02 5000",
      "late_usage 03 10000",
    ]);
  });
});
