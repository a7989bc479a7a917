import { invoicePostings } from "#libs/core/ledger/postings.ts";
import { listInvoicePostings } from "#libs/data/invoice-ends.ts";
import { findInvoice } from "#libs/data/invoice-reads.ts";
import { postLedger } from "#libs/data/ledger.ts";
import { closeAttempt, openAttempt } from "#libs/data/payment-attempts.ts";
import { type DeliveryWorld, openDeliveryWorld } from "#libs/testkit/delivery-world.ts";
import { insertIssuedInvoice, type IssuedInvoice } from "#libs/testkit/invoice-rows.ts";
import { markInvoiceUncollectible } from "../invoice/mark-uncollectible.ts";
import { voidInvoice } from "../invoice/void-invoice.ts";
import { presentInvoiceSummary } from "../wire/invoice-wire.ts";
import { applyPaymentIntent } from "./apply-payment-intent.ts";
import { recordOutsidePayment } from "./record-outside-payment.ts";

describe("money for an invoice that was written off", () => {
  let world: DeliveryWorld;
  beforeAll(async () => {
    world = await openDeliveryWorld();
  });
  afterAll(() => world.close());

  /** USD 12.34 asked for, a card that was declined once, and given up. */
  const givenUp = async () => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant);
    const attemptId = await world.tenant.inTenant(async (tx) => {
      await postLedger(tx, [
        {
          ...{ kind: "invoice.finalized", ref: invoice.invoiceId, invoiceId: invoice.invoiceId },
          customerId: invoice.customerId,
          postings: invoicePostings({ currency: "USD", totalMinor: 1234n, taxMinor: 234n, creditMinor: 0n }),
        },
      ]);
      const id = (await openAttempt(tx, { ...invoice, provider: "stripe", method: "card" })) ?? "";
      const failure = { code: "card_declined", message: "no" };
      await closeAttempt(tx, id, { state: "failed", providerId: `pi_${id}`, failure, retryAfterMs: null });
      await markInvoiceUncollectible(tx, { invoiceId: invoice.invoiceId });
      return id;
    });
    return { invoice, attemptId };
  };
  /** Debits less credits of all that was posted for an invoice. */
  const balances = async ({ invoiceId }: IssuedInvoice) => {
    const sums = new Map<string, number>();
    const add = (account: string, minor: bigint) =>
      sums.set(account, (sums.get(account) ?? 0) + Number(minor));
    for (const posting of await world.tenant.inTenant((tx) => listInvoicePostings(tx, invoiceId))) {
      add(posting.debit, posting.amountMinor);
      add(posting.credit, -posting.amountMinor);
    }
    return Object.fromEntries([...sums].filter(([, minor]) => minor !== 0));
  };
  const shown = async ({ invoiceId }: IssuedInvoice) => {
    const row = await world.tenant.inTenant((tx) => findInvoice(tx, invoiceId));
    if (row === null) throw new Error("no invoice");
    const { status, payment_status, amount_paid, amount_remaining } = presentInvoiceSummary(row, {
      now: new Date().toISOString(),
      publicUrl: "http://localhost",
    });
    return { status, payment_status, amount_paid, amount_remaining };
  };
  const eventsOf = async ({ invoiceId }: IssuedInvoice) =>
    (
      await world.rows<{ type: string }>(
        "select type from domain_event where subject_id = $1 order by created_at, id",
        [invoiceId],
      )
    ).map(({ type }) => type);
  const fromBank = (invoice: IssuedInvoice, amount: string) =>
    world.tenant.inTenant((tx) =>
      recordOutsidePayment(tx, {
        ...{ invoiceId: invoice.invoiceId, paymentStatus: "succeeded", amount, reference: `wire ${amount}` },
      }),
    );
  const fromStripe = (attemptId: string, amountReceived: string) =>
    world.tenant.inTenant((tx) =>
      applyPaymentIntent(tx, {
        ...{ id: `pi_${attemptId}`, tenantId: tx.tenantId, attemptId, status: "succeeded", amountReceived },
        ...{ currency: "USD", failureCode: null, failureMessage: null },
      }),
    );

  it("that Stripe reports is a recovery: the loss is gone and the invoice is paid", async () => {
    const { invoice, attemptId } = await givenUp();
    expect(await balances(invoice)).toEqual({ revenue: -1000, tax_payable: -234, write_off: 1234 });
    expect(await shown(invoice)).toMatchObject({ status: "uncollectible" });
    await fromStripe(attemptId, "1234");
    await fromStripe(attemptId, "1234");
    expect(await balances(invoice)).toEqual({ "cash:stripe": 1234, revenue: -1000, tax_payable: -234 });
    expect(await shown(invoice)).toEqual({
      ...{ status: "paid", payment_status: "succeeded", amount_paid: "12.34", amount_remaining: "0.00" },
    });
    expect(await eventsOf(invoice)).toEqual(["invoice.marked_uncollectible", "invoice.paid"]);
    const audit = await world.rows<{ after: unknown }>(
      "select after from audit_log where target_id = $1 and action = 'invoice.recover'",
      [invoice.invoiceId],
    );
    expect(audit).toMatchObject([{ after: { recoveredMinor: "1234", stillWrittenOffMinor: "0" } }]);
  });

  it("that comes in parts stays uncollectible until the last one", async () => {
    const { invoice } = await givenUp();
    await fromBank(invoice, "2.34");
    expect(await balances(invoice)).toEqual({
      ...{ "cash:manual": 234, revenue: -1000, tax_payable: -234, write_off: 1000 },
    });
    expect(await shown(invoice)).toMatchObject({ status: "uncollectible", amount_remaining: "10.00" });
    await expect(
      world.tenant.inTenant((tx) => voidInvoice(tx, { invoiceId: invoice.invoiceId, reason: "x" })),
    ).rejects.toMatchObject({ code: "invoice_partly_paid" });
    await fromBank(invoice, "10.00");
    expect(await balances(invoice)).toEqual({ "cash:manual": 1234, revenue: -1000, tax_payable: -234 });
    expect(await shown(invoice)).toMatchObject({ status: "paid" });
  });

  it("that is more than was written off gives the rest to the customer", async () => {
    const { invoice, attemptId } = await givenUp();
    await fromStripe(attemptId, "1300");
    expect(await balances(invoice)).toEqual({
      ...{ "cash:stripe": 1300, customer_credit: -66, revenue: -1000, tax_payable: -234 },
    });
    expect(await shown(invoice)).toMatchObject({ status: "paid" });
  });

  it("of two senders at once recovers up to what was asked for, and credits the rest", async () => {
    const { invoice } = await givenUp();
    const both = await Promise.allSettled([fromBank(invoice, "10.00"), fromBank(invoice, "9.00")]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "fulfilled"]);
    expect(await balances(invoice)).toEqual({
      ...{ "cash:manual": 1900, customer_credit: -666, revenue: -1000, tax_payable: -234 },
    });
  });
});
