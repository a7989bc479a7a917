import { publicId, readPublicId } from "#libs/core/public-id.ts";
import { checkInvariants } from "#libs/billing/invariant/check-invariants.ts";
import { refundPayOut } from "#libs/jobs/refund-pay-out.job.ts";
import { insertIssuedInvoice, type IssuedInvoiceFields } from "#libs/testkit/invoice-rows.ts";
import { openPaymentWorld, type PaymentWorld } from "#libs/testkit/payment-world.ts";
import { payOutRefund } from "#libs/billing/payment/pay-out-refund.ts";

let world: PaymentWorld;
beforeAll(async () => {
  world = await openPaymentWorld();
});
afterEach(() => world.sandbox.control("DELETE", "/_sandbox/faults"));
afterAll(() => world.close());

/** An invoice of USD 100.00 that was paid by card. */
async function paid(fields: IssuedInvoiceFields = {}) {
  const row = await insertIssuedInvoice(world.test, world.tenant, { amountMinor: 10_000n, ...fields });
  const id = publicId("invoice", row.invoiceId);
  await world.call("post", `/v1/invoices/${id}/pay`).expect(202);
  await world.settle();
  const [payment] = (await world.call("get", `/v1/payments?invoice=${id}`).expect(200)).body.data;
  return { ...row, id, payment: payment.id as string, intent: payment.provider_id as string };
}
const refund = (paymentId: string, body: object = {}) =>
  world.call("post", `/v1/payments/${paymentId}/refund`).send(body);
const shown = async (id: string) => (await world.call("get", `/v1/invoices/${id}`).expect(200)).body;
const detail = async (id: string) => (await world.call("get", `/v1/payments/${id}`).expect(200)).body;
const postings = async (invoiceId: string, kind = "refund.%") =>
  (
    await world.rows<{ line: string }>(
      `select t.kind || ' ' || p.debit_account || '>' || p.credit_account || ' ' || p.amount_minor as line from ledger_transaction t
         join ledger_posting p on p.ledger_transaction_id = t.id where t.invoice_id = $1 and t.kind like $2 order by t.id, p.position`,
      [invoiceId, kind],
    )
  ).map(({ line }) => line);
const refundsAtStripe = async (intent: string) =>
  (await world.sandbox.stripe().refunds.list({ payment_intent: intent })).data;
/** How often the sandbox really made a refund. */
const made = async () =>
  (await world.sandbox.journal("?service=stripe")).filter(
    (entry) => entry.method === "POST" && entry.path === "/v1/refunds" && entry.effect === true,
  ).length;

