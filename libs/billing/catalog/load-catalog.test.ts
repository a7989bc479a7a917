import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { Temporal } from "temporal-polyfill";
import { loadBillableSubscriptions } from "#libs/data/billable-subscriptions.ts";
import { makeTenant, type TestTenant } from "#libs/testkit/factories.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { loadCatalog } from "./load-catalog.ts";

const sample = gunzipSync(readFileSync("prisma/sample/catalog.ndjson.gz"))
  .toString("utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as { kind: string } & Record<string, unknown>);
const clockNow = Temporal.Instant.from("2026-04-01T12:00:00Z");

describe("loadCatalog", () => {
  let test: TestDatabase;
  let tenant: TestTenant;
  beforeAll(async () => {
    test = await openTestDatabase();
    tenant = await makeTenant(test, { clockNow });
  });
  afterAll(() => test.close());

  it("loads the whole sample, once, in under ten seconds", async () => {
    const startedAt = performance.now();
    const { tenantId } = tenant;
    const first = await loadCatalog(test.database, { tenantId, records: sample });
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(first).toEqual({
      settings: { created: 1, skipped: 0 },
      tax_rate: { created: 7, skipped: 0 },
      meter: { created: 8, skipped: 0 },
      plan: { created: 14, skipped: 0 },
      customer: { created: 43, skipped: 0 },
      payment_method: { created: 41, skipped: 0 },
      subscription: { created: 43, skipped: 0 },
    });
    const again = await loadCatalog(test.database, { tenantId, records: sample });
    expect(Object.values(again).map((count) => count.created)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    const { rows } = await test.owner.query(
      "select (select count(*) from subscription)::int as subscriptions, (select count(*) from audit_log where action = 'settings.update')::int as saves",
    );
    expect(rows).toEqual([{ subscriptions: 43, saves: 1 }]);
  });

  it("leaves every subscription of the sample ready to be billed", async () => {
    const { rows } = await test.owner.query<{ id: string }>("select id from subscription");
    const loaded = await tenant.inTenant((tx) =>
      loadBillableSubscriptions(
        tx,
        rows.map((row) => row.id),
      ),
    );
    expect(loaded.filter((entry) => "broken" in entry)).toEqual([]);
    const delta = loaded.find((entry) => !("broken" in entry) && entry.customer.externalId === "delta-forge");
    expect(delta).toMatchObject({ nextIndex: 0, status: "active" });
    expect(delta && !("broken" in delta) && delta.nextDueAt?.toString()).toBe("2026-03-15T00:00:00Z");
  });

  it.each([
    ["an unknown kind", { kind: "planet" }, "records.0.kind", /settings, tax_rate, meter/],
    [
      "an unknown field, with those that are allowed",
      { kind: "tax_rate", code: "x", name: "X", percentage: "1", rate: "1" },
      "records.0.rate",
      /code, name, percentage, inclusive, jurisdiction/,
    ],
    [
      "a field that is missing",
      { kind: "meter", code: "x", aggregation: "sum" },
      "records.0.name",
      /is required/,
    ],
    [
      "a wrong word, with the value given",
      { kind: "meter", code: "x", name: "X", aggregation: "avg" },
      "records.0.aggregation",
      /count, sum.*got "avg"/,
    ],
    [
      "a number where a decimal string belongs",
      { kind: "tax_rate", code: "x", name: "X", percentage: 19 },
      "records.0.percentage",
      /must be text; got 19/,
    ],
  ])("refuses %s, naming the place", async (_what, record, path, message) => {
    const { tenantId } = tenant;
    await expect(loadCatalog(test.database, { tenantId, records: [record] })).rejects.toMatchObject({
      code: "fields_invalid",
      details: { errors: [{ path, message: expect.stringMatching(message) }] },
    });
  });

  it("keeps nothing of a batch with a record that is refused", async () => {
    const other = await makeTenant(test);
    const records = [...sample.slice(0, 5), { kind: "subscription", customer: "nobody", plan: "none" }];
    await expect(loadCatalog(test.database, { tenantId: other.tenantId, records })).rejects.toMatchObject({
      code: "customer_not_found",
      message: expect.stringMatching(/^record 6: /),
    });
    const { rows } = await test.owner.query("select count(*)::int as n from tax_rate where tenant_id = $1", [
      other.tenantId,
    ]);
    expect(rows).toEqual([{ n: 0 }]);
  });
});
