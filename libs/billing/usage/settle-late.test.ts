import { Temporal } from "temporal-polyfill";
import { type MeteredTenant, type MeteredWorld, openMeteredWorld } from "#libs/testkit/metered-world.ts";
import { previewInvoice, previewLines } from "../invoice/preview-invoice.ts";
import { replayInvoice } from "../invoice/replay-invoice.ts";
import { voidInvoice } from "../invoice/void-invoice.ts";
import { settleLateUsage } from "./settle-late.ts";

describe("late usage", () => {
  let world: MeteredWorld;
  beforeAll(async () => {
    world = await openMeteredWorld();
  });
  afterAll(() => world.close());

  const sweep = (tenant: MeteredTenant) => tenant.inTenant((tx) => settleLateUsage(tx));
  const usageLines = (tenant: MeteredTenant) =>
    world.rows(
      `select l.kind, trim_scale(l.quantity)::text as quantity, l.amount_minor, l.event_count, to_char(l.period_start at time zone 'UTC', 'MM') as month,
         i.kind as invoice, i.invoice_status as status, l.source_key
       from invoice_line l join invoice i on i.id = l.invoice_id where l.tenant_id = $1 and l.kind <> 'recurring' order by i.billing_sequence, l.position`,
      [tenant.tenantId],
    );
  /** January is billed with 8 calls of one event: 4.00. */
  const billed = async (endsAt?: string) => {
    const tenant = await world.start("2026-02-01T00:00:00Z", endsAt === undefined ? {} : { endsAt });
    await tenant.send("8", "2026-01-10T00:00:00Z");
    await tenant.bill();
    return tenant;
  };

  it("is found by counting, rated with the whole period, and billed as the difference on the next invoice", async () => {
    const tenant = await billed();
    expect(await sweep(tenant)).toEqual({ counted: 1, late: 0, invoices: [] });
    await tenant.send("4", "2026-01-20T00:00:00Z");
    await tenant.moveClock("2026-02-10T00:00:00Z");
    await tenant.send("2", "2026-02-03T00:00:00Z");
    expect(await sweep(tenant)).toEqual({ counted: 1, late: 1, invoices: [] });
    await tenant.moveClock("2026-03-01T00:00:00Z");
    const shown = await tenant.inTenant((tx) =>
      previewInvoice(tx, {
        subscriptionId: tenant.subscriptionId,
        asOf: Temporal.Instant.from("2026-02-15T00:00:00Z"),
      }),
    );
    expect(previewLines(shown).map((line) => line.amount_minor)).toEqual([1000n, 100n, 250n]);
    await tenant.bill();
    // 12 calls are 10 x 0.50 + 2 x 0.25 + 1.00 = 6.50; 4.00 were billed. Calls of 4 alone would be 2.00.
    expect(await usageLines(tenant)).toMatchObject([
      { kind: "usage", quantity: "8", amount_minor: "400", event_count: "1", month: "01" },
      { kind: "usage", quantity: "2", amount_minor: "100", event_count: "1", month: "02" },
      {
        kind: "late_usage",
        quantity: "4",
        amount_minor: "250",
        event_count: "1",
        month: "01",
        invoice: "cycle",
      },
    ]);
    expect(await sweep(tenant)).toEqual({ counted: 2, late: 0, invoices: [] });
    await tenant.moveClock("2026-04-01T00:00:00Z");
    await tenant.bill();
    expect(
      (await usageLines(tenant)).filter((line) => (line as { kind: string }).kind === "late_usage"),
    ).toHaveLength(1);
  });

  it("comes on an invoice of its own when the subscription has none to come, once for each settlement", async () => {
    const tenant = await billed("2026-02-01T00:00:00Z");
    await tenant.send("4", "2026-01-20T00:00:00Z");
    const [first, second] = await Promise.all([sweep(tenant), sweep(tenant)]);
    expect(first.invoices.length + second.invoices.length).toBe(1);
    await tenant.send("8", "2026-01-21T00:00:00Z");
    expect((await sweep(tenant)).invoices).toHaveLength(1);
    // 20 calls are 5.00 + 2.50 + 1.00 = 8.50: 4.00, then 2.50, then 2.00.
    expect(await usageLines(tenant)).toMatchObject([
      { kind: "usage", amount_minor: "400", status: "finalized" },
      { kind: "late_usage", amount_minor: "250", invoice: "late", status: "finalized", month: "01" },
      {
        kind: "late_usage",
        amount_minor: "200",
        invoice: "late",
        source_key: expect.stringMatching(/^late\/[^/]+\/2\/$/),
      },
    ]);
    const [late] = await world.rows<{ id: string }>(
      "select id from invoice where tenant_id = $1 and kind = 'late' order by id limit 1",
      [tenant.tenantId],
    );
    const replayed = await tenant.inTenant((tx) => replayInvoice(tx, { invoiceId: late?.id ?? "" }));
    expect(replayed).toMatchObject({ identical: true, lines: { inputs: 1, sealed: 0 } });
    const [base] = await world.rows<{ id: string }>(
      "select invoice_id as id from invoice_line where tenant_id = $1 and kind = 'usage'",
      [tenant.tenantId],
    );
    const original = await tenant.inTenant((tx) => replayInvoice(tx, { invoiceId: base?.id ?? "" }));
    expect(original.differences[0]).toMatchObject({
      step: "usage",
      detail: "2 events more than the line counted: late usage, which a late_usage line settles",
    });
  });

  it("is billed again when the invoice that settled it is void, and credited when there is less", async () => {
    const tenant = await billed("2026-02-01T00:00:00Z");
    await tenant.send("4", "2026-01-20T00:00:00Z", "late-1");
    const [made] = (await sweep(tenant)).invoices;
    const [base] = await world.rows<{ id: string }>(
      "select invoice_id as id from invoice_line where tenant_id = $1 and kind = 'usage'",
      [tenant.tenantId],
    );
    await expect(
      tenant.inTenant((tx) => voidInvoice(tx, { invoiceId: base?.id ?? "", reason: "test" })),
    ).rejects.toMatchObject({
      code: "invoice_amended",
      message: expect.stringContaining("settles late usage of what invoice INV-202602-00002 billed"),
    });
    await tenant.inTenant((tx) => voidInvoice(tx, { invoiceId: made?.invoiceId ?? "", reason: "test" }));
    expect((await sweep(tenant)).invoices).toHaveLength(1);
    expect((await usageLines(tenant)).slice(1)).toMatchObject([
      { kind: "late_usage", amount_minor: "250", status: "voided" },
      { kind: "late_usage", amount_minor: "250", status: "finalized" },
    ]);
    await world.test.owner.query("delete from usage_event where tenant_id = $1 and id = 'late-1'", [
      tenant.tenantId,
    ]);
    await world.test.owner.query(
      "delete from usage_hour where tenant_id = $1 and hour = '2026-01-20T00:00:00Z'",
      [tenant.tenantId],
    );
    await sweep(tenant);
    expect((await usageLines(tenant)).at(-1)).toMatchObject({
      kind: "late_usage",
      quantity: "-4",
      amount_minor: "-250",
      event_count: "-1",
    });
  });
});
