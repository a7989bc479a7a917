import { Temporal } from "temporal-polyfill";
import { listCreditGrants, readBalances } from "#libs/data/credits.ts";
import { balancesOf, invoicesOf } from "#libs/testkit/customer-life.ts";
import { makeCustomer, makeTenant, type TestTenant } from "#libs/testkit/factories.ts";
import { openWorkWorld, type WorkWorld } from "#libs/testkit/work-world.ts";
import { advanceClock } from "../catalog/advance-clock.ts";
import { createInvoice } from "../invoice/create-invoice.ts";
import { finalizeInvoices } from "../invoice/finalize-invoices.ts";
import { voidInvoice } from "../invoice/void-invoice.ts";
import { expireCredits } from "./expire-credits.ts";
import { grantCredit, type NewCredit } from "./grant-credit.ts";

const at = (text: string) => Temporal.Instant.from(text);

describe("credit", () => {
  let world: WorkWorld;
  beforeAll(async () => {
    world = await openWorkWorld();
  });
  afterAll(() => world.close());

  async function start(): Promise<{ tenant: TestTenant; customerId: string }> {
    const tenant = await makeTenant(world.test, { clockNow: at("2026-03-01T00:00:00Z") });
    return { tenant, customerId: (await makeCustomer(tenant)).id };
  }
  const grant = (tenant: TestTenant, customerId: string, amount: string, fields: Partial<NewCredit> = {}) =>
    tenant.inTenant((tx) =>
      grantCredit(tx, { customer: { id: customerId }, amount, currency: "USD", ...fields }),
    );
  const bill = (tenant: TestTenant, customerId: string, amount: string, currency = "USD", finalize = true) =>
    tenant.inTenant((tx) =>
      createInvoice(tx, {
        ...{ customer: { id: customerId }, currency, finalize },
        lines: [{ description: "Work", amount, kind: "adjustment" }],
      }),
    );
  const leftOf = async (tenant: TestTenant, customerId: string) =>
    (await tenant.inTenant((tx) => listCreditGrants(tx, customerId)))
      .map((row) => Number(row.left_minor))
      .reverse();

  it("pays invoices when they are issued, by priority, then by what expires first, then the oldest", async () => {
    const { tenant, customerId } = await start();
    await grant(tenant, customerId, "10.00");
    await grant(tenant, customerId, "10.00", { priority: 1 });
    await grant(tenant, customerId, "10.00", { expiresAt: at("2026-04-01T00:00:00Z") });
    await bill(tenant, customerId, "15.00");
    expect(await leftOf(tenant, customerId)).toEqual([500, 1000, 0]);
    await bill(tenant, customerId, "20.00");
    expect(await leftOf(tenant, customerId)).toEqual([0, 0, 0]);
    expect(await invoicesOf(world, tenant)).toEqual([
      "2026-03-01 one_off 15.00 USD (due 0.00): Work 15.00",
      "2026-03-01 one_off 20.00 USD (due 5.00): Work 20.00",
    ]);
    expect(await balancesOf(tenant)).toEqual([
      "customer_credit USD 0.00",
      "receivable USD 5.00",
      "revenue USD -5.00",
    ]);
    const [paid] = await world.rows<object>(
      "select payment_status, (select document->>'creditTotal' from invoice_document d where d.invoice_id = i.id) as printed from invoice i where tenant_id = $1 order by number",
      [tenant.tenantId],
    );
    expect(paid).toEqual({ payment_status: "succeeded", printed: "15.00" });
  });

  it("is used in its own currency only, and not by a draft", async () => {
    const { tenant, customerId } = await start();
    await grant(tenant, customerId, "10.00");
    await bill(tenant, customerId, "7.00", "EUR");
    const draft = await bill(tenant, customerId, "7.00", "USD", false);
    expect(await leftOf(tenant, customerId)).toEqual([1000]);
    await tenant.inTenant((tx) => finalizeInvoices(tx, [draft]));
    expect(await leftOf(tenant, customerId)).toEqual([300]);
    expect(await tenant.inTenant((tx) => readBalances(tx, customerId))).toEqual([
      { currency: "EUR", credit_minor: 0n, receivable_minor: 700n, refunds_payable_minor: 0n },
      { currency: "USD", credit_minor: 300n, receivable_minor: 0n, refunds_payable_minor: 0n },
    ]);
  });

  it("never gives a cent twice to invoices that are issued at the same time", async () => {
    const { tenant, customerId } = await start();
    await grant(tenant, customerId, "10.00");
    const drafts: string[] = [];
    for (let n = 0; n < 6; n++) drafts.push(await bill(tenant, customerId, "4.00", "USD", false));
    await Promise.all(drafts.map((id) => tenant.inTenant((tx) => finalizeInvoices(tx, [id]))));
    expect(await leftOf(tenant, customerId)).toEqual([0]);
    const [sum] = await world.rows(
      "select sum(credit_total_minor)::int as used, sum(amount_due_minor)::int as due from invoice where tenant_id = $1",
      [tenant.tenantId],
    );
    expect(sum).toEqual({ used: 1000, due: 1400 });
  });

  it("is refused by the database beyond what the grant holds", async () => {
    const { tenant, customerId } = await start();
    const { id } = await grant(tenant, customerId, "1.00");
    const invoiceId = await bill(tenant, customerId, "0.40");
    const other = await bill(tenant, customerId, "9.00", "EUR");
    await expect(
      world.test.owner.query(
        "insert into credit_use (tenant_id, id, credit_grant_id, invoice_id, amount_minor) values ($1, gen_random_uuid(), $2, $3, 61)",
        [tenant.tenantId, id, other],
      ),
    ).rejects.toThrow("holds less than what is used of it");
    expect(invoiceId).not.toBe(other);
  });

  it("comes back from a void invoice, and expires by the clock into revenue", async () => {
    const { tenant, customerId } = await start();
    await grant(tenant, customerId, "10.00", { expiresAt: at("2026-04-01T00:00:00Z"), costBasis: "0.8" });
    const invoiceId = await bill(tenant, customerId, "6.00");
    expect(await balancesOf(tenant)).toEqual([
      ...["cash:manual USD 8.00", "customer_credit USD -4.00", "receivable USD 0.00", "revenue USD -4.00"],
    ]);
    await tenant.inTenant((tx) => advanceClock(tx, at("2026-04-01T00:00:00Z")));
    expect(await tenant.inTenant(expireCredits)).toBe(1);
    expect(await tenant.inTenant(expireCredits)).toBe(0);
    await tenant.inTenant((tx) => voidInvoice(tx, { invoiceId, reason: "wrong" }));
    expect(await leftOf(tenant, customerId)).toEqual([600]);
    await bill(tenant, customerId, "1.00");
    expect(await leftOf(tenant, customerId)).toEqual([600]);
    expect(await tenant.inTenant(expireCredits)).toBe(1);
    expect(await leftOf(tenant, customerId)).toEqual([0]);
    expect(await balancesOf(tenant)).toEqual([
      ...["cash:manual USD 8.00", "customer_credit USD 0.00", "receivable USD 1.00", "revenue USD -9.00"],
    ]);
  });

  it("is made of an invoice whose total is below zero, and pays the next one", async () => {
    const { tenant, customerId } = await start();
    const surplus = await bill(tenant, customerId, "-8.00");
    await bill(tenant, customerId, "3.00");
    expect(await invoicesOf(world, tenant)).toEqual([
      "2026-03-01 one_off -8.00 USD (due 0.00): Work -8.00",
      "2026-03-01 one_off 3.00 USD (due 0.00): Work 3.00",
    ]);
    expect(await leftOf(tenant, customerId)).toEqual([500]);
    expect(await balancesOf(tenant)).toEqual([
      "customer_credit USD -5.00",
      "receivable USD 0.00",
      "revenue USD 5.00",
    ]);
    await expect(
      tenant.inTenant((tx) => voidInvoice(tx, { invoiceId: surplus, reason: "wrong" })),
    ).rejects.toMatchObject({ code: "credit_already_used" });
  });

  it("goes with its invoice when that is void and none of it was used", async () => {
    const { tenant, customerId } = await start();
    const surplus = await bill(tenant, customerId, "-8.00");
    await tenant.inTenant((tx) => voidInvoice(tx, { invoiceId: surplus, reason: "wrong" }));
    expect(await leftOf(tenant, customerId)).toEqual([0]);
    await bill(tenant, customerId, "3.00");
    expect(await balancesOf(tenant)).toEqual([
      "customer_credit USD 0.00",
      "receivable USD 3.00",
      "revenue USD -3.00",
    ]);
  });

  it("is refused with every field that is wrong, and nothing is written", async () => {
    const { tenant, customerId } = await start();
    const bad = grant(tenant, customerId, "-1.00", {
      costBasis: "1.5",
      expiresAt: at("2026-02-01T00:00:00Z"),
    });
    await expect(bad).rejects.toMatchObject({
      code: "fields_invalid",
      details: { errors: [{ path: "amount" }, { path: "cost_basis" }, { path: "expires_at" }] },
    });
    await expect(grant(tenant, customerId, "1.001")).rejects.toMatchObject({ code: "amount_precision" });
    expect(await leftOf(tenant, customerId)).toEqual([]);
  });
});
