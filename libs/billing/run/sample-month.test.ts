import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { Temporal } from "temporal-polyfill";
import { formatMoney } from "#libs/core/money/money.ts";
import { countBillable, everybody, listDueSubscriptions } from "#libs/data/subscription-progress.ts";
import { listInvoiceTotals } from "#libs/data/run-report.ts";
import { makeTenant, type TestTenant } from "#libs/testkit/factories.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { loadCatalog } from "../catalog/load-catalog.ts";
import { parseEventLines } from "../usage/event-wire.ts";
import { ingestEvents } from "../usage/ingest-events.ts";
import { generateInvoices, type GenerateResult } from "./generate-invoices.ts";
import { runCutoffs } from "./run-cutoffs.ts";

const linesOf = (name: string) =>
  gunzipSync(readFileSync(`prisma/sample/${name}.ndjson.gz`))
    .toString("utf8")
    .trim()
    .split("\n");

describe("the sample month", () => {
  let test: TestDatabase;
  let tenant: TestTenant;
  beforeAll(async () => {
    test = await openTestDatabase();
    tenant = await makeTenant(test, { clockNow: Temporal.Instant.from("2026-04-01T12:00:00Z") });
    const records = linesOf("catalog").map((line) => JSON.parse(line) as unknown);
    await loadCatalog(test.database, { tenantId: tenant.tenantId, records });
    const events = linesOf("events");
    for (let from = 0; from < events.length; from += 5_000) {
      const { events: batch, rejected } = parseEventLines(events.slice(from, from + 5_000).join("\n"));
      await tenant.inTenant((tx) => ingestEvents(tx, batch, rejected));
    }
  }, 180_000);
  afterAll(() => test.close());

  const billMonth = (): Promise<GenerateResult> =>
    tenant.inTenant(async (tx) => {
      const { zones } = await countBillable(tx, everybody);
      const { cutoffs } = runCutoffs(zones, { month: "2026-03", asOf: null, dryRun: false }, tx.now);
      const due = await listDueSubscriptions(tx, cutoffs, everybody);
      return generateInvoices(tx, {
        subscriptionIds: due.map((subscription) => subscription.id),
        cutoffs,
        dryRun: false,
      });
    });

  it("gives every invoice that an independent script computed, to the cent", async () => {
    await billMonth();
    const rows = (await tenant.inTenant(listInvoiceTotals)).map((row) => {
      const amount = (minor: bigint) => formatMoney({ minor, currency: row.currency });
      const time = (date: Date | null) => date?.toISOString().replace(".000Z", "Z");
      const head = [
        row.external_id,
        row.sequence,
        time(row.period_start),
        time(row.period_end),
        row.currency,
        row.lines,
      ];
      const amounts = [
        row.subtotal_minor,
        row.discount_total_minor,
        row.tax_total_minor,
        row.total_minor,
      ].map(amount);
      return [...head, ...amounts].join(",");
    });
    const expected = readFileSync("prisma/sample/expected.csv", "utf8").trim().split(/\r?\n/).slice(1);
    expect(rows.sort()).toEqual(expected.sort());
    expect(rows).toHaveLength(57);
  }, 60_000);

  it("bills nothing the second time, and leaves numbers without a gap and a ledger that owes what was billed", async () => {
    expect((await billMonth()).invoices).toEqual([]);
    const { rows } = await test.owner.query(
      `select (select count(*)::int from invoice) as invoices, (select last_number::int from document_counter) as last,
         (select count(distinct number)::int from invoice) as numbers,
         (select sum(amount_minor)::text from ledger_posting where debit_account = 'receivable') as receivable,
         (select sum(total_minor)::text from invoice) as billed`,
    );
    expect(rows[0]).toMatchObject({ invoices: 57, last: 57, numbers: 57 });
    expect(rows[0].receivable).toBe(rows[0].billed);
  });
});