describe("POST /v1/payments/{id}/refund", () => {
  it("gives a part back, then the rest, never more, and the invoice is left to pay again", async () => {
    const { id, payment, intent, invoiceId } = await paid();
    const first = await refund(payment, { amount: "30.00", reason: "Outage" }).expect(202);
    expect(first.body).toMatchObject({ status: "pending", amount: "30.00", reason: "Outage", payment });
    expect(first.headers["location"]).toBe(`/v1/jobs/${first.body.job_id}`);
    expect((await refund(payment, { amount: "70.01" })).body).toMatchObject({
      status: 422,
      code: "refund_exceeds_payment",
    });
    await world.settle();
    expect(await shown(id)).toMatchObject({
      amount_paid: "70.00",
      amount_remaining: "30.00",
      payment_status: "pending",
    });
    await refund(payment).expect(202);
    await world.settle();
    expect(await shown(id)).toMatchObject({ amount_paid: "0.00", paid_at: null, status: "open" });
    expect((await refund(payment)).body).toMatchObject({ status: 422, code: "refund_exceeds_payment" });
    const { refunds, ...now } = await detail(payment);
    expect(now).toMatchObject({ status: "succeeded", amount: "100.00", amount_refunded: "100.00" });
    expect(refunds).toMatchObject([
      {
        id: first.body.id,
        status: "succeeded",
        amount_reopened: "30.00",
        provider_id: expect.stringMatching(/^re_/),
      },
      { status: "succeeded", amount: "70.00" },
    ]);
    expect((await refundsAtStripe(intent)).map((each) => each.amount)).toEqual([7_000, 3_000]);
    expect(await postings(invoiceId)).toEqual([
      "refund.paid_out receivable>cash:stripe 3000",
      "refund.paid_out receivable>cash:stripe 7000",
    ]);
  });

  it.each([
    ["the answer is a 500 after Stripe paid", { action: "after-commit", status: 500 }],
    ["the connection is lost after Stripe paid", { action: "after-commit", times: 2 }],
    ["Stripe refuses with a 500 that it keeps", { action: "status", status: 500 }],
  ])("pays once when %s", async (_when, fault) => {
    const { id, payment, intent } = await paid();
    await world.fault({ service: "stripe", method: "POST", path: "^/v1/refunds$", ...fault });
    const before = await made();
    const asked = await refund(payment, { amount: "10.00" }).expect(202);
    await world.drain();
    await world.rows(
      "update job set state = 'pending', run_at = now() where key like 'refund.pay_out/%' and state = 'failed'",
    );
    await world.settle();
    expect((await refundsAtStripe(intent)).map((each) => each.amount)).toEqual([1_000]);
    expect(await made()).toBe(before + 1);
    expect((await detail(payment)).refunds).toMatchObject([{ id: asked.body.id, status: "succeeded" }]);
    expect(await shown(id)).toMatchObject({ amount_paid: "90.00" });
  });

  it("asks Stripe what happened when a process was killed after paying", async () => {
    const { payment, tenantId, intent } = await paid();
    const asked = await refund(payment, { amount: "10.00" }).expect(202);
    const refundId = readPublicId(asked.body.id)?.uuid ?? "";
    const kill = (name: string) => {
      if (name === "effect.stripe.refund:after-call") throw new Error("killed");
    };
    await expect(payOutRefund({ ...world.deps, failpoint: kill }, { tenantId, refundId })).rejects.toThrow(
      "killed",
    );
    const before = await made();
    await world.settle();
    expect(await made()).toBe(before);
    expect(await refundsAtStripe(intent)).toHaveLength(1);
    expect((await detail(payment)).refunds).toMatchObject([{ status: "succeeded" }]);
    expect(refundPayOut.seed({ refundId }).key).toBe(`refund.pay_out/${refundId}`);
  });

  it("is reversed when the bank sends the money back days later, and can be made again", async () => {
    const { id, payment, intent, invoiceId } = await paid();
    await refund(payment, { amount: "40.00" }).expect(202);
    await world.settle();
    const [atStripe] = await refundsAtStripe(intent);
    await world.sandbox.control("POST", `/_sandbox/refunds/${atStripe?.id}/settle`, { outcome: "failed" });
    await world.settle();
    expect(await shown(id)).toMatchObject({ amount_paid: "100.00", status: "paid" });
    expect((await detail(payment)).refunds).toMatchObject([
      { status: "failed", failure: { code: "expired_or_canceled_card" }, failed_at: expect.any(String) },
    ]);
    expect(await postings(invoiceId)).toEqual([
      "refund.paid_out receivable>cash:stripe 4000",
      "refund.failed cash:stripe>receivable 4000",
    ]);
    await refund(payment).expect(202);
    await world.settle();
    expect(await shown(id)).toMatchObject({ amount_paid: "0.00" });
  });

  it("is known as failed when Stripe refuses it, and what it had reserved is free again", async () => {
    const { payment, intent } = await paid();
    await world.sandbox.stripe().refunds.create({ payment_intent: intent });
    await refund(payment, { amount: "100.00" }).expect(202);
    await world.drain();
    expect((await detail(payment)).refunds).toMatchObject([
      { status: "failed", failure: { code: "provider_refused" } },
    ]);
    await world.settle();
    expect(await detail(payment)).toMatchObject({ amount_refunded: "100.00" });
  });

  it("takes over what somebody gave back at Stripe", async () => {
    const { id, payment, intent, invoiceId } = await paid();
    await world.sandbox
      .stripe()
      .refunds.create({ payment_intent: intent, amount: 2_500, reason: "duplicate" });
    await world.settle();
    expect(await shown(id)).toMatchObject({ amount_paid: "75.00" });
    expect((await detail(payment)).refunds).toMatchObject([
      { status: "succeeded", amount: "25.00", reason: "duplicate", provider: "stripe" },
    ]);
    expect(await postings(invoiceId)).toEqual(["refund.paid_out receivable>cash:stripe 2500"]);
  });

  it("records what went back of money from outside", async () => {
    const row = await insertIssuedInvoice(world.test, world.tenant, { amountMinor: 10_000n, card: null });
    const id = publicId("invoice", row.invoiceId);
    const body = { payment_status: "succeeded", amount: "40.00" };
    await world.call("put", `/v1/invoices/${id}/payment`).send(body).expect(200);
    const [payment] = (await world.call("get", `/v1/payments?invoice=${id}`)).body.data;
    const done = await refund(payment.id, { amount: "15.00" }).expect(202);
    expect(done.body).toMatchObject({
      status: "succeeded",
      provider: "manual",
      job_id: null,
      amount: "15.00",
    });
    expect(done.headers["location"]).toBeUndefined();
    expect(await shown(id)).toMatchObject({ amount_paid: "25.00", amount_remaining: "75.00" });
    expect(await postings(row.invoiceId)).toEqual(["refund.paid_out receivable>cash:manual 1500"]);
    const unknown = await refund(publicId("payment", row.invoiceId));
    expect(unknown.body).toMatchObject({ status: 404, code: "payment_not_found" });
    expect((await refund(payment.id, { amount: "1.001" })).body.code).toBe("amount_precision");
  });

  it("refuses a payment that brought no money", async () => {
    const row = await insertIssuedInvoice(world.test, world.tenant, { card: "pm_card_chargeDeclined" });
    const id = publicId("invoice", row.invoiceId);
    await world.call("post", `/v1/invoices/${id}/pay`).expect(202);
    await world.drain();
    const [payment] = (await world.call("get", `/v1/payments?invoice=${id}`)).body.data;
    expect((await refund(payment.id)).body).toMatchObject({ status: 422, code: "payment_not_succeeded" });
  });
});

