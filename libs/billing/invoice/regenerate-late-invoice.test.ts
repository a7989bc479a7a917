import { updateSettings } from "#libs/billing/catalog/update-settings.ts";
import { readCoverage } from "#libs/billing/subscription/read-coverage.ts";
import { settleLateUsage } from "#libs/billing/usage/settle-late.ts";
import { balancesOf } from "#libs/testkit/customer-life.ts";
import { type MeteredTenant, type MeteredWorld, openMeteredWorld } from "#libs/testkit/metered-world.ts";
import { refreshInvoice } from "./refresh-invoice.ts";
import { regenerateInvoice } from "./regenerate-invoice.ts";
import { voidInvoice } from "./void-invoice.ts";

describe("an invoice that settled late usage, made again", () => {
  let world: MeteredWorld;
  beforeAll(async () => {
    world = await openMeteredWorld();
  });
  afterAll(() => world.close());

  const sweep = (tenant: MeteredTenant) => tenant.inTenant((tx) => settleLateUsage(tx));
  const again = async (tenant: MeteredTenant, invoiceId: string) =>
    (await tenant.inTenant((tx) => regenerateInvoice(tx, { invoiceId, reason: "again" }))).replacementId ??
    "";
  /** Live invoices in order: kind, total and usage lines. */
  const live = (tenant: MeteredTenant) =>
    world.rows<{ id: string; kind: string; total: string; usage: string | null; number: string }>(
      `select i.id, i.kind, i.number, i.total_minor as total, (select string_agg(l.kind || ' ' || trim_scale(l.quantity) || ' ' || l.amount_minor, ', ' order by l.position)
         from invoice_line l where l.invoice_id = i.id and l.kind <> 'recurring') as usage
       from invoice i where i.tenant_id = $1 and i.invoice_status <> 'voided' order by i.billing_sequence`,
      [tenant.tenantId],
    );
  /** January is billed with 8 calls of one event: 4.00. */
  const billed = async (endsAt?: string) => {
    const tenant = await world.start("2026-02-01T00:00:00Z", endsAt === undefined ? {} : { endsAt });
    await tenant.send("8", "2026-01-10T00:00:00Z");
    await tenant.bill();
    return tenant;
  };

  it("rates the late period whole again, less what the first invoice billed", async () => {
    const tenant = await billed("2026-02-01T00:00:00Z");
    await tenant.send("4", "2026-01-20T00:00:00Z");
    const [late] = (await sweep(tenant)).invoices;
    const books = await balancesOf(tenant);
    const second = await again(tenant, late?.invoiceId ?? "");
    expect(await live(tenant)).toMatchObject([
      { kind: "start" },
      { kind: "final", usage: "usage 8 400" },
      { id: second, kind: "late", total: "250", usage: "late_usage 4 250", number: "INV-202602-00004" },
    ]);
    expect(await balancesOf(tenant)).toEqual(books);
    // 20 calls are 8.50 by now; the sweep finds nothing more to settle.
    await tenant.send("8", "2026-01-21T00:00:00Z");
    await again(tenant, second);
    expect((await live(tenant)).at(-1)).toMatchObject({ total: "450", usage: "late_usage 12 450" });
    expect(await sweep(tenant)).toMatchObject({ late: 0, invoices: [] });
    expect((await tenant.inTenant((tx) => readCoverage(tx, tenant.subscriptionId))).complete).toBe(true);
  });

  it("of a cycle keeps what it settled of the cycle before, also after a void", async () => {
    const tenant = await billed();
    await tenant.send("4", "2026-01-20T00:00:00Z");
    await tenant.moveClock("2026-02-10T00:00:00Z");
    await tenant.send("2", "2026-02-03T00:00:00Z");
    await sweep(tenant);
    await tenant.moveClock("2026-03-01T00:00:00Z");
    await tenant.bill();
    const [before, books] = [await live(tenant), await balancesOf(tenant)];
    const last = before.at(-1);
    expect(last).toMatchObject({ kind: "cycle", total: "1350", usage: "usage 2 100, late_usage 4 250" });
    const second = await again(tenant, last?.id ?? "");
    expect((await live(tenant)).at(-1)).toMatchObject({ id: second, total: "1350", usage: last?.usage });
    await tenant.inTenant((tx) => voidInvoice(tx, { invoiceId: second, reason: "x" }));
    await again(tenant, second);
    expect((await live(tenant)).at(-1)).toMatchObject({ total: "1350", usage: last?.usage });
    expect(await balancesOf(tenant)).toEqual(books);
  });

  it("bills nothing twice when the period it settled was made again first", async () => {
    const tenant = await billed("2026-02-01T00:00:00Z");
    await tenant.send("4", "2026-01-20T00:00:00Z");
    const [late] = (await sweep(tenant)).invoices;
    const base = (await live(tenant)).find(({ kind }) => kind === "final");
    await expect(again(tenant, base?.id ?? "")).rejects.toMatchObject({ code: "invoice_amended" });
    await tenant.inTenant((tx) => voidInvoice(tx, { invoiceId: late?.invoiceId ?? "", reason: "x" }));
    await again(tenant, base?.id ?? "");
    expect((await live(tenant)).at(-1)).toMatchObject({ kind: "final", usage: "usage 12 650" });
    expect(await again(tenant, late?.invoiceId ?? "")).toBe("");
    expect(await sweep(tenant)).toMatchObject({ late: 0, invoices: [] });
    expect(await balancesOf(tenant)).toEqual(["receivable USD 16.50", "revenue USD -16.50"]);
  });

  it("as a draft keeps its late usage when it is computed anew", async () => {
    const tenant = await billed("2026-02-01T00:00:00Z");
    await tenant.inTenant((tx) => updateSettings(tx, { change: { draftWindow: "PT48H" } }));
    await tenant.send("4", "2026-01-20T00:00:00Z");
    const [late] = (await sweep(tenant)).invoices;
    const invoiceId = late?.invoiceId ?? "";
    const refresh = () => tenant.inTenant((tx) => refreshInvoice(tx, { invoiceId }));
    expect(await refresh()).toMatchObject({ totalBeforeMinor: 250n, totalAfterMinor: 250n });
    await tenant.send("8", "2026-01-21T00:00:00Z");
    expect(await refresh()).toMatchObject({ totalBeforeMinor: 250n, totalAfterMinor: 450n });
  });
});
