import { Temporal } from "temporal-polyfill";
import { causes } from "#libs/jobs/catalog.ts";
import { type MeteredTenant, type MeteredWorld, openMeteredWorld } from "#libs/testkit/metered-world.ts";
import { generatePeriod } from "./generate-period.ts";
import { regenerateInvoice } from "./regenerate-invoice.ts";
import { voidInvoice } from "./void-invoice.ts";
import { readInstant, requestPeriod } from "./request-period.ts";

const at = (text: string) => Temporal.Instant.from(text);
const month = (from: string, to: string) => ({ start: at(`${from}T00:00:00Z`), end: at(`${to}T00:00:00Z`) });
const january = month("2026-01-01", "2026-02-01");
const february = month("2026-02-01", "2026-03-01");

describe("generatePeriod", () => {
  let world: MeteredWorld;
  beforeAll(async () => {
    world = await openMeteredWorld(causes);
  });
  afterAll(() => world.close());

  const generate = (tenant: MeteredTenant, period = january, idempotencyKey: string | null = null) =>
    tenant.inTenant((tx) =>
      generatePeriod(tx, { subscriptionId: tenant.subscriptionId, period, idempotencyKey }),
    );
  const invoicesOf = (tenant: MeteredTenant) =>
    world.rows<{ id: string; kind: string; number: string; total_minor: string; idempotency_key: string }>(
      "select id, kind, number, total_minor, idempotency_key from invoice where tenant_id = $1 order by number",
      [tenant.tenantId],
    );

  it("names the void invoice of a period, which is made again and not billed anew", async () => {
    const tenant = await world.start("2026-02-01T00:00:00Z", { plan: {} });
    await tenant.bill();
    await tenant.moveClock("2026-03-01T00:00:00Z");
    await generate(tenant, february);
    const made = (await invoicesOf(tenant)).at(-1);
    await tenant.inTenant((tx) => voidInvoice(tx, { invoiceId: made?.id ?? "", reason: "wrong" }));
    await expect(generate(tenant, february)).rejects.toMatchObject({
      code: "period_voided",
      message: expect.stringMatching(/ billed by invoice INV-202603-00001, which is void; POST .*regenerate/),
    });
    await tenant.inTenant((tx) => regenerateInvoice(tx, { invoiceId: made?.id ?? "", reason: "again" }));
    expect(await generate(tenant, february)).toMatchObject({ created: false, invoices: [{}] });
  });

  it("bills what is left of a period whose first invoice is void, and answers with that", async () => {
    const tenant = await world.start("2026-01-15T00:00:00Z", { plan: {} });
    const [start] = (await tenant.bill()).invoices;
    await tenant.inTenant((tx) => voidInvoice(tx, { invoiceId: start?.invoiceId ?? "", reason: "wrong" }));
    await expect(generate(tenant)).rejects.toMatchObject({ code: "period_voided" });
    await tenant.moveClock("2026-02-01T00:00:00Z");
    expect(await generate(tenant)).toMatchObject({ created: true, invoices: [{}] });
    expect(await generate(tenant)).toMatchObject({ created: false, invoices: [{}] });
  });

  it("makes one invoice for the period when it is called 50 times at once", async () => {
    const tenant = await world.start("2026-02-01T00:00:00Z", { plan: {} });
    await tenant.send("4", "2026-01-05T00:00:00Z");
    await tenant.bill();
    await tenant.moveClock("2026-03-01T00:00:00Z");
    await tenant.send("6", "2026-02-05T00:00:00Z");
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => generate(tenant, february, `key-${n}`)),
    );
    expect(answers.filter((answer) => answer.created)).toHaveLength(1);
    const named = new Set(answers.map((answer) => answer.invoices[0]?.invoiceId));
    expect(named.size).toBe(1);
    expect(await invoicesOf(tenant)).toMatchObject([
      { kind: "start", number: "INV-202602-00001", total_minor: "1000" },
      { kind: "cycle", number: "INV-202602-00002", total_minor: "1200" },
      {
        kind: "cycle",
        number: "INV-202603-00001",
        total_minor: "1300",
        id: [...named][0],
        idempotency_key: expect.stringMatching(/^key-\d+$/),
      },
    ]);
  });

  it("bills both invoices of a first period that is paid in advance and in arrears", async () => {
    const tenant = await world.start("2026-02-01T00:00:00Z");
    const { created, invoices } = await generate(tenant);
    expect([created, invoices.length]).toEqual([true, 2]);
    expect((await invoicesOf(tenant)).map((invoice) => invoice.kind)).toEqual(["start", "cycle"]);
    expect(await generate(tenant)).toEqual({ created: false, invoices, parked: [] });
  });

  it("refuses a period that is not over, out of order, or not the subscription's", async () => {
    const tenant = await world.start("2026-03-01T00:00:00Z");
    await expect(generate(tenant, february)).rejects.toMatchObject({
      code: "period_out_of_order",
      message: expect.stringContaining("base for [2026-01-01T00:00:00Z, 2026-02-01T00:00:00Z)"),
    });
    await expect(generate(tenant, month("2026-03-01", "2026-04-01"))).rejects.toMatchObject({
      code: "period_not_over",
      message: expect.stringContaining("falls due at 2026-04-01T00:00:00Z"),
    });
    await expect(generate(tenant, month("2026-01-01", "2026-03-01"))).rejects.toMatchObject({
      code: "period_not_aligned",
      details: { boundaries: ["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"] },
    });
    expect(await invoicesOf(tenant)).toEqual([]);
  });

  it("is asked for by a job, the same one for the same key, and by no key for two periods", async () => {
    const tenant = await world.start("2026-02-01T00:00:00Z");
    const ask = (period: typeof january, idempotencyKey: string) =>
      tenant.inTenant((tx) =>
        requestPeriod(tx, { subscriptionId: tenant.subscriptionId, period, idempotencyKey }),
      );
    const { jobId } = await ask(january, "jan");
    expect(await ask(january, "jan")).toEqual({ jobId });
    await tenant.bill();
    await tenant.moveClock("2026-03-01T00:00:00Z");
    await expect(ask(february, "jan")).rejects.toMatchObject({
      code: "idempotency_key_reused",
      message: expect.stringContaining("2026-01-01T00:00:00Z to 2026-02-01T00:00:00Z"),
    });
    const jobs = await world.rows("select name, payload from job where tenant_id = $1 and id = $2", [
      tenant.tenantId,
      jobId,
    ]);
    expect(jobs).toMatchObject([{ name: "invoice.generate_period", payload: { key: "jan", named: true } }]);
  });

  it("reads local times in the zone that is named", () => {
    expect(readInstant("period_start", "2026-02-01", "Europe/Berlin").toString()).toBe(
      "2026-01-31T23:00:00Z",
    );
    expect(readInstant("period_start", "2026-02-01T00:00:00+02:00", "UTC").toString()).toBe(
      "2026-01-31T22:00:00Z",
    );
    expect(() => readInstant("period_end", "soon", "UTC")).toThrow(
      'period_end must be an RFC 3339 time, or a local date such as 2026-03-01; got "soon"',
    );
  });
});
