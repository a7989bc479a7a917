import { Temporal } from "temporal-polyfill";
import type { Price } from "#libs/core/price/price.ts";
import { type ChangeTenant, describeInvoice, startChangeTenant } from "#libs/testkit/change-world.ts";
import { settleLateUsage } from "#libs/billing/usage/settle-late.ts";
import { flatPrice, makeCustomer, usagePrice } from "#libs/testkit/factories.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { type Cancellation, cancelSubscription, previewCancellation } from "./cancel-subscription.ts";
import { changeSubscription } from "./change-subscription.ts";

const at = (text: string) => Temporal.Instant.from(text);
const fee = (amount: string, fields: Partial<Price> = {}): Price =>
  flatPrice({ billing: "in_advance", proration: "day", chargeModel: { model: "flat", amount }, ...fields });
const calls = usagePrice("calls", { chargeModel: { model: "per_unit", unitAmount: "1.00" } });

describe("cancelSubscription", () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await openTestDatabase();
  });
  afterAll(() => test.close());

  const cancel = (tenant: ChangeTenant, id: string, input: Omit<Cancellation, "subscriptionId"> = {}) =>
    tenant.inTenant((tx) => cancelSubscription(tx, { subscriptionId: id, ...input }));
  const preview = (tenant: ChangeTenant, id: string, input: Omit<Cancellation, "subscriptionId"> = {}) =>
    tenant.inTenant((tx) => previewCancellation(tx, { subscriptionId: id, ...input }));

  /** Billed for March on the 1st, with 5 calls on the 3rd; now it is the 16th. */
  async function inMarch(prices: readonly Price[] = [fee("31.00"), calls]) {
    const tenant = await startChangeTenant(test, "2026-03-01T00:00:00Z", { small: { prices }, big: {} });
    const id = await tenant.subscribe();
    await tenant.bill(id);
    await tenant.send("5", "2026-03-03T00:00:00Z");
    await tenant.moveClock("2026-03-16T00:00:00Z");
    return { tenant, id };
  }

  it("ends it at once, bills usage up to now and keeps what was paid", async () => {
    const { tenant, id } = await inMarch();
    const row = await cancel(tenant, id, { at: "now" });
    expect(row).toMatchObject({
      ...{ status: "canceled", next_due_at: null, pending_changes: [] },
      ...{ ends_at: new Date("2026-03-16T00:00:00Z"), canceled_at: new Date("2026-03-16T00:00:00Z") },
    });
    expect((await tenant.invoices(id)).slice(1)).toEqual([["final 500", "usage calls 500 1/1"]]);
  });

  it("gives back the rest of what was paid in advance when asked for", async () => {
    const { tenant, id } = await inMarch();
    const shown = await preview(tenant, id, { at: "now", refund: "prorated" });
    await cancel(tenant, id, { at: "now", refund: "prorated" });
    const expected = ["final -1100", "proration_credit base -1600 16/31", "usage calls 500 1/1"];
    expect((await tenant.invoices(id)).slice(1)).toEqual([expected]);
    expect(describeInvoice(shown.invoice)).toEqual(expected);
  });

  it("leaves usage since the last boundary out when it is dropped", async () => {
    const { tenant, id } = await inMarch();
    await cancel(tenant, id, { at: "now", refund: "prorated", finalUsage: "drop" });
    const expected = [["final -1600", "proration_credit base -1600 16/31"]];
    expect((await tenant.invoices(id)).slice(1)).toEqual(expected);
    const { rows } = await test.owner.query(
      "select p.state from billing_period p join subscription_item i on i.id = p.subscription_item_id join price r on r.id = i.price_id where i.subscription_id = $1 and r.kind = 'usage'",
      [id],
    );
    expect(rows).toEqual([{ state: "dropped" }]);
    // What was waived does not come back as late usage.
    await tenant.inTenant(settleLateUsage);
    await tenant.inTenant(settleLateUsage);
    expect((await tenant.invoices(id)).slice(1)).toEqual(expected);
  });

  it("gives nothing back of a fee that is not prorated", async () => {
    const { tenant, id } = await inMarch([fee("31.00", { proration: "none" })]);
    await cancel(tenant, id, { at: "now", refund: "prorated" });
    expect(await tenant.invoices(id)).toHaveLength(1);
  });

  it("runs to the end of the period by default, and bills what is then owed", async () => {
    const { tenant, id } = await inMarch();
    const row = await cancel(tenant, id);
    expect(row).toMatchObject({ status: "active", ends_at: new Date("2026-04-01T00:00:00Z") });
    expect(row.pending_changes).toMatchObject([{ terms: { kind: "cancel", refund: "none" } }]);
    await tenant.moveClock("2026-05-02T00:00:00Z");
    await tenant.bill(id);
    expect((await tenant.invoices(id)).slice(1)).toEqual([["final 500", "usage calls 500 1/1"]]);
  });

  it("ends at a date, up to which the period before it is charged in part", async () => {
    const { tenant, id } = await inMarch();
    await cancel(tenant, id, { at: at("2026-04-16T00:00:00Z"), refund: "prorated" });
    await tenant.moveClock("2026-05-02T00:00:00Z");
    await tenant.bill(id);
    expect((await tenant.invoices(id)).slice(1)).toEqual([
      ["cycle 2050", "recurring base 1550 15/30", "usage calls 500 1/1"],
      ["final 0", "usage calls 0 1/1"],
    ]);
    const { rows } = await test.owner.query("select status from subscription where id = $1", [id]);
    expect(rows).toEqual([{ status: "canceled" }]);
  });

  it("gives back at a date within a period that was paid before", async () => {
    const { tenant, id } = await inMarch();
    await cancel(tenant, id, { at: at("2026-03-22T00:00:00Z"), refund: "prorated" });
    await tenant.moveClock("2026-04-02T00:00:00Z");
    await tenant.bill(id);
    expect((await tenant.invoices(id)).slice(1)).toEqual([
      ["final -500", "proration_credit base -1000 10/31", "usage calls 500 1/1"],
    ]);
  });

  it("never gives back more than was billed, after a change in the same period", async () => {
    const { tenant, id } = await inMarch([
      fee("31.00", { chargeModel: { model: "per_unit", unitAmount: "3.10" }, quantity: "10" }),
    ]);
    await tenant.inTenant((tx) => changeSubscription(tx, { subscriptionId: id, quantities: { base: "20" } }));
    await tenant.moveClock("2026-03-16T01:00:00Z");
    await cancel(tenant, id, { at: "now", refund: "prorated" });
    expect(await tenant.invoices(id)).toEqual([
      ["start 3100", "recurring base 3100 31/31"],
      ["change 1600", "proration_credit base -1600 16/31", "proration_charge base 3200 16/31"],
      ["final -3200", "proration_credit base -3200 16/16"],
    ]);
  });

  it("replaces an earlier cancellation, and drops changes that would come after the end", async () => {
    const { tenant, id } = await inMarch();
    await tenant.inTenant((tx) =>
      changeSubscription(tx, { subscriptionId: id, plan: { code: "big" }, at: at("2026-04-10T00:00:00Z") }),
    );
    await cancel(tenant, id, { at: at("2026-04-20T00:00:00Z") });
    const row = await cancel(tenant, id, { at: at("2026-04-05T00:00:00Z") });
    expect(row.pending_changes).toMatchObject([
      { at: expect.stringContaining("2026-04-05"), terms: { kind: "cancel", endedBefore: null } },
    ]);
    expect(row.ends_at).toEqual(new Date("2026-04-05T00:00:00Z"));
  });

  it("ends a subscription within its trial without billing anything", async () => {
    const { tenant } = await inMarch();
    const { id: customerId } = await makeCustomer(tenant);
    const id = await tenant.subscribe({
      customer: { id: customerId },
      trialEndsAt: at("2026-03-30T00:00:00Z"),
    });
    const row = await cancel(tenant, id);
    expect(row).toMatchObject({ status: "trialing", ends_at: new Date("2026-03-30T00:00:00Z") });
    await tenant.moveClock("2026-04-02T00:00:00Z");
    await tenant.bill(id);
    expect(await tenant.invoices(id)).toEqual([]);
    const { rows } = await test.owner.query("select status, next_due_at from subscription where id = $1", [
      id,
    ]);
    expect(rows).toEqual([{ status: "canceled", next_due_at: null }]);
  });

  it("and changes that come at the same time are taken one after the other", async () => {
    const { tenant, id } = await inMarch();
    const move = (code: string) =>
      tenant.inTenant((tx) => changeSubscription(tx, { subscriptionId: id, plan: { code } }));
    const outcomes = await Promise.allSettled([
      ...[move("big"), cancel(tenant, id, { at: "now", refund: "prorated" }), move("big"), move("small")],
    ]);
    const refused = outcomes.flatMap((each) => (each.status === "rejected" ? [each.reason.code] : []));
    expect(new Set(refused).size).toBeLessThanOrEqual(1);
    expect(refused.every((code) => code === "subscription_ended")).toBe(true);
    const { rows } = await test.owner.query(
      `select (select status from subscription where id = $1) as status, (select sum(l.amount_minor)::int from invoice_line l
         join invoice i on i.id = l.invoice_id where i.subscription_id = $1) as billed`,
      [id],
    );
    // Half of March on the first plan and the calls: everything after the instant came back.
    expect(rows).toEqual([{ status: "canceled", billed: 1500 + 500 }]);
  });

  it("is refused for one that has ended, and for a version that has moved on", async () => {
    const { tenant, id } = await inMarch();
    await expect(cancel(tenant, id, { ifVersion: 9 })).rejects.toMatchObject({ code: "version_conflict" });
    await cancel(tenant, id, { at: "now" });
    await expect(cancel(tenant, id)).rejects.toMatchObject({ code: "subscription_ended" });
  });
});
