import { Temporal } from "temporal-polyfill";
import { makeCustomer, makeTenant } from "#libs/testkit/factories.ts";
import { logStatements } from "#libs/testkit/log-statements.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { importInvoices } from "./import-invoices.ts";

describe("imported invoices", () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await openTestDatabase();
  });
  afterAll(() => test.close());

  it("take the counters of their series last, so that invoices are issued beside a long import", async () => {
    const tenant = await makeTenant(test, { clockNow: Temporal.Instant.from("2026-03-15T12:00:00Z") });
    await makeCustomer(tenant, { externalId: "acme" });
    const invoice = { customer: "acme", currency: "USD", issuedAt: "2026-02-01", total: "80.00" };
    const invoices = ["INV-202602-00007", "INV-202602-00008"].map((number) => ({ ...invoice, number }));
    const log = await logStatements(test.database, () =>
      tenant.inTenant((tx) => importInvoices(tx, { invoices, dryRun: false })),
    );
    const writes = log.flatMap(
      (sql) => /^\s*(?:with[\s\S]*?)?(?:insert into|update|delete from) (\w+)/i.exec(sql)?.[1] ?? [],
    );
    expect(writes.length).toBeGreaterThan(5);
    expect(writes.indexOf("document_counter")).toBe(writes.length - 1);
    const locked = log.findIndex((sql) => /document_counter[\s\S]*for (?:no key )?update/i.test(sql));
    expect(locked === -1 || locked > log.findLastIndex((sql) => /insert into audit/i.test(sql))).toBe(true);
  });
});
