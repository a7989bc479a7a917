import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Temporal } from "temporal-polyfill";
import type { ImportedInvoice } from "#libs/core/invoice/imported-invoice.ts";
import { readTrialBalance } from "#libs/data/ledger-reads.ts";
import { readAging, readCollections, readRevenue, readStatement } from "#libs/data/report-reads.ts";
import { makeCustomer, makeTenant, type TestTenant } from "#libs/testkit/factories.ts";
import { openWorkWorld, type WorkWorld } from "#libs/testkit/work-world.ts";
import { createTaxRate } from "../catalog/create-tax-rate.ts";
import { updateSettings } from "../catalog/update-settings.ts";
import { createCreditNote } from "../credit-note/create-credit-note.ts";
import { planReminders } from "../dunning/plan-reminders.ts";
import { checkInvariants } from "../invariant/check-invariants.ts";
import { recordOutsidePayment } from "../payment/record-outside-payment.ts";
import { readNumbering } from "../report/read-numbering.ts";
import { createInvoice } from "./create-invoice.ts";
import { importInvoiceFile } from "./import-invoice-file.ts";
import { importInvoices } from "./import-invoices.ts";
import { markInvoiceUncollectible } from "./mark-uncollectible.ts";
import { planMissingDeliveries } from "./plan-missing-deliveries.ts";
import { regenerateInvoice } from "./regenerate-invoice.ts";
import { replayInvoice } from "./replay-invoice.ts";
import { requestSend } from "./request-send.ts";
import { voidInvoice } from "./void-invoice.ts";

const now = Temporal.Instant.from("2026-03-15T12:00:00Z");
const open: ImportedInvoice = {
  ...{
    customer: "acme",
    number: "INV-202602-00007",
    currency: "USD",
    issuedAt: "2026-02-01",
    total: "80.00",
  },
};
const partPaid: ImportedInvoice = {
  ...{ customer: "acme", number: "INV-202603-00004", currency: "USD", issuedAt: "2026-03-02" },
  ...{ dueDate: "2026-03-09", total: "119.00", taxTotal: "19.00", taxRate: "vat", description: "February" },
  ...{ amountPaid: "50.00", paidAt: "2026-03-05" },
  lines: [
    { description: "Seats", quantity: "3", unitAmount: "30" },
    { description: "Support", amount: "10.00" },
  ],
};
const paid: ImportedInvoice = {
  ...{ customer: "acme", number: "OLD/17", currency: "USD", issuedAt: "2025-12-01T00:00:00+01:00" },
  ...{ total: "12.50", amountPaid: "12.50" },
};

