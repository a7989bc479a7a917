import { Temporal } from "temporal-polyfill";
import type { CreditAsked, Settlement } from "#libs/core/credit-note/decide-credit-note.ts";
import { findCreditNote } from "#libs/data/credit-notes.ts";
import { listCreditGrants, readBalances } from "#libs/data/credits.ts";
import { findInvoice, listInvoiceLines } from "#libs/data/invoice-reads.ts";
import { leftToPay } from "#libs/data/left-to-pay.ts";
import { balancesOf, breachesIn, invoicesOf } from "#libs/testkit/customer-life.ts";
import {
  flatPrice,
  makeCustomer,
  makePlan,
  makeSubscription,
  makeTenant,
  type TestTenant,
} from "#libs/testkit/factories.ts";
import { openWorkWorld, type WorkWorld } from "#libs/testkit/work-world.ts";
import { createCoupon } from "../catalog/create-coupon.ts";
import { createTaxRate } from "../catalog/create-tax-rate.ts";
import { createInvoice } from "../invoice/create-invoice.ts";
import { replayInvoice } from "../invoice/replay-invoice.ts";
import { voidInvoice } from "../invoice/void-invoice.ts";
import { markInvoiceUncollectible } from "../invoice/mark-uncollectible.ts";
import { recordOutsidePayment } from "../payment/record-outside-payment.ts";
import { changeSubscription } from "../subscription/change-subscription.ts";
import { createCreditNote } from "./create-credit-note.ts";
import { voidCreditNote } from "./void-credit-note.ts";

const at = (text: string) => Temporal.Instant.from(text);

