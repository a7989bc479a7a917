import { Temporal } from "temporal-polyfill";
import type { Plan } from "#libs/core/price/plan.ts";
import type { Price } from "#libs/core/price/price.ts";
import { type ChangeTenant, startChangeTenant } from "#libs/testkit/change-world.ts";
import { flatPrice, usagePrice } from "#libs/testkit/factories.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { createCoupon } from "../catalog/create-coupon.ts";
import { giveCoupon } from "../catalog/give-coupon.ts";
import { createCreditNote } from "../credit-note/create-credit-note.ts";
import { previewInvoice } from "../invoice/preview-invoice.ts";
import { regenerateInvoice } from "../invoice/regenerate-invoice.ts";
import { voidInvoice } from "../invoice/void-invoice.ts";
import { changeSubscription } from "../subscription/change-subscription.ts";
import { pauseSubscription } from "../subscription/pause-subscription.ts";
import { resumeSubscription } from "../subscription/resume-subscription.ts";
import { settleLateUsage } from "../usage/settle-late.ts";
import { generateInvoices } from "./generate-invoices.ts";

const at = (text: string) => Temporal.Instant.from(text);
const april = { start: at("2026-04-01T00:00:00Z"), end: at("2026-05-01T00:00:00Z") };
const calls = usagePrice("calls", { chargeModel: { model: "per_unit", unitAmount: "1.00" } });
const fee = (amount: string, fields: Partial<Price> = {}): Price =>
  flatPrice({ billing: "in_advance", proration: "day", chargeModel: { model: "flat", amount }, ...fields });
const seats = fee("0", {
  ...{ code: "seats", quantity: "1", chargeModel: { model: "per_unit", unitAmount: "30.00" } },
});

