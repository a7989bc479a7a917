import { logStatements } from "#libs/testkit/log-statements.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { billAll, CHUNK, openMonthlyTenant } from "./monthly-tenant.ts";
import { inPlace } from "./open-place.ts";

let test: TestDatabase;
beforeAll(async () => {
  test = await openTestDatabase();
});
afterAll(() => test.close());

it("bills two chunks as a run cuts them with 0.05 statements an invoice at most", async () => {
  const count = 2 * CHUNK;
  const { close } = await inPlace({ rows: 0, size: "tiny", server: test }, async (place) => {
    const tenant = await openMonthlyTenant(place, count, 0);
    await tenant.reach(0);
    const billed: number[] = [];
    const statements = await logStatements(place.database, async () => {
      for (const { invoices } of await billAll(tenant)) billed.push(invoices.length);
    });
    expect(billed).toEqual([CHUNK, CHUNK]);
    expect(statements.filter((sql) => /^\s*insert into invoice_line/.test(sql))).toHaveLength(2);
    expect(statements.length / count).toBeLessThanOrEqual(0.05);
    return { cases: [] };
  });
  await close?.();
}, 120_000);
