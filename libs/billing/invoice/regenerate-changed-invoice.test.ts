import fc from "fast-check";
import { createCoupon } from "#libs/billing/catalog/create-coupon.ts";
import { giveCoupon } from "#libs/billing/catalog/give-coupon.ts";
import { updateSettings } from "#libs/billing/catalog/update-settings.ts";
import { grantCredit } from "#libs/billing/credit/grant-credit.ts";
import { cancelSubscription } from "#libs/billing/subscription/cancel-subscription.ts";
import { changeSubscription } from "#libs/billing/subscription/change-subscription.ts";
import { readCoverage } from "#libs/billing/subscription/read-coverage.ts";
import type { Price } from "#libs/core/price/price.ts";
import { type ChangeTenant, startChangeTenant } from "#libs/testkit/change-world.ts";
import { balancesOf } from "#libs/testkit/customer-life.ts";
import { flatPrice } from "#libs/testkit/factories.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { testSeed } from "#libs/testkit/test-seed.ts";
import { refreshInvoice } from "./refresh-invoice.ts";
import { regenerateInvoice } from "./regenerate-invoice.ts";
import { replayInvoice } from "./replay-invoice.ts";
import { voidInvoice } from "./void-invoice.ts";

const fee = (amount: string): Price =>
  flatPrice({ billing: "in_advance", proration: "day", chargeModel: { model: "flat", amount } });
const seats: Price = {
  ...fee("0"),
  ...{ code: "seats", chargeModel: { model: "per_unit", unitAmount: "3.10" }, quantity: "10" },
};
const runs = { seed: testSeed("invoices made again"), numRuns: 6 };

type Made = { id: string; number: string | null; kind: string; status: string; replaces: string | null };

