import { publicId, readPublicId } from "#libs/core/public-id.ts";
import { applyPaymentIntent } from "#libs/billing/payment/apply-payment-intent.ts";
import { pollPayments } from "#libs/billing/payment/poll-payments.ts";
import { insertIssuedInvoice, type IssuedInvoiceFields } from "#libs/testkit/invoice-rows.ts";
import { openPaymentWorld, type PaymentWorld } from "#libs/testkit/payment-world.ts";
import { bodyOf } from "../client/create-client.ts";
import { firstOf } from "#libs/testkit/first-of.ts";

let world: PaymentWorld;
beforeAll(async () => {
  world = await openPaymentWorld();
});
afterEach(() => world.sandbox.control("DELETE", "/_sandbox/faults"));
afterAll(() => world.close());

async function issued(fields: IssuedInvoiceFields = {}) {
  const row = await insertIssuedInvoice(world.test, world.tenant, { amountMinor: 10_000n, ...fields });
  return { ...row, id: publicId("invoice", row.invoiceId), customer: publicId("customer", row.customerId) };
}
const shown = async (id: string) =>
  bodyOf(await world.api.GET("/v1/invoices/{id}", { params: { path: { id } } }));
const payments = async (id: string) =>
  bodyOf(await world.api.GET("/v1/payments", { params: { query: { invoice: id } } })).data;
const outside = (id: string, amount: string) =>
  world.api.PUT("/v1/invoices/{id}/payment", {
    params: { path: { id } },
    body: { payment_status: "succeeded", amount },
  });
const balance = async (customer: string) =>
  bodyOf(await world.api.GET("/v1/customers/{id}/balance", { params: { path: { id: customer } } })).balances;
const pay = (id: string) => world.api.POST("/v1/invoices/{id}/pay", { params: { path: { id } } });
const settleDebit = (intent: string | null, outcome: string) =>
  world.sandbox.control("POST", `/_sandbox/payment_intents/${intent}/settle`, { outcome });

describe("money that is less or more than an invoice asks for", () => {
  it("pays a part, then the rest, and what is more is credit, which can be given back as money", async () => {
    const { id, customer } = await issued();
    bodyOf(await outside(id, "30.00"));
    expect(await shown(id)).toMatchObject({
      status: "partially_paid",
      amount_paid: "30.00",
      payment_status: "pending",
    });
    bodyOf(await outside(id, "90.00"));
    expect(await shown(id)).toMatchObject({
      status: "paid",
      amount_paid: "100.00",
      amount_remaining: "0.00",
    });
    expect(await balance(customer)).toMatchObject([{ credit: "20.00", receivable: "0.00" }]);
    const surplus = firstOf(await payments(id));
    expect(surplus).toMatchObject({ amount: "90.00", amount_credited: "20.00" });
    const refund = async (amount: string) =>
      bodyOf(
        await world.api.POST("/v1/payments/{id}/refund", {
          params: { path: { id: surplus.id } },
          body: { amount },
        }),
      );
    expect(await refund("15.00")).toMatchObject({
      amount_credit: "15.00",
      amount_reopened: "0.00",
    });
    expect(await balance(customer)).toMatchObject([{ credit: "5.00" }]);
    expect(await refund("10.00")).toMatchObject({
      amount_credit: "5.00",
      amount_reopened: "5.00",
    });
    expect(await shown(id)).toMatchObject({ amount_paid: "95.00", amount_remaining: "5.00" });
    expect(await balance(customer)).toMatchObject([{ credit: "0.00", receivable: "5.00" }]);
  });

  it("leaves a surplus with the customer when the invoice is void after its payment went back", async () => {
    const { id, customer, customerId, invoiceId } = await issued({ card: null });
    bodyOf(await outside(id, "120.00"));
    const payment = firstOf(await payments(id));
    // The credit is out of reach of a refund, as it is when another invoice has used it.
    await world.rows("update credit_grant set source_payment_id = null where customer_id = $1", [customerId]);
    bodyOf(
      await world.api.POST("/v1/payments/{id}/refund", {
        params: { path: { id: payment.id } },
        body: { amount: "100.00" },
      }),
    );
    bodyOf(
      await world.api.POST("/v1/invoices/{id}/void", {
        params: { path: { id } },
        body: { reason: "mistake" },
      }),
    );
    expect(await balance(customer)).toMatchObject([{ credit: "20.00", receivable: "0.00" }]);
    const accounts = await world.rows<{ account: string; minor: string }>(
      `select account, sum(minor)::text as minor from (
         select p.debit_account as account, p.amount_minor as minor, t.invoice_id from ledger_posting p join ledger_transaction t on t.id = p.ledger_transaction_id
         union all
         select p.credit_account, -p.amount_minor, t.invoice_id from ledger_posting p join ledger_transaction t on t.id = p.ledger_transaction_id) l
       where invoice_id = $1 group by account having sum(minor) <> 0 order by account`,
      [invoiceId],
    );
    expect(accounts).toEqual([
      { account: "cash:manual", minor: "2000" },
      { account: "customer_credit", minor: "-2000" },
    ]);
  });

  it("charges only what is left after a part came from outside", async () => {
    const { id } = await issued();
    bodyOf(await outside(id, "33.33"));
    bodyOf(await pay(id));
    await world.settle();
    expect((await payments(id)).map((each) => each.amount)).toEqual(["66.67", "33.33"]);
    expect(await shown(id)).toMatchObject({ status: "paid", amount_paid: "100.00" });
  });

  it("credits a late success of a payment that was given up, though the invoice was paid otherwise", async () => {
    const { id, customer, invoiceId } = await issued({ card: "pm_usBankAccount" });
    bodyOf(await pay(id));
    await world.settle();
    const debit = firstOf(await payments(id));
    await world.rows(
      "update payment_attempt set state = 'canceled', closed_at = now() where invoice_id = $1",
      [invoiceId],
    );
    bodyOf(await outside(id, "100.00"));
    await settleDebit(debit.provider_id, "succeeded");
    await world.settle();
    expect(await shown(id)).toMatchObject({ status: "paid", amount_paid: "100.00" });
    expect(await balance(customer)).toMatchObject([{ credit: "100.00" }]);
    const late = bodyOf(await world.api.GET("/v1/payments/{id}", { params: { path: { id: debit.id } } }));
    expect(late).toMatchObject({ status: "succeeded", amount: "100.00", amount_credited: "100.00" });
    const back = bodyOf(
      await world.api.POST("/v1/payments/{id}/refund", { params: { path: { id: debit.id } }, body: {} }),
    );
    expect(back).toMatchObject({ amount: "100.00", amount_credit: "100.00", amount_reopened: "0.00" });
  });

  it("keeps the money of a second PaymentIntent that one try has made", async () => {
    const { id, customer, tenantId } = await issued();
    bodyOf(await pay(id));
    await world.settle();
    const payment = firstOf(await payments(id));
    const stray = {
      ...{ id: "pi_stray", status: "succeeded", amountReceived: "10000", currency: "USD", tenantId },
      ...{ failureCode: null, failureMessage: null, attemptId: readPublicId(payment.id)?.uuid ?? null },
    };
    const apply = () => world.tenant.inTenant((tx) => applyPaymentIntent(tx, stray));
    expect([await apply(), await apply()]).toEqual(["applied", "applied"]);
    expect(await balance(customer)).toMatchObject([{ credit: "100.00" }]);
    expect(await payments(id)).toHaveLength(2);
  });
});