describe("the limits of a period, settled", () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await openTestDatabase();
  });
  afterAll(() => test.close());

  const open = (small: Partial<Plan>, big: Partial<Plan> = {}) =>
    startChangeTenant(test, "2026-04-01T00:00:00Z", { small, big });

  async function begin(tenant: ChangeTenant): Promise<string> {
    const id = await tenant.subscribe();
    await tenant.bill(id);
    return id;
  }

  async function billAt(tenant: ChangeTenant, id: string, when: string): Promise<void> {
    await tenant.moveClock(when);
    expect((await tenant.bill(id)).parked).toEqual([]);
  }

  /** Sends what happened on 3 April in May, and bills it on 1 June. */
  async function sendLate(tenant: ChangeTenant, id: string, quantity: string): Promise<void> {
    await tenant.moveClock("2026-05-02T00:00:00Z");
    await tenant.send(quantity, "2026-04-03T01:00:00Z");
    await tenant.inTenant(settleLateUsage);
    await billAt(tenant, id, "2026-06-01T00:00:00Z");
  }

  async function halve(tenant: ChangeTenant): Promise<void> {
    await tenant.inTenant(async (tx) => {
      await createCoupon(tx, { code: "half", name: "Half", percentOff: "50", duration: "forever" });
      await giveCoupon(tx, { customer: { id: tenant.customerId }, coupon: { code: "half" } });
    });
  }

  const moveTo = (tenant: ChangeTenant, subscriptionId: string, plan: string) =>
    tenant.inTenant((tx) => changeSubscription(tx, { subscriptionId, plan: { code: plan } }));

  const invoiceIds = async (subscriptionId: string): Promise<string[]> =>
    (
      await test.owner.query<{ id: string }>(
        "select id from invoice where subscription_id = $1 order by billing_sequence",
        [subscriptionId],
      )
    ).rows.map((row) => row.id);

  const totals = async (tenant: ChangeTenant, id: string) =>
    (await tenant.invoices(id)).map(([first]) => first);
  const whole = "2592000/2592000";

  it("a coupon takes nothing of what a maximum takes off", async () => {
    const tenant = await open({ prices: [calls], maximumAmount: "100.00" });
    await halve(tenant);
    const id = await begin(tenant);
    await tenant.send("300", "2026-04-03T00:00:00Z");
    await billAt(tenant, id, "2026-05-01T00:00:00Z");
    expect(await tenant.invoices(id)).toEqual([
      ["cycle 5000", "usage calls 30000 1/1", `adjustment  -20000 ${whole}`],
    ]);
    const { rows } = await test.owner.query("select 1 from credit_grant where customer_id = $1", [
      tenant.customerId,
    ]);
    expect(rows).toEqual([]);
  });

  it("what a maximum gives back of a discounted fee that was billed before is what was paid of it", async () => {
    const tenant = await open({ prices: [fee("100.00"), calls], maximumAmount: "50.00" });
    await halve(tenant);
    const id = await begin(tenant);
    await tenant.send("60", "2026-04-03T00:00:00Z");
    await billAt(tenant, id, "2026-05-01T00:00:00Z");
    expect(await tenant.invoices(id)).toEqual([
      ["start 5000", "recurring base 10000 30/30"],
      // 100.00 in advance for May less half, and 110.00 less for April: 60.00 of its calls, 50.00 of a fee of which half was paid.
      ["cycle 2500", "recurring base 10000 31/31", "usage calls 6000 1/1", `adjustment  -8500 ${whole}`],
    ]);
  });

  it("late usage uses up the commitment that was billed", async () => {
    const tenant = await open({ prices: [calls], minimumCommitment: "100.00" });
    const id = await begin(tenant);
    await tenant.send("60", "2026-04-03T00:00:00Z");
    await billAt(tenant, id, "2026-05-01T00:00:00Z");
    await sendLate(tenant, id, "30");
    expect(await tenant.invoices(id)).toEqual([
      ["cycle 10000", "usage calls 6000 1/1", `minimum_commitment  4000 ${whole}`],
      [
        ...["cycle 10000", "usage calls 0 1/1", "late_usage calls 3000 1/1"],
        ...[`minimum_commitment  -3000 ${whole}`, "minimum_commitment  10000 2678400/2678400"],
      ],
    ]);
  });

  it("late usage stays below the maximum, also with a coupon", async () => {
    const tenant = await open({ prices: [calls], maximumAmount: "100.00" });
    await halve(tenant);
    const id = await begin(tenant);
    await tenant.send("90", "2026-04-03T00:00:00Z");
    await billAt(tenant, id, "2026-05-01T00:00:00Z");
    await sendLate(tenant, id, "50");
    expect(await tenant.invoices(id)).toEqual([
      ["cycle 4500", "usage calls 9000 1/1"],
      ["cycle 500", "usage calls 0 1/1", "late_usage calls 5000 1/1", `adjustment  -4000 ${whole}`],
    ]);
  });

  it("late usage of an ended subscription is settled with its limits", async () => {
    const tenant = await open({ prices: [calls], minimumCommitment: "100.00" });
    const id = await tenant.subscribe({ endsAt: april.end });
    await tenant.send("60", "2026-04-03T00:00:00Z");
    await billAt(tenant, id, "2026-05-01T00:00:00Z");
    await tenant.moveClock("2026-05-02T00:00:00Z");
    await tenant.send("30", "2026-04-03T01:00:00Z");
    await tenant.inTenant(settleLateUsage);
    expect(await totals(tenant, id)).toEqual(["final 10000", "late 0"]);
  });

  it("what a credit note took back of a true-up is not given back again", async () => {
    const tenant = await open({ prices: [calls], minimumCommitment: "100.00" });
    const id = await begin(tenant);
    await tenant.send("60", "2026-04-03T00:00:00Z");
    await billAt(tenant, id, "2026-05-01T00:00:00Z");
    const [invoiceId = ""] = await invoiceIds(id);
    const line = await test.owner.query<{ id: string }>(
      "select id from invoice_line where invoice_id = $1 and kind = 'minimum_commitment'",
      [invoiceId],
    );
    await tenant.inTenant((tx) =>
      createCreditNote(tx, {
        ...{ invoiceId, settlement: "offset" },
        asked: { lines: [{ lineId: line.rows[0]?.id ?? "", amount: "30.00" }] },
      }),
    );
    await sendLate(tenant, id, "30");
    expect((await tenant.invoices(id)).flat()).toContain(`minimum_commitment  -1000 ${whole}`);
  });

  it("a maximum holds for the whole month on both sides of a change to a plan with the same one", async () => {
    const tenant = await open(
      { prices: [calls], maximumAmount: "50.00" },
      { prices: [calls], maximumAmount: "50.00" },
    );
    const id = await begin(tenant);
    await tenant.send("60", "2026-04-03T00:00:00Z");
    await tenant.moveClock("2026-04-16T00:00:00Z");
    await moveTo(tenant, id, "big");
    await tenant.send("60", "2026-04-20T00:00:00Z");
    await billAt(tenant, id, "2026-05-01T00:00:00Z");
    expect(await totals(tenant, id)).toEqual(["change 5000", "cycle 0"]);
  });

  it.each([
    ["50.00", "200.00", ["change 5000", "cycle 15000"]],
    ["200.00", "50.00", ["change 19000", "cycle 1000"]],
  ])(
    "of a maximum of %s and then %s each holds for its part, and the greater for the month",
    async (first, second, expected) => {
      const tenant = await open(
        { prices: [calls], maximumAmount: first },
        { prices: [calls], maximumAmount: second },
      );
      const id = await begin(tenant);
      await tenant.send("190", "2026-04-03T00:00:00Z");
      await tenant.moveClock("2026-04-16T00:00:00Z");
      await moveTo(tenant, id, "big");
      await tenant.send("190", "2026-04-20T00:00:00Z");
      await billAt(tenant, id, "2026-05-01T00:00:00Z");
      expect(await totals(tenant, id)).toEqual(expected);
    },
  );

  it("commitments on both sides of a change are owed together", async () => {
    const small = { prices: [calls], minimumCommitment: "100.00" };
    const tenant = await open(small, small);
    const id = await begin(tenant);
    await tenant.send("40", "2026-04-03T00:00:00Z");
    await tenant.moveClock("2026-04-16T00:00:00Z");
    await moveTo(tenant, id, "big");
    await tenant.send("55", "2026-04-20T00:00:00Z");
    await billAt(tenant, id, "2026-05-01T00:00:00Z");
    expect(await totals(tenant, id)).toEqual(["change 5000", "cycle 5000"]);
  });

  it("a change of the only fee's quantity does not end the period", async () => {
    const tenant = await open({ prices: [seats], maximumAmount: "50.00" });
    const id = await begin(tenant);
    await tenant.moveClock("2026-04-16T00:00:00Z");
    await tenant.inTenant((tx) => changeSubscription(tx, { subscriptionId: id, quantities: { seats: "4" } }));
    await billAt(tenant, id, "2026-05-01T00:00:00Z");
    expect(await tenant.invoices(id)).toEqual([
      ["start 3000", "recurring seats 3000 30/30"],
      ["change 4500", "proration_credit seats -1500 15/30", "proration_charge seats 6000 15/30"],
      ["cycle 9500", "recurring seats 12000 31/31", `adjustment  -2500 ${whole}`],
    ]);
  });

  it("a pause takes its days off the commitment, and leaves the maximum for the month", async () => {
    const tenant = await open({ prices: [calls], minimumCommitment: "30.00", maximumAmount: "50.00" });
    const id = await begin(tenant);
    await tenant.send("40", "2026-04-03T00:00:00Z");
    await tenant.moveClock("2026-04-11T00:00:00Z");
    await tenant.inTenant((tx) => pauseSubscription(tx, { subscriptionId: id }));
    await tenant.moveClock("2026-04-21T00:00:00Z");
    await tenant.inTenant((tx) => resumeSubscription(tx, { subscriptionId: id }));
    await tenant.send("40", "2026-04-22T00:00:00Z");
    await billAt(tenant, id, "2026-05-01T00:00:00Z");
    expect((await totals(tenant, id)).filter((total) => total !== "change 0")).toEqual([
      "change 4000",
      "cycle 1000",
    ]);
  });

  it("a credit of a change counts before its discount, as the fee does that it gives back", async () => {
    const tenant = await open(
      { prices: [fee("100.00")], minimumCommitment: "150.00" },
      { prices: [fee("10.00")] },
    );
    await halve(tenant);
    const id = await begin(tenant);
    await tenant.moveClock("2026-04-16T00:00:00Z");
    await moveTo(tenant, id, "big");
    expect((await tenant.invoices(id)).at(-1)).toContain("minimum_commitment  2500 1296000/2592000");
  });

  it("an invoice that is made again keeps the limits of the plan that held then", async () => {
    const tenant = await open({ prices: [calls] }, { prices: [calls], minimumCommitment: "1000.00" });
    const id = await begin(tenant);
    await tenant.send("5", "2026-04-03T00:00:00Z");
    await billAt(tenant, id, "2026-05-01T00:00:00Z");
    await tenant.moveClock("2026-05-10T00:00:00Z");
    await moveTo(tenant, id, "big");
    const [invoiceId = ""] = await invoiceIds(id);
    await tenant.inTenant((tx) => regenerateInvoice(tx, { invoiceId, reason: "again" }));
    expect((await tenant.invoices(id)).at(-1)).toEqual(["cycle 500", "usage calls 500 1/1"]);
  });

  it("a preview of a period that is billed shows it as it was billed", async () => {
    const tenant = await open({ prices: [calls], minimumCommitment: "100.00" });
    const id = await begin(tenant);
    await tenant.send("60", "2026-04-03T00:00:00Z");
    await billAt(tenant, id, "2026-05-01T00:00:00Z");
    const preview = () => tenant.inTenant((tx) => previewInvoice(tx, { subscriptionId: id, period: april }));
    expect((await preview()).draft.assembled?.totalMinor).toBe(10000n);
    await sendLate(tenant, id, "30");
    expect((await preview()).draft.assembled?.lines.map((line) => line.amountMinor)).toEqual([9000n, 1000n]);
  });

  it("a void fee in advance is not asked for as a missing commitment, and costs once when it is billed again", async () => {
    const tenant = await open({ prices: [fee("100.00")], minimumCommitment: "100.00" });
    const id = await begin(tenant);
    const [invoiceId = ""] = await invoiceIds(id);
    await tenant.inTenant((tx) => voidInvoice(tx, { invoiceId, reason: "mistake" }));
    await billAt(tenant, id, "2026-05-01T00:00:00Z");
    await tenant.inTenant((tx) => regenerateInvoice(tx, { invoiceId, reason: "after all" }));
    expect(await totals(tenant, id)).toEqual(["start 10000", "cycle 10000", "start 10000"]);
  });

  it("a true-up that was let off with its invoice does not come back with another one", async () => {
    const tenant = await open({ prices: [fee("40.00"), calls], minimumCommitment: "100.00" });
    const id = await begin(tenant);
    await tenant.send("20", "2026-04-03T00:00:00Z");
    await billAt(tenant, id, "2026-05-01T00:00:00Z");
    const [first = "", cycle = ""] = await invoiceIds(id);
    await tenant.inTenant((tx) => voidInvoice(tx, { invoiceId: cycle, reason: "let off" }));
    await tenant.inTenant((tx) => regenerateInvoice(tx, { invoiceId: first, reason: "again" }));
    expect((await tenant.invoices(id)).at(-1)).toEqual(["start 4000", "recurring base 4000 30/30"]);
    await tenant.inTenant((tx) => regenerateInvoice(tx, { invoiceId: cycle, reason: "after all" }));
    expect((await tenant.invoices(id)).at(-1)).toContain(`minimum_commitment  4000 ${whole}`);
  });

  it("an invoice that a later maximum counts is not voided, but made again", async () => {
    const tenant = await open({ prices: [fee("100.00"), calls], maximumAmount: "50.00" });
    const id = await begin(tenant);
    await tenant.send("60", "2026-04-03T00:00:00Z");
    await billAt(tenant, id, "2026-05-01T00:00:00Z");
    const [first = "", cycle = ""] = await invoiceIds(id);
    const drop = (invoiceId: string) =>
      tenant.inTenant((tx) => voidInvoice(tx, { invoiceId, reason: "mistake" }));
    await expect(drop(first)).rejects.toMatchObject({ code: "invoice_amended" });
    await tenant.inTenant((tx) => regenerateInvoice(tx, { invoiceId: first, reason: "again" }));
    expect((await tenant.invoices(id)).at(-1)).toEqual(["start 10000", "recurring base 10000 30/30"]);
    await drop(cycle);
    await drop((await invoiceIds(id)).at(-1) ?? "");
  });

  it("an invoice that is made again after its period was settled settles it again", async () => {
    const tenant = await open({ prices: [fee("40.00"), calls], minimumCommitment: "100.00" });
    const id = await begin(tenant);
    await tenant.send("20", "2026-04-03T00:00:00Z");
    await billAt(tenant, id, "2026-05-01T00:00:00Z");
    const [first = ""] = await invoiceIds(id);
    await halve(tenant);
    await tenant.inTenant((tx) => regenerateInvoice(tx, { invoiceId: first, reason: "forgotten coupon" }));
    expect((await tenant.invoices(id)).at(-1)).toEqual(["start 2000", "recurring base 4000 30/30"]);
    const [, cycle = ""] = await invoiceIds(id);
    await tenant.inTenant((tx) => regenerateInvoice(tx, { invoiceId: cycle, reason: "forgotten coupon" }));
    expect((await tenant.invoices(id)).at(-1)).toEqual([
      ...["cycle 5000", "recurring base 4000 31/31", "usage calls 2000 1/1"],
      `minimum_commitment  4000 ${whole}`,
    ]);
  });

  it("a dry run over several boundaries decides as billing does", async () => {
    const plan = { prices: [calls, seats], minimumCommitment: "70.00", maximumAmount: "80.00" };
    const tenant = await open(plan);
    const id = await begin(tenant);
    await tenant.send("60", "2026-04-03T00:00:00Z");
    const dry = await tenant.inTenant((tx) =>
      generateInvoices(tx, {
        ...{ subscriptionIds: [id], dryRun: true },
        cutoffs: new Map([["UTC", at("2026-06-01T00:00:00Z")]]),
      }),
    );
    await billAt(tenant, id, "2026-05-01T00:00:00Z");
    await billAt(tenant, id, "2026-06-01T00:00:00Z");
    expect(dry.invoices.map(({ total }) => total)).toEqual(["80.00", "70.00"]);
    expect((await totals(tenant, id)).slice(1)).toEqual(["cycle 8000", "cycle 7000"]);
  });
});