describe("an invoice of a change, made again", () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await openTestDatabase();
  });
  afterAll(() => test.close());

  /** Billed 31.00 for March on the 1st, with 19 % tax; the plan `big` costs so much. Now it is the 16th. */
  const inMarch = async (bigFee: string, prices: readonly Price[] = [fee("31.00")]) => {
    const tenant = await startChangeTenant(test, "2026-03-01T00:00:00Z", {
      ...{ small: { prices }, big: { prices: [fee(bigFee)] } },
    });
    await tenant.tax("19");
    const id = await tenant.subscribe();
    await tenant.bill(id);
    await tenant.moveClock("2026-03-16T00:00:00Z");
    return { tenant, id };
  };
  const toBig = (tenant: ChangeTenant, id: string) =>
    tenant.inTenant((tx) => changeSubscription(tx, { subscriptionId: id, plan: { code: "big" } }));
  const madeOf = async (id: string): Promise<Made[]> => {
    const { rows } = await test.owner.query(
      `select id, number, kind, invoice_status as status, replaces_invoice_id as replaces from invoice
       where subscription_id = $1 order by billing_sequence`,
      [id],
    );
    return rows;
  };
  const latest = async (id: string) => (await madeOf(id)).at(-1) as Made;
  const again = async (tenant: ChangeTenant, invoiceId: string) => {
    const { replacementId } = await tenant.inTenant((tx) =>
      regenerateInvoice(tx, { invoiceId, reason: "again" }),
    );
    return replacementId ?? "";
  };
  const cancelInvoice = (tenant: ChangeTenant, invoiceId: string) =>
    tenant.inTenant((tx) => voidInvoice(tx, { invoiceId, reason: "wrong" }));
  const replayed = async (tenant: ChangeTenant, invoiceId: string) =>
    (await tenant.inTenant((tx) => replayInvoice(tx, { invoiceId }))).differences;
  const live = async (tenant: ChangeTenant, id: string) => {
    const made = await madeOf(id);
    return (await tenant.invoices(id)).filter((_, index) => made[index]?.status !== "voided");
  };

  it("bills the same credits and periods under the next number, once, and can be made again from there", async () => {
    const { tenant, id } = await inMarch("62.00");
    await toBig(tenant, id);
    const old = await latest(id);
    const [before, books] = [await tenant.invoices(id), await balancesOf(tenant)];
    const second = await again(tenant, old.id);
    expect(await live(tenant, id)).toEqual(before);
    expect(await balancesOf(tenant)).toEqual(books);
    expect(await madeOf(id)).toMatchObject([
      { number: "INV-202603-00001", status: "finalized" },
      { number: "INV-202603-00002", status: "voided", kind: "change" },
      { number: "INV-202603-00003", status: "finalized", kind: "change", replaces: old.id },
    ]);
    expect(await replayed(tenant, second)).toEqual([]);
    const { rows: claims } = await test.owner.query(
      `select p.state, p.invoice_id = $2 as moved from billing_period p join subscription_item i on i.id = p.subscription_item_id
       where i.subscription_id = $1 order by p.start_at`,
      [id, second],
    );
    expect(claims).toEqual([
      { state: "billed", moved: false },
      { state: "billed", moved: true },
    ]);
    await expect(again(tenant, old.id)).rejects.toMatchObject({
      code: "invoice_not_regenerable",
      message: "Invoice INV-202603-00002 was made again as INV-202603-00003: make that one again.",
    });
    await again(tenant, second);
    expect(await live(tenant, id)).toEqual(before);
    expect(await balancesOf(tenant)).toEqual(books);
    expect((await tenant.inTenant((tx) => readCoverage(tx, id))).gaps).toEqual([]);
    await tenant.moveClock("2026-04-01T00:00:00Z");
    await tenant.bill(id);
    expect((await tenant.invoices(id)).at(-1)).toEqual(["cycle 7378", "recurring base 6200 30/30 tax 1178"]);
  });

  it("credits with the taxes that were billed and charges with those of now", async () => {
    const { tenant, id } = await inMarch("62.00");
    await toBig(tenant, id);
    await tenant.tax("7");
    await again(tenant, (await latest(id)).id);
    expect((await tenant.invoices(id)).at(-1)).toEqual([
      "change 1520",
      "proration_credit base -1600 16/31 tax -304",
      "proration_charge base 3200 16/31 tax 224",
    ]);
  });

  it("gives the credit that it used back before it is used again, and its surplus goes with it", async () => {
    const { tenant, id } = await inMarch("62.00");
    const customer = { id: tenant.customerId };
    await tenant.inTenant((tx) =>
      grantCredit(tx, { customer, amount: "10.00", currency: "USD", priority: 1 }),
    );
    await toBig(tenant, id);
    const books = await balancesOf(tenant);
    await again(tenant, (await latest(id)).id);
    expect(await balancesOf(tenant)).toEqual(books);
    const { rows } = await test.owner.query(
      "select credit_total_minor as credit, amount_due_minor as due from invoice where subscription_id = $1 order by billing_sequence",
      [id],
    );
    expect(rows.slice(1)).toEqual([
      { credit: "1000", due: "904" },
      { credit: "1000", due: "904" },
    ]);
  });

  it("takes an unused surplus back and gives it anew; one that was used refuses", async () => {
    const { tenant, id } = await inMarch("0.00");
    await toBig(tenant, id);
    const old = await latest(id);
    const books = await balancesOf(tenant);
    const second = await again(tenant, old.id);
    expect(await balancesOf(tenant)).toEqual(books);
    const { rows: grants } = await test.owner.query(
      "select source_invoice_id as source, amount_minor from credit_grant where customer_id = $1 order by created_at, id",
      [tenant.customerId],
    );
    expect(grants).toEqual([
      { source: old.id, amount_minor: "1904" },
      { source: second, amount_minor: "1904" },
    ]);
    const other = await tenant.subscribe();
    await tenant.bill(other);
    await expect(again(tenant, second)).rejects.toMatchObject({ code: "credit_already_used" });
  });

  it("of a cancellation gives back what it gave back", async () => {
    const { tenant, id } = await inMarch("62.00");
    await tenant.inTenant((tx) =>
      cancelSubscription(tx, { subscriptionId: id, at: "now", refund: "prorated" }),
    );
    const [before, books] = [await live(tenant, id), await balancesOf(tenant)];
    expect(before.at(-1)).toEqual(["final -1904", "proration_credit base -1600 16/31 tax -304"]);
    await again(tenant, (await latest(id)).id);
    expect(await live(tenant, id)).toEqual(before);
    expect(await balancesOf(tenant)).toEqual(books);
  });

  it("comes back after a void, and not before the invoice that it credits does", async () => {
    const { tenant, id } = await inMarch("62.00");
    await toBig(tenant, id);
    const [before, books] = [await live(tenant, id), await balancesOf(tenant)];
    const [start, change] = await madeOf(id);
    await cancelInvoice(tenant, change?.id ?? "");
    await cancelInvoice(tenant, start?.id ?? "");
    await expect(again(tenant, change?.id ?? "")).rejects.toMatchObject({
      code: "invoice_not_regenerable",
      message:
        "Invoice INV-202603-00002 gives back a part of an invoice that is void: make that one again first.",
    });
    await again(tenant, start?.id ?? "");
    await again(tenant, change?.id ?? "");
    expect(await live(tenant, id)).toEqual(before);
    expect(await balancesOf(tenant)).toEqual(books);
    expect((await tenant.inTenant((tx) => readCoverage(tx, id))).gaps).toEqual([]);
  });

  it("as a draft is computed anew and made again with its credits, and counts a limited coupon once", async () => {
    const { tenant, id } = await inMarch("62.00");
    await tenant.inTenant((tx) => updateSettings(tx, { change: { draftWindow: "PT48H" } }));
    await tenant.inTenant(async (tx) => {
      await createCoupon(tx, { code: "half", name: "Half", percentOff: "50", duration: "once" });
      await giveCoupon(tx, { customer: { id: tenant.customerId }, coupon: { code: "half" } });
    });
    await toBig(tenant, id);
    const draft = await latest(id);
    expect(draft).toMatchObject({ status: "draft", kind: "change" });
    const refreshed = await tenant.inTenant((tx) => refreshInvoice(tx, { invoiceId: draft.id }));
    expect(refreshed).toMatchObject({ changes: [], totalBeforeMinor: 0n, totalAfterMinor: 0n });
    await expect(cancelInvoice(tenant, (await madeOf(id))[0]?.id ?? "")).rejects.toMatchObject({
      code: "invoice_amended",
    });
    const second = await again(tenant, draft.id);
    expect(await madeOf(id)).toMatchObject([
      { status: "finalized" },
      { id: draft.id, status: "voided", number: null },
      { id: second, status: "draft", number: null },
    ]);
    await cancelInvoice(tenant, second);
    const third = await again(tenant, second);
    const { rows } = await test.owner.query(
      "select discount_total_minor as discount, total_minor as total from invoice where id = $1",
      [third],
    );
    expect(rows).toEqual([{ discount: "1600", total: "0" }]);
  });

  it("is refused while a later change builds on it", async () => {
    const { tenant, id } = await inMarch("62.00", [seats]);
    const setSeats = (count: string) =>
      tenant.inTenant((tx) => changeSubscription(tx, { subscriptionId: id, quantities: { seats: count } }));
    await setSeats("12");
    const first = await latest(id);
    await tenant.moveClock("2026-03-22T00:00:00Z");
    await setSeats("5");
    const second = await latest(id);
    for (const verb of [again, cancelInvoice]) {
      await expect(verb(tenant, first.id)).rejects.toMatchObject({
        code: "invoice_amended",
        message: expect.stringContaining(`Invoice ${second.number} gives back`),
      });
    }
  });

  it("leaves every amount of a random life as it was, whichever last invoice is made again", async () => {
    const step = fc.record({
      days: fc.integer({ min: 1, max: 9 }),
      seats: fc.integer({ min: 0, max: 30 }),
      remake: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 3, maxLength: 6 }),
        fc.boolean(),
        async (steps, coupon) => {
          const { tenant, id } = await inMarch("62.00", [seats, fee("31.00")]);
          if (coupon) {
            await tenant.inTenant(async (tx) => {
              await createCoupon(tx, {
                code: "third",
                name: "Third",
                percentOff: "33.3",
                duration: "forever",
              });
              await giveCoupon(tx, { customer: { id: tenant.customerId }, coupon: { code: "third" } });
            });
          }
          let now = Date.parse("2026-03-16T00:00:00Z");
          for (const { days, seats: count, remake } of steps) {
            now += days * 86_400_000;
            await tenant.moveClock(new Date(now).toISOString());
            await tenant.bill(id);
            const change = { subscriptionId: id, quantities: { seats: `${count}` } };
            await tenant.inTenant((tx) => changeSubscription(tx, change));
            // The first invoice is older than the coupon: made again, it would be discounted.
            if (!remake || (coupon && (await madeOf(id)).length === 1)) continue;
            const [before, books] = [await live(tenant, id), await balancesOf(tenant)];
            await again(tenant, (await latest(id)).id).catch((error: { code?: string }) => {
              expect(["credit_already_used", "invoice_already_paid", "invoice_amended"]).toContain(
                error.code,
              );
            });
            expect(await live(tenant, id)).toEqual(before);
            expect(await balancesOf(tenant)).toEqual(books);
          }
          const numbers = (await madeOf(id)).map(({ number }) => number ?? "");
          for (const series of new Set(numbers.map((number) => number.slice(0, -5)))) {
            const own = numbers.filter((number) => number.startsWith(series)).map((n) => Number(n.slice(-5)));
            expect(own.sort((x, y) => x - y)).toEqual(own.map((_, index) => index + 1));
          }
        },
      ),
      runs,
    );
  }, 120_000);
});