describe("a credit note to be refunded", () => {
  it("pays itself out through the payment of its invoice, once, and cannot be void after that", async () => {
    const made = await world
      .call("post", "/v1/customers")
      .send({ external_id: "notes", name: "Notes", email: "notes@acme.example" })
      .expect(201);
    await world.rows(
      "insert into payment_method (tenant_id, id, customer_id, type, provider, provider_id) values ($1, $2, $2, 'card', 'stripe', 'pm_card_visa')",
      [world.tenant.tenantId, readPublicId(made.body.id)?.uuid],
    );
    const sent = {
      customer_id: "notes",
      currency: "USD",
      lines: [{ description: "Work", amount: "80.00" }],
      finalize: true,
    };
    const invoice = (await world.call("post", "/v1/invoices").send(sent).expect(201)).body;
    await world.call("post", `/v1/invoices/${invoice.id}/pay`).expect(202);
    await world.settle();
    const body = { invoice: invoice.id, amount: "30.00", settlement: "refund", reason: "Outage" };
    const note = (await world.call("post", "/v1/credit_notes").send(body).expect(201)).body;
    await world.settle();
    const [payment] = (await world.call("get", `/v1/payments?invoice=${invoice.id}`)).body.data;
    expect((await detail(payment.id)).refunds).toMatchObject([
      {
        status: "succeeded",
        amount: "30.00",
        amount_credit_notes: "30.00",
        amount_reopened: "0.00",
        credit_note: note.id,
      },
    ]);
    expect(await shown(invoice.id)).toMatchObject({ status: "paid", amount_paid: "80.00" });
    const balance = (await world.call("get", "/v1/customers/notes/balance").expect(200)).body.balances;
    expect(balance).toEqual([]);
    expect(await postings(readPublicId(invoice.id)?.uuid ?? "")).toEqual([
      "refund.paid_out refunds_payable>cash:stripe 3000",
    ]);
    const voided = await world.call("post", `/v1/credit_notes/${note.id}/void`).send({});
    expect(voided.body).toMatchObject({ status: 422, code: "credit_note_refunded" });
  });
});

it("leaves no invoice that says other than its payments less what went back", async () => {
  const { tenantId } = world.tenant;
  const [checked] = await checkInvariants(world.deps, { tenantId, codes: ["I4"] });
  expect(checked).toMatchObject({ breaches: [], failure: null });
});
