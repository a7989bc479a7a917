import { Temporal } from "temporal-polyfill";
import { formatMoney } from "#libs/core/money/money.ts";
import { readTrialBalance } from "#libs/data/ledger-reads.ts";
import { readAging, readCollections, readRevenue, readStatement } from "#libs/data/report-reads.ts";
import {
  flatPrice,
  makeCustomer,
  makePlan,
  makeSubscription,
  makeTenant,
  type TestTenant,
} from "#libs/testkit/factories.ts";
import { openWorkWorld, type WorkWorld } from "#libs/testkit/work-world.ts";
import { createCreditNote } from "../credit-note/create-credit-note.ts";
import { markInvoiceUncollectible } from "../invoice/mark-uncollectible.ts";
import { voidInvoice } from "../invoice/void-invoice.ts";
import { recordOutsidePayment } from "../payment/record-outside-payment.ts";
import { cancelSubscription } from "../subscription/cancel-subscription.ts";
import { readMrr } from "./read-mrr.ts";

const at = (text: string) => Temporal.Instant.from(text);
const date = (text: string) => new Date(text);
const year = { from: date("2026-01-01T00:00:00Z"), to: date("2027-01-01T00:00:00Z"), timezone: "UTC" };
const usd = (minor: bigint) => formatMoney({ minor, currency: "USD" });