describe("invoices of another engine", () => {
  let world: WorkWorld;
  let tenant: TestTenant;
  let customerId: string;
  beforeAll(async () => {
    world = await openWorkWorld();
  });
  beforeEach(async () => {
    tenant = await makeTenant(world.test, { clockNow: now });
    customerId = (await makeCustomer(tenant, { externalId: "acme" })).id;
    await tenant.inTenant((tx) => createTaxRate(tx, { code: "vat", name: "VAT", percentage: "19" }));
  });
  afterAll(() => world.close());

  const importThem = (invoices: readonly ImportedInvoice[], dryRun = false) =>
    tenant.inTenant((tx) => importInvoices(tx, { invoices, dryRun }));
  const stored = () =>
    world.rows<{
      id: string;
      number: string;
      status: string;
      payment: string;
      left: string;
      imported: boolean;
    }>(
      `select id, number, invoice_status as status, payment_status as payment, imported_at is not null as imported,
        (amount_due_minor - amount_paid_minor - amount_offset_minor)::text as left from invoice where tenant_id = $1 and number is not null order by number`,
      [tenant.tenantId],
    );
  const idOf = async (number: string) => (await stored()).find((row) => row.number === number)?.id ?? "";
  const breaches = async () => {
    const { tenantId } = tenant;
    const checked = await checkInvariants(world.deps, { tenantId, deep: true });
    return checked.flatMap(({ invariant, breaches: found, failure }) => [
      ...found.map(({ detail }) => `${invariant.code}: ${detail}`),
      ...(failure === null ? [] : [`${invariant.code} failed: ${failure.message}`]),
    ]);
  };
  const faults = async (...invoices: ImportedInvoice[]) => {
    const error = await importThem(invoices).catch((refused: unknown) => refused);
    const { details } = error as { details?: { errors?: { path: string; message: string }[] } };
    return (details?.errors ?? []).map(({ path, message }) => `${path}: ${message}`);
  };

  it("are issued under their numbers, paid as far as they were, and every proof of the books holds", async () => {
    expect(await importThem([open, partPaid, paid])).toMatchObject({ imported: 3, skipped: 0 });
    expect(await stored()).toMatchObject([
      { number: "INV-202602-00007", status: "finalized", payment: "pending", left: "8000", imported: true },
      { number: "INV-202603-00004", status: "finalized", payment: "pending", left: "6900", imported: true },
      { number: "OLD/17", status: "finalized", payment: "succeeded", left: "0", imported: true },
    ]);
    expect(await breaches()).toEqual([]);
    for (const { id } of await stored()) {
      expect(await tenant.inTenant((tx) => replayInvoice(tx, { invoiceId: id }))).toMatchObject({
        identical: true,
        differences: [],
      });
    }
    const [due] = await world.rows<{ due_at: Date; paid_at: Date }>(
      "select due_at, paid_at from invoice where tenant_id = $1 and number = 'INV-202602-00007'",
      [tenant.tenantId],
    );
    expect(due?.due_at.toISOString()).toBe("2026-03-03T00:00:00.000Z");
  });

  it("stand in ageing, statement and collections as of their days, and leave revenue to the other books", async () => {
    await importThem([open, partPaid, paid]);
    const at = (text: string) => new Date(text);
    const range = { from: at("2025-12-01T00:00:00Z"), to: at("2026-04-01T00:00:00Z"), timezone: "UTC" };
    const [aging] = await tenant.inTenant((tx) => readAging(tx, at("2026-03-15T12:00:00Z")));
    expect(aging).toMatchObject({ days_1_to_30_minor: 14900n, total_minor: 14900n });
    const [before] = await tenant.inTenant((tx) => readAging(tx, at("2026-02-15T00:00:00Z")));
    expect(before).toMatchObject({ not_due_minor: 8000n, total_minor: 8000n });
    const statement = await tenant.inTenant((tx) => readStatement(tx, { customerId, ...range }));
    expect(statement.at(-1)).toMatchObject({ balance_minor: 14900n });
    expect(
      statement.map(({ number, debit_minor, credit_minor }) => [number, debit_minor, credit_minor]),
    ).toEqual(
      expect.arrayContaining([
        ["INV-202602-00007", 8000n, 0n],
        ["INV-202603-00004", 11900n, 0n],
        ["INV-202603-00004", 0n, 5000n],
      ]),
    );
    const collected = await tenant.inTenant((tx) => readCollections(tx, { ...range, unit: "month" }));
    expect(collected.at(-1)).toMatchObject({
      period: "2026-03",
      collected_minor: 5000n,
      outstanding_minor: 14900n,
    });
    expect(await tenant.inTenant((tx) => readRevenue(tx, { ...range, unit: "month" }))).toEqual([]);
    const balance = await tenant.inTenant(readTrialBalance);
    expect(balance.map(({ account }) => account).sort()).toEqual([
      "cash:imported",
      "opening_balance",
      "receivable",
    ]);
  });

  it("cause no work: nothing is printed, mailed, mirrored, reminded of or told", async () => {
    await tenant.inTenant((tx) => updateSettings(tx, { change: { reminderSchedule: [-3, 0, 3] } }));
    const work = () =>
      world.rows("select (select count(*) from job) as jobs, (select count(*) from domain_event) as events");
    const before = await work();
    await importThem([open, partPaid]);
    expect(await work()).toEqual(before);
    const stages = ["pdf", "storage", "stripe", "email"] as const;
    expect(
      await tenant.inTenant((tx) => planMissingDeliveries(tx, null, { stages, olderThanMs: -1_000 })),
    ).toMatchObject({ done: 0 });
    expect(await tenant.inTenant(planReminders)).toBe(0);
    const invoiceId = await idOf(partPaid.number);
    await expect(tenant.inTenant((tx) => requestSend(tx, { invoiceId }))).rejects.toMatchObject({
      code: "invoice_imported",
    });
    await expect(
      tenant.inTenant((tx) => regenerateInvoice(tx, { invoiceId, reason: "test" })),
    ).rejects.toMatchObject({ code: "invoice_imported" });
    expect(await work()).toEqual(before);
  });

  it("can be paid, credited, voided and written off, and the books still add up", async () => {
    await importThem([open, partPaid, { ...open, number: "OLD/1" }, { ...open, number: "OLD/2" }]);
    const rest = await idOf(partPaid.number);
    await tenant.inTenant((tx) => recordOutsidePayment(tx, { invoiceId: rest, paymentStatus: "succeeded" }));
    const [noted, gone, lost] = [await idOf(open.number), await idOf("OLD/1"), await idOf("OLD/2")];
    await tenant.inTenant(async (tx) => {
      const note = { asked: { amount: "30.00" }, reason: "test", settlement: "offset" as const };
      await createCreditNote(tx, { invoiceId: noted, ...note });
      await voidInvoice(tx, { invoiceId: gone, reason: "test" });
      await markInvoiceUncollectible(tx, { invoiceId: lost });
    });
    await world.drain();
    expect((await stored()).map(({ number, status, left }) => [number, status, left])).toEqual([
      ["CN-202603-00001", "finalized", "0"],
      ["INV-202602-00007", "finalized", "5000"],
      ["INV-202603-00004", "finalized", "0"],
      ["OLD/1", "voided", "8000"],
      ["OLD/2", "finalized", "8000"],
    ]);
    expect((await breaches()).filter((each) => !each.startsWith("I19"))).toEqual([]);
  });

  it("let the series go on after the highest number, and leave no gap in it", async () => {
    const { series } = await importThem([partPaid, { ...open, number: "INV-202603-00002" }, paid]);
    expect(series.map(({ importedTo }) => importedTo)).toEqual([4n]);
    const issue = () =>
      tenant.inTenant((tx) =>
        createInvoice(tx, {
          ...{ customer: { id: customerId }, finalize: true },
          lines: [{ description: "New", amount: "1.00" }],
        }),
      );
    await issue();
    expect((await stored()).map(({ number }) => number)).toContain("INV-202603-00005");
    const [report] = await tenant.inTenant(readNumbering);
    expect(report).toMatchObject({
      ...{ firstNumber: "INV-202603-00005", lastNumber: "INV-202603-00005", missing: [] },
      row: { held: 1n, missing_count: 0n },
    });
    expect((await breaches()).filter((each) => !each.startsWith("I19"))).toEqual([]);
    // Below what was imported is free; above what the series gave here is not.
    await importThem([{ ...open, number: "INV-202603-00003" }]);
    expect(await faults({ ...open, number: "INV-202603-00009" })).toEqual([
      expect.stringMatching(/^invoices\.0\.number: is of a series that has given INV-202603-00005 here/),
    ]);
    expect(await faults({ ...open, number: "INV-202603-00005" })).toEqual([
      "invoices.0.number: INV-202603-00005 is an invoice that was issued here",
    ]);
  });

  it("change nothing when they come again, and are refused when they say something else", async () => {
    await importThem([open, partPaid]);
    const rows = () =>
      world.rows(
        "select (select count(*) from invoice) as i, (select count(*) from payment) as p, (select count(*) from ledger_posting) as l",
      );
    const before = await rows();
    expect(await importThem([open, partPaid])).toMatchObject({ imported: 0, skipped: 2, series: [] });
    expect(await rows()).toEqual(before);
    expect(await faults({ ...open, total: "81.00", issuedAt: "2026-02-02" })).toEqual([
      "invoices.0.number: INV-202602-00007 was imported before with another issued_at, total; what is issued is never changed",
    ]);
    await Promise.all([importThem([paid]), importThem([paid])]);
    expect((await stored()).filter(({ number }) => number === paid.number)).toHaveLength(1);
  });

  it.each<[string, ImportedInvoice, Partial<ImportedInvoice>]>([
    ["amount_paid", open, { amountPaid: "80.00" }],
    ["amount_paid", partPaid, { amountPaid: undefined, paidAt: undefined }],
    ["paid_at", partPaid, { paidAt: "2026-03-06" }],
    ["due_date", open, { dueDate: "2026-06-01" }],
    ["description", open, { description: "January" }],
    ["tax_rate", partPaid, { taxRate: "gst" }],
    ["lines", partPaid, { lines: undefined }],
    ["lines", partPaid, { lines: [...(partPaid.lines ?? [])].reverse() }],
    ["lines", open, { lines: [{ description: "Seats", amount: "80.00" }] }],
  ])("that come again with another %s are refused by its name", async (name, first, change) => {
    await tenant.inTenant((tx) => createTaxRate(tx, { code: "gst", name: "GST", percentage: "19" }));
    await importThem([first]);
    expect(await importThem([first])).toMatchObject({ skipped: 1 });
    expect(await faults({ ...first, ...change })).toEqual([
      expect.stringContaining(`${first.number} was imported before with another ${name}; what is issued`),
    ]);
  });

  it("are known again after they were paid here", async () => {
    await importThem([open, partPaid]);
    for (const { id } of await stored())
      await tenant.inTenant((tx) => recordOutsidePayment(tx, { invoiceId: id, paymentStatus: "succeeded" }));
    expect(await importThem([open, partPaid])).toMatchObject({ imported: 0, skipped: 2 });
  });

  it("are shown by a dry run, which writes nothing", async () => {
    expect(await importThem([open, partPaid], true)).toMatchObject({ imported: 2, skipped: 0 });
    expect(await stored()).toEqual([]);
    const counters = await world.rows("select from document_counter where tenant_id = $1", [tenant.tenantId]);
    expect(counters).toEqual([]);
  });

  it("are frozen, also the mark", async () => {
    await importThem([open]);
    for (const change of ["imported_at = null", "total_minor = 1", "number = 'X'"]) {
      await expect(
        world.test.owner.query(`update invoice set ${change} where tenant_id = $1`, [tenant.tenantId]),
      ).rejects.toThrow(/was issued and cannot be edited/);
    }
  });

  it.each<[Partial<ImportedInvoice>, string]>([
    [{ customer: "nobody" }, 'customer: there is no customer "nobody"'],
    [{ currency: "XXX" }, 'currency: "XXX" is not an active ISO 4217 currency'],
    [{ number: " A" }, "number: must be printable ASCII"],
    [{ issuedAt: "yesterday" }, "issued_at: must be a day such as"],
    [{ issuedAt: "2026-02-30" }, "issued_at: must be a day such as"],
    [{ issuedAt: "2026-03-16" }, "issued_at: lies in the future"],
    [{ dueDate: "2026-01-31" }, "due_date: lies before issued_at"],
    [{ dueDate: "+010000-01-01T00:00:00Z" }, "due_date: the date is out of range: from 1900"],
    [{ dueDate: "9999-12-31T23:00:00-05:00" }, "due_date: the date is out of range"],
    [{ issuedAt: "0000-01-01" }, "issued_at: the date is out of range"],
    [{ total: "80.001" }, "total: USD allows at most 2 decimals"],
    [{ total: "-1.00" }, "total: must not be below 0"],
    [{ taxTotal: "90.00", taxRate: "vat" }, "tax_total: is more than total, 80.00"],
    [{ taxTotal: "9.00" }, "tax_rate: is required where tax_total is more than 0"],
    [{ taxTotal: "9.00", taxRate: "gst" }, 'tax_rate: there is no tax rate "gst"'],
    [{ amountPaid: "80.01" }, "amount_paid: is more than total, 80.00"],
    [{ paidAt: "2026-03-01" }, "paid_at: is not allowed where nothing is paid"],
    [{ amountPaid: "1.00", paidAt: "2027-01-01" }, "paid_at: lies in the future"],
    [
      { lines: [{ description: "A", amount: "79.99" }] },
      "lines: add up to 79.99, and total - tax_total is 80.00",
    ],
    [{ lines: [{ description: "A" }] }, "lines.0.amount: either amount, or quantity and unit_amount"],
  ])("with %j are refused, all of them, by name", async (change, says) => {
    const found = await faults(paid, { ...open, ...change });
    expect(found).toEqual([expect.stringContaining(`invoices.1.${says}`)]);
    expect(await stored()).toEqual([]);
  });

  describe("in a file", () => {
    let dir: string;
    beforeAll(() => {
      dir = mkdtempSync(join(tmpdir(), "billwright-invoices-"));
    });
    afterAll(() => rmSync(dir, { recursive: true, force: true }));
    const importFile = (name: string, rows: readonly string[], dryRun = false) => {
      const path = join(dir, name);
      writeFileSync(path, `${rows.join("\n")}\n`);
      return importInvoiceFile(world.test.database, { tenantId: tenant.tenantId, path, dryRun });
    };
    const head =
      "customer;number;currency;issued_at;due_date;total;tax_total;tax_rate;amount_paid;description";

    it("are taken as a table", async () => {
      const rows = [
        head,
        "acme;A-1;USD;2026-01-05;;119.00;19.00;vat;19.00;January",
        "acme;A-2;USD;2026-01-06;;5.00;;;;",
      ];
      expect(await importFile("a.csv", rows)).toMatchObject({ imported: 2, skipped: 0 });
      expect((await stored()).map(({ number, left }) => [number, left])).toEqual([
        ["A-1", "10000"],
        ["A-2", "500"],
      ]);
      expect(await breaches()).toEqual([]);
      expect(await importFile("a.csv", rows)).toMatchObject({ imported: 0, skipped: 2 });
    });

    it("name every wrong row by its line, and none of them is imported", async () => {
      const found = await importFile("b.csv", [
        ...[
          head,
          "acme;A-1;USD;2026-01-05;;119.00;;;;",
          "acme;A-2;USD;2026-01-05;;;;;;",
          "",
          "x;A-3;USD;2026-01-05;;1.00;;;;",
        ],
        "acme;A-1;USD;2026-01-05;;119.00;;;;",
        "acme;A-4",
      ]);
      expect(found).toEqual({
        faults: [
          { line: 3, field: "total", reason: expect.stringContaining("is required") },
          { line: 5, field: "customer", reason: 'there is no customer "x"' },
          { line: 6, field: "number", reason: "A-1 stands at line 2 too" },
          { line: 7, field: "", reason: "2 cells, where the header has 10" },
        ],
      });
      expect(await stored()).toEqual([]);
      await expect(importFile("c.csv", ["customer;nummer", "acme;1"])).rejects.toMatchObject({
        code: "import_map_invalid",
        message: expect.stringContaining('"nummer"'),
      });
    });

    it("are taken as lines of JSON, with their own lines", async () => {
      const row = {
        customer: "acme",
        number: "N-1",
        currency: "USD",
        issued_at: "2026-01-05",
        total: "3.00",
      };
      const lines = [
        { description: "A", amount: "1.00" },
        { description: "B", quantity: "2", unit_amount: "1" },
      ];
      const bad = await importFile("d.ndjson", [JSON.stringify({ ...row, lines, color: "red" }), "{"]);
      expect(bad).toMatchObject({
        faults: [
          { line: 1, field: "color" },
          { line: 2, field: "" },
        ],
      });
      expect(await importFile("d.ndjson", [JSON.stringify({ ...row, lines })], true)).toMatchObject({
        imported: 1,
      });
      expect(await stored()).toEqual([]);
      expect(await importFile("d.ndjson", [JSON.stringify({ ...row, lines })])).toMatchObject({
        imported: 1,
      });
      const texts = await world.rows(
        "select l.description from invoice_line l where l.tenant_id = $1 order by l.position",
        [tenant.tenantId],
      );
      expect(texts).toEqual([{ description: "A" }, { description: "B" }]);
    });
  });
});