describe("a bank debit", () => {
  it("stays processing for days, keeps every other way closed, and is then paid", async () => {
    const { id, invoiceId } = await issued({ card: "pm_usBankAccount" });
    bodyOf(await pay(id));
    await world.settle();
    const debit = firstOf(await payments(id));
    expect(debit).toMatchObject({ status: "processing", amount: "100.00" });
    expect(await shown(id)).toMatchObject({ payment_status: "pending", amount_paid: "0.00" });
    expect((await outside(id, "100.00")).error).toMatchObject({ status: 409, code: "payment_in_progress" });
    expect((await pay(id)).error).toMatchObject({ status: 409, code: "payment_in_progress" });
    await world.rows(
      "update payment_attempt set opened_at = now() - interval '4 days' where invoice_id = $1",
      [invoiceId],
    );
    await pollPayments(world.deps, { olderThanMs: 0 });
    expect((await payments(id))[0]).toMatchObject({ status: "processing" });
    await settleDebit(debit.provider_id, "succeeded");
    await world.settle();
    expect(await shown(id)).toMatchObject({ status: "paid", amount_paid: "100.00" });
  });

  it("that the bank returns fails, and the next try makes the invoice pending again", async () => {
    const { id } = await issued({ card: "pm_usBankAccount" });
    bodyOf(await pay(id));
    await world.settle();
    const debit = firstOf(await payments(id));
    await settleDebit(debit.provider_id, "failed");
    await world.settle();
    expect(await shown(id)).toMatchObject({ payment_status: "failed", amount_paid: "0.00" });
    expect((await payments(id))[0]).toMatchObject({
      status: "failed",
      failure: { code: "payment_method_provider_decline" },
    });
    bodyOf(await pay(id));
    await world.settle();
    expect(await shown(id)).toMatchObject({ payment_status: "pending" });
    expect((await payments(id)).map((each) => each.status)).toEqual(["processing", "failed"]);
  });

  it("is found to be paid by the poll when no webhook says so", async () => {
    await world.fault({ service: "webhook", action: "drop", times: null });
    const { id } = await issued({ card: "pm_usBankAccount" });
    bodyOf(await pay(id));
    await world.drain();
    const debit = firstOf(await payments(id));
    await settleDebit(debit.provider_id, "succeeded");
    await pollPayments(world.deps, { olderThanMs: 0 });
    expect(await shown(id)).toMatchObject({ status: "paid" });
  });
});
