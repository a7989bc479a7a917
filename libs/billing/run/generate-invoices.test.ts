import { Temporal } from "temporal-polyfill";
import type { TenantTx } from "#libs/data/database.ts";
import {
  flatPrice,
  makePlan,
  makeSubscription,
  makeTenant,
  type TestTenant,
} from "#libs/testkit/factories.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { generateInvoices, type GenerateResult } from "./generate-invoices.ts";
import { startBillingRun } from "./start-billing-run.ts";

const at = (text: string) => Temporal.Instant.from(text);

describe("generateInvoices", () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await openTestDatabase();
  });
  afterAll(() => test.close());

  async function world(clock: string): Promise<{ tenant: TestTenant; subscribe: () => Promise<string> }> {
    const tenant = await makeTenant(test, { clockNow: at(clock) });
    const plan = await makePlan(tenant, { prices: [flatPrice()] });
    return {
      tenant,
      subscribe: async () =>
        (await makeSubscription(tenant, { plan: { id: plan.id }, startsAt: at("2026-01-01T00:00:00Z") })).id,
    };
  }

  const bill = (tenant: TestTenant, ids: readonly string[], dryRun = false): Promise<GenerateResult> =>
    tenant.inTenant((tx: TenantTx) =>
      generateInvoices(tx, { subscriptionIds: ids, cutoffs: new Map([["UTC", tx.now]]), dryRun }),
    );

  const rows = async <T>(sql: string, values: readonly unknown[]): Promise<T[]> =>
    (await test.owner.query(sql, [...values])).rows as T[];

  it("bills every slept boundary in order, one invoice each, with gapless numbers", async () => {
    const { tenant, subscribe } = await world("2026-04-01T00:00:00Z");
    const id = await subscribe();
    expect((await bill(tenant, [id])).invoices).toHaveLength(3);
    const invoices = await rows<{ number: string; start: string; total_minor: string }>(
      `select number, to_char(period_start at time zone 'UTC', 'YYYY-MM') as start, total_minor from invoice
       where subscription_id = $1 order by number`,
      [id],
    );
    expect(invoices).toEqual([
      { number: "INV-202604-00001", start: "2026-01", total_minor: "1000" },
      { number: "INV-202604-00002", start: "2026-02", total_minor: "1000" },
      { number: "INV-202604-00003", start: "2026-03", total_minor: "1000" },
    ]);
  });

  it("does nothing the second time", async () => {
    const { tenant, subscribe } = await world("2026-02-01T00:00:00Z");
    const id = await subscribe();
    await bill(tenant, [id]);
    expect(await bill(tenant, [id])).toEqual({ invoices: [], boundaries: 0, parked: [] });
  });

  it("makes one invoice per boundary when many workers bill the same subscriptions at once", async () => {
    const { tenant, subscribe } = await world("2026-03-01T00:00:00Z");
    const ids = [await subscribe(), await subscribe(), await subscribe()];
    await Promise.all(Array.from({ length: 6 }, () => bill(tenant, ids)));
    const counts = await rows<{ invoices: string; claims: string; last: string }>(
      `select (select count(*) from invoice where tenant_id = $1) as invoices, (select count(*) from billing_period where tenant_id = $1) as claims,
         (select max(last_number) from document_counter where tenant_id = $1) as last`,
      [tenant.tenantId],
    );
    expect(counts).toEqual([{ invoices: "6", claims: "6", last: "6" }]);
  });

  it("parks a subscription whose terms were spoilt, says why, and bills the others", async () => {
    const { tenant, subscribe } = await world("2026-02-01T00:00:00Z");
    const [good, bad] = [await subscribe(), await subscribe()];
    await test.owner.query(
      "update item_schedule set anchor_at = 'never' where subscription_item_id in (select id from subscription_item where subscription_id = $1)",
      [bad],
    );
    const result = await bill(tenant, [good, bad]);
    expect(result.invoices).toHaveLength(1);
    expect(result.parked).toMatchObject([{ subscriptionId: bad, code: "subscription_broken" }]);
    expect(
      await rows("select id from subscription where parked_at is not null and tenant_id = $1", [
        tenant.tenantId,
      ]),
    ).toEqual([{ id: bad }]);
  });

  it("decides the same in a dry run and writes nothing at all", async () => {
    const { tenant, subscribe } = await world("2026-03-01T00:00:00Z");
    const id = await subscribe();
    const tables = await rows<{ name: string }>(
      "select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1",
      [],
    );
    const counted = async () => {
      const counts: Record<string, string> = {};
      for (const { name } of tables) {
        const [row] = await rows<{ n: string }>(`select count(*) as n from "${name}"`, []);
        counts[name] = row?.n ?? "";
      }
      return counts;
    };
    const before = await counted();
    const preview = await bill(tenant, [id], true);
    expect(await counted()).toEqual(before);
    const real = await bill(tenant, [id]);
    expect(preview.invoices.map((invoice) => invoice.total)).toEqual(["10.00", "10.00"]);
    expect(real.invoices.map((invoice) => invoice.total)).toEqual(["10.00", "10.00"]);
  });

  it("freezes a document that matches its hash, and posts a balanced ledger", async () => {
    const { tenant, subscribe } = await world("2026-02-01T00:00:00Z");
    await bill(tenant, [await subscribe()]);
    const facts = await rows(
      `select (select bool_and(sha256 = encode(sha256(convert_to(document::text, 'UTF8')), 'hex')) from invoice_document where tenant_id = $1) as intact,
         (select document->>'number' from invoice_document where tenant_id = $1) as number,
         (select string_agg(debit_account || '>' || credit_account || ' ' || amount_minor, ', ') from ledger_posting where tenant_id = $1) as postings`,
      [tenant.tenantId],
    );
    expect(facts).toEqual([
      { intact: true, number: "INV-202602-00001", postings: "receivable>revenue 1000" },
    ]);
  });

  it("ends a subscription with a final invoice of the part that was left", async () => {
    const tenant = await makeTenant(test, { clockNow: at("2026-03-01T00:00:00Z") });
    const plan = await makePlan(tenant, {
      prices: [flatPrice({ chargeModel: { model: "flat", amount: "28.00" } })],
    });
    const dates = { startsAt: at("2026-01-01T00:00:00Z"), endsAt: at("2026-02-15T00:00:00Z") };
    const { id } = await makeSubscription(tenant, { plan: { id: plan.id }, ...dates });
    await bill(tenant, [id]);
    expect(
      await rows("select kind, total_minor from invoice where subscription_id = $1 order by number", [id]),
    ).toEqual([
      { kind: "cycle", total_minor: "2800" },
      { kind: "final", total_minor: "1400" },
    ]);
    expect(await rows("select status, next_due_at from subscription where id = $1", [id])).toEqual([
      { status: "ended", next_due_at: null },
    ]);
  });

  it("refuses a month that is over nowhere, and looks ahead only in a dry run", async () => {
    const { tenant } = await world("2026-02-10T00:00:00Z");
    const start = (dryRun: boolean) =>
      tenant.inTenant((tx) => startBillingRun(tx, { kind: "month", month: "2026-02", dryRun }));
    await expect(start(false)).rejects.toMatchObject({ code: "month_not_over" });
    await expect(start(true)).resolves.toMatchObject({ fresh: true });
  });
});