describe("the reports", () => {
  let world: WorkWorld;
  let tenant: TestTenant;
  let customers: { readonly id: string }[];

  /** Three customers, 10.00 a month each, on 1 February, March and April: one pays, one is voided and credited, one is written off. */
  beforeAll(async () => {
    world = await openWorkWorld();
    tenant = await makeTenant(world.test, { clockNow: at("2026-01-01T00:00:00Z") });
    const plan = await makePlan(tenant);
    customers = [];
    for (const name of ["Payer", "Taker", "Debtor"]) {
      const customer = await makeCustomer(tenant, { name });
      customers.push(customer);
      await makeSubscription(tenant, { customer: { id: customer.id }, plan: { id: plan.id } });
    }
    await world.travel(tenant, at("2026-02-10T00:00:00Z"));
    const [paid = "", voided = "", lost = ""] = await invoiceIds();
    await tenant.inTenant(async (tx) => {
      await recordOutsidePayment(tx, { invoiceId: paid, paymentStatus: "succeeded" });
      await voidInvoice(tx, { invoiceId: voided, reason: "test" });
      await markInvoiceUncollectible(tx, { invoiceId: lost });
    });
    await world.travel(tenant, at("2026-04-15T00:00:00Z"));
    const ofTaker = await invoiceIds(customers[1]?.id);
    await tenant.inTenant((tx) =>
      createCreditNote(tx, {
        ...{
          invoiceId: ofTaker.at(-1) ?? "",
          asked: { amount: "4.00" },
          reason: "outage",
          settlement: "offset",
        },
      }),
    );
  });
  afterAll(() => world.close());

  async function invoiceIds(customerId?: string): Promise<string[]> {
    const rows = await world.rows<{ id: string }>(
      `select i.id from invoice i join customer c on c.tenant_id = i.tenant_id and c.id = i.customer_id
        where i.tenant_id = $1 and i.number is not null and ($2::uuid is null or i.customer_id = $2) order by i.issued_at, c.id`,
      [tenant.tenantId, customerId ?? null],
    );
    return rows.map((row) => row.id);
  }

  it("revenue: adds up to what the trial balance says", async () => {
    const rows = await tenant.inTenant((tx) => readRevenue(tx, { ...year, unit: "month" }));
    expect(
      rows.map((row) => [
        row.period,
        usd(row.invoiced_minor),
        usd(row.voided_minor),
        usd(row.credit_notes_minor),
        usd(row.revenue_minor),
      ]),
    ).toEqual([
      ["2026-02", "30.00", "-10.00", "0.00", "20.00"],
      ["2026-03", "30.00", "0.00", "0.00", "30.00"],
      ["2026-04", "30.00", "0.00", "-4.00", "26.00"],
    ]);
    const balance = (await tenant.inTenant(readTrialBalance)).find((row) => row.account === "revenue");
    expect(rows.reduce((sum, row) => sum + row.revenue_minor, 0n)).toBe(
      (balance?.credit_minor ?? 0n) - (balance?.debit_minor ?? 0n),
    );
  });

  it("revenue: is cut by days of the zone", async () => {
    const rows = await tenant.inTenant((tx) =>
      readRevenue(tx, { ...year, timezone: "America/New_York", unit: "day" }),
    );
    expect(rows.map((row) => row.period)).toEqual([
      "2026-01-31",
      "2026-02-09",
      "2026-02-28",
      "2026-03-31",
      "2026-04-14",
    ]);
  });

  it("collections: what was asked for, came in, was lost and is still owed", async () => {
    const rows = await tenant.inTenant((tx) => readCollections(tx, { ...year, unit: "month" }));
    expect(
      rows.map((row) => [
        row.period,
        usd(row.invoiced_minor),
        usd(row.collected_minor),
        usd(row.written_off_minor),
        usd(row.outstanding_minor),
      ]),
    ).toEqual([
      ["2026-02", "20.00", "10.00", "10.00", "0.00"],
      ["2026-03", "30.00", "0.00", "0.00", "30.00"],
      ["2026-04", "30.00", "0.00", "0.00", "56.00"],
    ]);
    const later = await tenant.inTenant((tx) =>
      readCollections(tx, { ...year, from: date("2026-04-01T00:00:00Z"), unit: "month" }),
    );
    expect(later).toEqual([rows[2]]);
  });

  it("aging: what each customer owes at an instant, by how long it is overdue", async () => {
    const aged = async (asOf: string) => {
      const rows = await tenant.inTenant((tx) => readAging(tx, date(asOf)));
      return rows.map((row) => [
        row.name,
        usd(row.not_due_minor),
        usd(row.days_1_to_30_minor),
        usd(row.days_31_to_60_minor),
        usd(row.total_minor),
      ]);
    };
    const april = await aged("2026-04-15T00:00:00Z");
    expect(april).toEqual([
      ["Payer", "10.00", "10.00", "0.00", "20.00"],
      ["Debtor", "10.00", "10.00", "0.00", "20.00"],
      ["Taker", "6.00", "10.00", "0.00", "16.00"],
    ]);
    expect(await aged("2026-03-31T00:00:00Z")).toEqual([
      ["Payer", "10.00", "0.00", "0.00", "10.00"],
      ["Taker", "10.00", "0.00", "0.00", "10.00"],
      ["Debtor", "10.00", "0.00", "0.00", "10.00"],
    ]);
    expect((await aged("2026-05-05T00:00:00Z"))[0]).toEqual(["Payer", "0.00", "10.00", "10.00", "20.00"]);
  });

  it("statement: every change of what a customer owes, with the balance after it", async () => {
    const read = (customer: number, from: string) =>
      tenant.inTenant((tx) =>
        readStatement(tx, { customerId: customers[customer]?.id ?? "", from: date(from), to: year.to }),
      );
    const taker = await read(1, "2026-01-01T00:00:00Z");
    expect(
      taker.map((row) => [row.kind, usd(row.debit_minor), usd(row.credit_minor), usd(row.balance_minor)]),
    ).toEqual([
      ["invoice.finalized", "10.00", "0.00", "10.00"],
      ["invoice.voided", "0.00", "10.00", "0.00"],
      ["invoice.finalized", "10.00", "0.00", "10.00"],
      ["invoice.finalized", "10.00", "0.00", "20.00"],
      ["credit_note.issued", "0.00", "4.00", "16.00"],
    ]);
    expect(taker.at(-1)?.number).toMatch(/^CN-/);
    const later = await read(1, "2026-04-10T00:00:00Z");
    expect(later.map((row) => [row.opening_minor, row.balance_minor])).toEqual([[2000n, 1600n]]);
    const quiet = await read(1, "2026-12-01T00:00:00Z");
    expect(quiet).toMatchObject([{ entry_id: null, opening_minor: 1600n, balance_minor: 1600n }]);
  });

  it("mrr: brings every interval to a month and says how it moved", async () => {
    const own = await makeTenant(world.test, { clockNow: at("2026-01-01T00:00:00Z") });
    const planOf = (amount: string, unit: "week" | "quarter" | "year") =>
      makePlan(own, {
        ...{ interval: { unit, count: 1 } },
        prices: [
          flatPrice({
            kind: "recurring",
            billing: "in_advance",
            chargeModel: { model: "per_unit", unitAmount: amount },
          }),
        ],
      });
    const yearly = await planOf("120.00", "year");
    const quarterly = await planOf("30.00", "quarter");
    const weekly = await planOf("7.00", "week");
    const subscribe = (plan: string, fields: object = {}) =>
      makeSubscription(own, { plan: { id: plan }, anchor: "anniversary", ...fields });
    await subscribe(yearly.id, { quantities: { base: "5" } });
    const leaving = await subscribe(quarterly.id);
    await world.travel(own, at("2026-03-01T00:00:00Z"));
    await own.inTenant((tx) =>
      cancelSubscription(tx, { subscriptionId: leaving.id, at: "now", refund: "none", finalUsage: "bill" }),
    );
    await subscribe(weekly.id);
    await subscribe(weekly.id, { trialEndsAt: at("2026-04-01T00:00:00Z") });
    await world.travel(own, at("2026-03-02T00:00:00Z"));
    const [report] = await own.inTenant((tx) =>
      readMrr(tx, { since: at("2026-02-01T00:00:00Z"), asOf: at("2026-03-02T00:00:00Z") }),
    );
    const { opening, added, expanded, contracted, churned, closing } = report?.movement ?? {};
    expect([opening, added, expanded, contracted, churned, closing].map(String)).toEqual([
      ...["60", "30.4375", "0", "0", "-10", "80.4375"],
    ]);
    expect(report).toMatchObject({ currency: "USD", customers: 2, subscriptions: 2 });
  });
});