describe("a credit note", () => {
  let world: WorkWorld;
  beforeAll(async () => {
    world = await openWorkWorld();
  });
  afterAll(() => world.close());

  type Life = { readonly tenant: TestTenant; readonly customerId: string; readonly invoiceId: string };

  /** A month of 100.00 less 10 %, plus 19 % VAT: 107.10, billed in advance on 1 March. */
  async function start(): Promise<Life> {
    const tenant = await makeTenant(world.test, { clockNow: at("2026-03-01T00:00:00Z") });
    const vat = await tenant.inTenant((tx) =>
      createTaxRate(tx, { code: "vat", name: "VAT", percentage: "19" }),
    );
    await tenant.inTenant((tx) =>
      createCoupon(tx, { code: "ten", name: "Ten off", percentOff: "10", duration: "forever" }),
    );
    const customerId = (await makeCustomer(tenant, { taxRates: [{ id: vat.id }] })).id;
    const plan = await makePlan(tenant, {
      prices: [flatPrice({ billing: "in_advance", chargeModel: { model: "flat", amount: "100.00" } })],
    });
    await makeSubscription(tenant, {
      ...{ customer: { id: customerId }, plan: { id: plan.id }, coupon: { code: "ten" } },
    });
    await world.tick();
    const [row] = await world.rows<{ id: string }>("select id from invoice where tenant_id = $1", [
      tenant.tenantId,
    ]);
    return { tenant, customerId, invoiceId: row?.id ?? "" };
  }
  const note = ({ tenant, invoiceId }: Life, asked: CreditAsked, settlement: Settlement) =>
    tenant.inTenant((tx) => createCreditNote(tx, { invoiceId, asked, settlement, reason: "Outage" }));
  const voidNote = ({ tenant }: Life, creditNoteId: string) =>
    tenant.inTenant((tx) => voidCreditNote(tx, { creditNoteId, reason: "wrong" }));
  const pay = ({ tenant, invoiceId }: Life, amount?: string) =>
    tenant.inTenant((tx) => recordOutsidePayment(tx, { invoiceId, paymentStatus: "succeeded", amount }));
  const stateOf = async ({ tenant, invoiceId }: Life) => {
    const row = await tenant.inTenant((tx) => findInvoice(tx, invoiceId));
    return row === null ? null : { left: leftToPay(row), status: row.payment_status };
  };
  const lineOf = async ({ tenant, invoiceId }: Life) =>
    (await tenant.inTenant((tx) => listInvoiceLines(tx, invoiceId)))[0]?.id ?? "";
  const eventsOf = ({ tenant }: Life) =>
    world.rows<{ type: string }>(
      "select type from domain_event where tenant_id = $1 and (type like 'credit_note%' or type = 'invoice.paid') order by id",
      [tenant.tenantId],
    );

  it("offsets a part of a line with its discount and tax, and has a number of its own", async () => {
    const life = await start();
    const lineId = await lineOf(life);
    const id = await note(life, { lines: [{ lineId, amount: "25.00" }] }, "offset");
    expect(await life.tenant.inTenant((tx) => findCreditNote(tx, id))).toMatchObject({
      ...{
        number: "CN-202603-00001",
        invoice_number: "INV-202603-00001",
        settlement: "offset",
        reason: "Outage",
      },
      ...{ subtotal_minor: 2500n, discount_total_minor: 250n, tax_total_minor: 428n, total_minor: 2678n },
      lines: [{ invoice_line_id: lineId, amount_minor: "2500", discount_minor: "250", tax_minor: "428" }],
    });
    expect(await stateOf(life)).toEqual({ left: 8032n, status: "pending" });
    expect(await balancesOf(life.tenant)).toEqual([
      "receivable USD 80.32",
      "revenue USD -67.50",
      "tax_payable USD -12.82",
    ]);
    expect(await invoicesOf(world, life.tenant)).toEqual([
      "2026-03-01 credit 26.78 USD (due 0.00): Base fee 25.00",
      "2026-03-01 start 107.10 USD: Base fee 100.00",
    ]);
    const [frozen] = await world.rows<{ document: object }>(
      "select document from invoice_document where invoice_id = $1",
      [id],
    );
    expect(frozen?.document).toMatchObject({
      ...{
        invoiceType: "credit",
        corrects: { number: "INV-202603-00001", reason: "Outage" },
        amountDue: "0.00",
      },
      discounts: [{ name: "Ten off", amount: "2.50" }],
      taxes: [{ name: "VAT", taxableAmount: "22.50", amount: "4.28" }],
    });
  });

  it("settles the invoice when it takes off all that is left, and what is paid then is too much by nothing", async () => {
    const life = await start();
    await pay(life, "100.00");
    await note(life, { amount: "7.10" }, "offset");
    expect(await stateOf(life)).toEqual({ left: 0n, status: "succeeded" });
    expect((await eventsOf(life)).map((event) => event.type)).toEqual(["credit_note.issued", "invoice.paid"]);
    await expect(pay(life, "1.00")).rejects.toMatchObject({ code: "invoice_already_paid" });
    expect(await balancesOf(life.tenant)).toEqual([
      "cash:manual USD 100.00",
      "receivable USD 0.00",
      "revenue USD -84.03",
      "tax_payable USD -15.97",
    ]);
  });

  it("becomes credit that pays the next invoice, and then cannot be void", async () => {
    const life = await start();
    await pay(life);
    const id = await note(life, { amount: "50.00" }, "credit");
    const [grant] = await life.tenant.inTenant((tx) => listCreditGrants(tx, life.customerId));
    expect(grant).toMatchObject({ left_minor: 5000n, source_invoice_id: id, reason: "credit_note" });
    await world.advance(life.tenant, at("2026-04-01T00:00:00Z"));
    expect((await invoicesOf(world, life.tenant)).at(-1)).toBe(
      "2026-04-01 cycle 107.10 USD (due 57.10): Base fee 100.00",
    );
    await expect(voidNote(life, id)).rejects.toMatchObject({ code: "credit_already_used" });
    expect(await balancesOf(life.tenant)).toEqual([
      "cash:manual USD 107.10",
      "customer_credit USD 0.00",
      "receivable USD 57.10",
      "revenue USD -137.98",
      "tax_payable USD -26.22",
    ]);
  });

  it("becomes no credit of an invoice that nobody has paid, or that was given up", async () => {
    const life = await start();
    const refused = { code: "credit_note_settlement_invalid" };
    await expect(note(life, { amount: "107.10" }, "credit")).rejects.toMatchObject(refused);
    await pay(life, "7.10");
    await life.tenant.inTenant((tx) => markInvoiceUncollectible(tx, { invoiceId: life.invoiceId }));
    await expect(note(life, { amount: "100.00" }, "credit")).rejects.toMatchObject(refused);
    await note(life, { amount: "7.10" }, "credit");
    await expect(note(life, { amount: "0.01" }, "refund")).rejects.toMatchObject(refused);
    await world.advance(life.tenant, at("2026-04-01T00:00:00Z"));
    expect((await invoicesOf(world, life.tenant)).at(-1)).toBe(
      "2026-04-01 cycle 107.10 USD (due 100.00): Base fee 100.00",
    );
  });

  it("of what a credit has paid becomes credit again, and is not refunded", async () => {
    const life = await start();
    await pay(life);
    await note(life, { amount: "107.10" }, "credit");
    await world.advance(life.tenant, at("2026-04-01T00:00:00Z"));
    const [april] = await world.rows<{ id: string }>(
      "select id from invoice where tenant_id = $1 and kind = 'cycle'",
      [life.tenant.tenantId],
    );
    const paid = { ...life, invoiceId: april?.id ?? "" };
    await expect(note(paid, { amount: "50.00" }, "refund")).rejects.toMatchObject({
      code: "credit_note_settlement_invalid",
    });
    await expect(note(paid, { amount: "50.00" }, "credit")).resolves.toMatch(/./);
  });

  it("is owed to the customer when it is to be refunded, up to what was paid", async () => {
    const life = await start();
    await expect(note(life, { amount: "1.00" }, "refund")).rejects.toMatchObject({
      code: "credit_note_settlement_invalid",
    });
    await pay(life, "60.00");
    await note(life, { amount: "40.00" }, "refund");
    await expect(note(life, { amount: "20.01" }, "refund")).rejects.toMatchObject({
      code: "credit_note_settlement_invalid",
    });
    expect(await life.tenant.inTenant((tx) => readBalances(tx, life.customerId))).toEqual([
      { currency: "USD", credit_minor: 0n, receivable_minor: 4710n, refunds_payable_minor: 4000n },
    ]);
    expect(await balancesOf(life.tenant)).toContain("refunds_payable USD -40.00");
  });

  it.each<[Settlement, string]>([
    ["offset", "50.00"],
    ["credit", "50.00"],
    ["refund", "50.00"],
  ])(
    "settled by %s leaves nothing behind when it is void, and may be made again",
    async (settlement, amount) => {
      const life = await start();
      await pay(life, "50.00");
      const before = { state: await stateOf(life), ledger: await balancesOf(life.tenant) };
      const id = await note(life, { amount }, settlement);
      await voidNote(life, id);
      expect(await stateOf(life)).toEqual(before.state);
      const moved = (await balancesOf(life.tenant)).filter((balance) => !balance.endsWith(" 0.00"));
      expect(moved).toEqual(before.ledger);
      expect(await life.tenant.inTenant((tx) => readBalances(tx, life.customerId))).toEqual([
        { currency: "USD", credit_minor: 0n, receivable_minor: 5710n, refunds_payable_minor: 0n },
      ]);
      await expect(voidNote(life, id)).rejects.toMatchObject({ code: "credit_note_already_voided" });
      const again = await note(life, { amount }, settlement);
      const row = await life.tenant.inTenant((tx) => findCreditNote(tx, again));
      expect(row).toMatchObject({ number: "CN-202603-00002", invoice_status: "finalized" });
    },
  );

  it("never takes back more than was billed, when several are made at the same time too", async () => {
    const life = await start();
    await pay(life);
    const made = await Promise.allSettled(
      Array.from({ length: 5 }, () => note(life, { amount: "30.00" }, "credit")),
    );
    expect(made.filter((each) => each.status === "fulfilled")).toHaveLength(3);
    await expect(note(life, { amount: "17.11" }, "credit")).rejects.toMatchObject({
      code: "credit_note_exceeds_invoice",
    });
    await note(life, { amount: "17.10" }, "credit");
    const [sums] = await world.rows(
      `select sum(l.amount_minor)::int as amount, sum(l.discount_minor)::int as discount, sum(l.tax_minor)::int as tax
       from invoice_line l where l.tenant_id = $1 and l.corrects_line_id is not null`,
      [life.tenant.tenantId],
    );
    expect(sums).toEqual({ amount: 10000, discount: 1000, tax: 1710 });
  });

  it("counts as given back when the plan changes, and what a change gave back is not taken back again", async () => {
    const life = await start();
    await pay(life);
    const lineId = await lineOf(life);
    await note(life, { lines: [{ lineId, amount: "90.00" }] }, "credit");
    const cheap = await makePlan(life.tenant);
    await world.advance(life.tenant, at("2026-03-16T12:00:00Z"));
    const [subscription] = await world.rows<{ id: string }>(
      "select id from subscription where tenant_id = $1",
      [life.tenant.tenantId],
    );
    await life.tenant.inTenant((tx) =>
      changeSubscription(tx, { subscriptionId: subscription?.id ?? "", plan: { id: cheap.id } }),
    );
    const [credit] = await world.rows<{ gross: string; net: string }>(
      "select inputs->'credit'->>'amountMinor' as gross, amount_minor::text as net from invoice_line where tenant_id = $1 and kind = 'proration_credit'",
      [life.tenant.tenantId],
    );
    expect(credit).toEqual({ gross: "1000", net: "-900" });
    await expect(note(life, { lines: [{ lineId }] }, "credit")).rejects.toMatchObject({
      code: "credit_note_empty",
    });
  });

  it("proves itself in a replay, and breaks no invariant that doctor looks at", async () => {
    const life = await start();
    const id = await note(life, { amount: "33.33" }, "offset");
    for (const invoiceId of [id, life.invoiceId]) {
      const replay = await life.tenant.inTenant((tx) => replayInvoice(tx, { invoiceId }));
      expect(replay).toMatchObject({ identical: true, differences: [] });
    }
    expect(await breachesIn(world)).toEqual([]);
  });

  it("keeps its invoice from being void, and is itself no invoice that could be void or corrected", async () => {
    const life = await start();
    const id = await note(life, { amount: "1.00" }, "offset");
    const voided = (invoiceId: string) =>
      life.tenant.inTenant((tx) => voidInvoice(tx, { invoiceId, reason: "wrong" }));
    await expect(voided(life.invoiceId)).rejects.toMatchObject({ code: "invoice_corrected" });
    await expect(voided(id)).rejects.toMatchObject({ code: "invoice_is_credit_note" });
    await expect(note({ ...life, invoiceId: id }, { amount: "1.00" }, "credit")).rejects.toMatchObject({
      code: "invoice_is_credit_note",
    });
    await voidNote(life, id);
    await voided(life.invoiceId);
    await expect(note(life, { amount: "1.00" }, "credit")).rejects.toMatchObject({
      code: "invoice_already_voided",
    });
  });

  it("of an invoice that was given up stays, as what was left of it is written off", async () => {
    const life = await start();
    const id = await note(life, { amount: "7.10" }, "offset");
    await life.tenant.inTenant((tx) => markInvoiceUncollectible(tx, { invoiceId: life.invoiceId }));
    expect(await balancesOf(life.tenant)).toContain("write_off USD 100.00");
    await expect(voidNote(life, id)).rejects.toMatchObject({ code: "invoice_already_uncollectible" });
    await expect(note(life, { amount: "1.00" }, "offset")).rejects.toMatchObject({
      code: "credit_note_settlement_invalid",
    });
  });

  it("is printed and stored like an invoice, and never mirrored at Stripe", async () => {
    const life = await start();
    await world.drain();
    const id = await note(life, { amount: "1.00" }, "offset");
    await world.drain();
    const jobs = await world.rows<{ name: string }>(
      "select name from job where tenant_id = $1 and payload->>'invoiceId' = $2 order by name",
      [life.tenant.tenantId, id],
    );
    expect(jobs.map((job) => job.name)).toEqual(["invoice.email", "invoice.render_pdf", "invoice.store_pdf"]);
    expect((await life.tenant.inTenant((tx) => findCreditNote(tx, id)))?.has_pdf).toBe(true);
  });

  it("is refused by the database beyond what was billed, and may not be said to offset by hand", async () => {
    const life = await start();
    const { tenant, invoiceId } = life;
    const id = await note(life, { amount: "107.10" }, "offset");
    const other = await tenant.inTenant((tx) =>
      createInvoice(tx, {
        ...{ customer: { id: life.customerId }, currency: "USD", finalize: false },
        lines: [{ description: "Work", amount: "1.00" }],
      }),
    );
    const forged = world.test.owner.query(
      `update invoice set invoice_type = 'credit', settlement = 'credit', corrects_invoice_id = $2, amount_due_minor = 0,
         invoice_status = 'finalized', number = 'CN-X', issued_at = now() where id = $1`,
      [other, invoiceId],
    );
    await expect(forged).rejects.toThrow("takes back more than was billed");
    const said = tenant.inTenant((tx) => tx.db.$executeRaw`update invoice set amount_offset_minor = 1`);
    await expect(said).rejects.toThrow("permission denied for table invoice");
    const edited = tenant.inTenant(
      (tx) => tx.db.$executeRaw`update invoice set settlement = 'refund' where id = ${id}::uuid`,
    );
    await expect(edited).rejects.toThrow("was issued and cannot be edited");
  });
});
