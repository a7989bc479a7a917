import { Temporal } from "temporal-polyfill";
import { listInvoiceLines } from "#libs/data/invoice-reads.ts";
import { type MeteredTenant, type MeteredWorld, openMeteredWorld } from "#libs/testkit/metered-world.ts";
import { previewInvoice, type PreviewInput, previewLines } from "./preview-invoice.ts";

const at = (text: string) => Temporal.Instant.from(text);
const january = { start: at("2026-01-01T00:00:00Z"), end: at("2026-02-01T00:00:00Z") };

describe("previewInvoice", () => {
  let world: MeteredWorld;
  beforeAll(async () => {
    world = await openMeteredWorld();
  });
  afterAll(() => world.close());

  const preview = (tenant: MeteredTenant, input: Omit<PreviewInput, "subscriptionId"> = {}) =>
    tenant.inTenant(async (tx) => {
      const { draft, roundingMode } = await previewInvoice(tx, {
        subscriptionId: tenant.subscriptionId,
        ...input,
      });
      return { draft, lines: previewLines({ draft, roundingMode }) };
    });

  it("shows the lines that close the current period, with the usage there is so far", async () => {
    const tenant = await world.start("2026-01-15T12:00:00Z");
    await tenant.send("12", "2026-01-10T00:00:00Z");
    const { draft, lines } = await preview(tenant);
    expect(lines).toMatchObject([
      {
        kind: "recurring",
        amount_minor: 1000n,
        period_start: new Date("2026-02-01T00:00:00Z"),
        period_end: new Date("2026-03-01T00:00:00Z"),
      },
      { kind: "usage", quantity: "12", exact_amount: "6.5", amount_minor: 650n, event_count: 1n },
    ]);
    expect(draft.assembled?.totalMinor).toBe(1650n);
    expect([draft.periodStart.toString(), draft.periodEnd.toString()]).toEqual([
      "2026-01-01T00:00:00Z",
      "2026-02-01T00:00:00Z",
    ]);
  });

  it("gives the lines that generation then stores, and writes nothing", async () => {
    const tenant = await world.start("2026-02-01T00:00:00Z");
    await tenant.send("10.000000000001", "2026-01-31T23:59:59.999Z");
    const before = await world.countRows();
    const { draft, lines } = await preview(tenant, { period: january });
    expect(await world.countRows()).toEqual(before);
    const made = (await tenant.bill()).invoices.at(-1);
    const stored = await tenant.inTenant((tx) => listInvoiceLines(tx, made?.invoiceId ?? ""));
    expect(stored.map(({ id: _, ...line }) => line)).toEqual(JSON.parse(JSON.stringify(lines, keep), revive));
    expect(draft.assembled?.lines.map((line) => line.amountMinor)).toEqual([1000n, 600n]);
    expect(await preview(tenant, { period: january })).toMatchObject({ draft: { lines: draft.lines } });
  });

  it("shows the first invoice of a period that is not over until that one is made, then the one that closes it", async () => {
    const tenant = await world.start("2026-01-15T00:00:00Z");
    const first = await preview(tenant, { period: january });
    const [made] = (await tenant.bill()).invoices;
    const stored = await tenant.inTenant((tx) => listInvoiceLines(tx, made?.invoiceId ?? ""));
    const keys = (lines: readonly { readonly source_key: string }[]) => lines.map((line) => line.source_key);
    expect(first.draft.kind).toBe("start");
    expect(keys(first.lines)).toEqual(keys(stored));
    expect((await preview(tenant, { period: january })).draft.kind).toBe("cycle");
  });

  it("counts towards a commitment what the first invoice of the period will bill", async () => {
    const tenant = await world.start("2026-02-01T00:00:00Z", { plan: { minimumCommitment: "100.00" } });
    await tenant.send("4", "2026-01-05T00:00:00Z");
    const { lines } = await preview(tenant, { period: january });
    const made = (await tenant.bill()).invoices.at(-1);
    const stored = await tenant.inTenant((tx) => listInvoiceLines(tx, made?.invoiceId ?? ""));
    const amounts = (of: readonly { readonly kind: string; readonly amount_minor: bigint }[]) =>
      of.map((line) => [line.kind, line.amount_minor]);
    expect(amounts(lines)).toEqual(amounts(stored));
    expect(amounts(lines)).toContainEqual(["minimum_commitment", 8800n]);
  });

  it("looks at the period that holds as_of, also one that has not begun", async () => {
    const tenant = await world.start("2026-01-15T00:00:00Z");
    const { draft } = await preview(tenant, { asOf: at("2026-03-31T23:00:00Z") });
    expect(draft.periodStart.toString()).toBe("2026-03-01T00:00:00Z");
    expect(draft.standing.position.index).toBe(3);
  });

  it("closes the last period of a subscription that ends, and keeps showing it", async () => {
    const tenant = await world.start("2026-06-01T00:00:00Z", { endsAt: "2026-02-15T00:00:00Z" });
    const { draft, lines } = await preview(tenant);
    expect([draft.kind, draft.periodEnd.toString()]).toEqual(["final", "2026-02-15T00:00:00Z"]);
    expect(lines.map((line) => line.kind)).toEqual(["usage"]);
  });

  it("refuses a period that is none of the subscription's, and names the real boundaries", async () => {
    const tenant = await world.start("2026-02-01T00:00:00Z", { timezone: "Europe/Berlin" });
    await expect(preview(tenant, { period: january })).rejects.toMatchObject({
      code: "period_not_aligned",
      message:
        "[2026-01-01T00:00:00Z, 2026-02-01T00:00:00Z) is not a period of the subscription: its boundaries there are " +
        "2026-01-01T00:00:00Z, 2026-01-31T23:00:00Z, 2026-02-28T23:00:00Z (Europe/Berlin)",
    });
  });
});

/** Through JSON and back, as the columns keep it: bigint and Date stay what they are. */
function keep(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const original = this[key];
  if (typeof original === "bigint") return { bigint: original.toString() };
  if (original instanceof Date) return { date: original.getTime() };
  return value;
}

function revive(_: string, value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if ("bigint" in value && typeof value.bigint === "string") return BigInt(value.bigint);
  if ("date" in value && typeof value.date === "number") return new Date(value.date);
  return value;
}
