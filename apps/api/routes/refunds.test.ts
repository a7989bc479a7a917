import { publicId, readPublicId } from "#libs/core/public-id.ts";
import { checkInvariants } from "#libs/billing/invariant/check-invariants.ts";
import { refundPayOut } from "#libs/jobs/refund-pay-out.job.ts";
import { insertIssuedInvoice, type IssuedInvoiceFields } from "#libs/testkit/invoice-rows.ts";
import { openPaymentWorld, type PaymentWorld } from "#libs/testkit/payment-world.ts";
import { payOutRefund } from "#libs/billing/payment/pay-out-refund.ts";
import { bodyOf, type RequestBody } from "../client/create-client.ts";
import { firstOf } from "#libs/testkit/first-of.ts";

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
  bodyOf(await world.api.POST("/v1/invoices/{id}/pay", { params: { path: { id } } }));
  await world.settle();
  const payment = firstOf(
    bodyOf(await world.api.GET("/v1/payments", { params: { query: { invoice: id } } })).data,
  );
  return { ...row, id, payment: payment.id, intent: payment.provider_id ?? "" };
}
const refund = (id: string, body: RequestBody<"/v1/payments/{id}/refund", "post"> = {}) =>
  world.api.POST("/v1/payments/{id}/refund", { params: { path: { id } }, body });
const shown = async (id: string) =>
  bodyOf(await world.api.GET("/v1/invoices/{id}", { params: { path: { id } } }));
const detail = async (id: string) =>
  bodyOf(await world.api.GET("/v1/payments/{id}", { params: { path: { id } } }));
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
    const { data: first, response } = await refund(payment, { amount: "30.00", reason: "Outage" });
    expect(response.status).toBe(202);
    expect(first).toMatchObject({ status: "pending", amount: "30.00", reason: "Outage", payment });
    expect(response.headers.get("location")).toBe(`/v1/jobs/${first?.job_id}`);
    expect((await refund(payment, { amount: "70.01" })).error).toMatchObject({
      status: 422,
      code: "refund_exceeds_payment",
    });
    await world.settle();
    expect(await shown(id)).toMatchObject({
      amount_paid: "70.00",
      amount_remaining: "30.00",
      payment_status: "pending",
    });
    bodyOf(await refund(payment));
    await world.settle();
    expect(await shown(id)).toMatchObject({ amount_paid: "0.00", paid_at: null, status: "open" });
    expect((await refund(payment)).error).toMatchObject({ status: 422, code: "refund_exceeds_payment" });
    const { refunds, ...now } = await detail(payment);
    expect(now).toMatchObject({ status: "succeeded", amount: "100.00", amount_refunded: "100.00" });
    expect(refunds).toMatchObject([
      {
        id: first?.id,
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
    const asked = bodyOf(await refund(payment, { amount: "10.00" }));
    await world.drain();
    await world.rows(
      "update job set state = 'pending', run_at = now() where key like 'refund.pay_out/%' and state = 'failed'",
    );
    await world.settle();
    expect((await refundsAtStripe(intent)).map((each) => each.amount)).toEqual([1_000]);
    expect(await made()).toBe(before + 1);
    expect((await detail(payment)).refunds).toMatchObject([{ id: asked.id, status: "succeeded" }]);
    expect(await shown(id)).toMatchObject({ amount_paid: "90.00" });
  });

  it("asks Stripe what happened when a process was killed after paying", async () => {
    const { payment, tenantId, intent } = await paid();
    const asked = bodyOf(await refund(payment, { amount: "10.00" }));
    const refundId = readPublicId(asked.id)?.uuid ?? "";
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
    bodyOf(await refund(payment, { amount: "40.00" }));
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
    bodyOf(await refund(payment));
    await world.settle();
    expect(await shown(id)).toMatchObject({ amount_paid: "0.00" });
  });

  it("is known as failed when Stripe refuses it, and what it had reserved is free again", async () => {
    const { payment, intent } = await paid();
    await world.sandbox.stripe().refunds.create({ payment_intent: intent });
    bodyOf(await refund(payment, { amount: "100.00" }));
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
    const body = { payment_status: "succeeded" as const, amount: "40.00" };
    bodyOf(await world.api.PUT("/v1/invoices/{id}/payment", { params: { path: { id } }, body }));
    const payment = firstOf(
      bodyOf(await world.api.GET("/v1/payments", { params: { query: { invoice: id } } })).data,
    );
    const done = await refund(payment.id, { amount: "15.00" });
    expect(done.response.status).toBe(202);
    expect(done.data).toMatchObject({
      status: "succeeded",
      provider: "manual",
      job_id: null,
      amount: "15.00",
    });
    expect(done.response.headers.get("location")).toBeNull();
    expect(await shown(id)).toMatchObject({ amount_paid: "25.00", amount_remaining: "75.00" });
    expect(await postings(row.invoiceId)).toEqual(["refund.paid_out receivable>cash:manual 1500"]);
    const unknown = await refund(publicId("payment", row.invoiceId));
    expect(unknown.error).toMatchObject({ status: 404, code: "payment_not_found" });
    expect((await refund(payment.id, { amount: "1.001" })).error?.code).toBe("amount_precision");
  });

  it("refuses a payment that brought no money", async () => {
    const row = await insertIssuedInvoice(world.test, world.tenant, { card: "pm_card_chargeDeclined" });
    const id = publicId("invoice", row.invoiceId);
    bodyOf(await world.api.POST("/v1/invoices/{id}/pay", { params: { path: { id } } }));
    await world.drain();
    const payment = firstOf(
      bodyOf(await world.api.GET("/v1/payments", { params: { query: { invoice: id } } })).data,
    );
    expect((await refund(payment.id)).error).toMatchObject({ status: 422, code: "payment_not_succeeded" });
  });
});

describe("a credit note to be refunded", () => {
  it("pays itself out through the payment of its invoice, once, and cannot be void after that", async () => {
    const made = bodyOf(
      await world.api.POST("/v1/customers", {
        body: { external_id: "notes", name: "Notes", email: "notes@acme.example" },
      }),
    );
    await world.rows(
      "insert into payment_method (tenant_id, id, customer_id, type, provider, provider_id) values ($1, $2, $2, 'card', 'stripe', 'pm_card_visa')",
      [world.tenant.tenantId, readPublicId(made.id)?.uuid],
    );
    const sent = {
      customer_id: "notes",
      currency: "USD",
      lines: [{ description: "Work", amount: "80.00" }],
      finalize: true,
    };
    const invoice = bodyOf(await world.api.POST("/v1/invoices", { body: sent }));
    bodyOf(await world.api.POST("/v1/invoices/{id}/pay", { params: { path: { id: invoice.id } } }));
    await world.settle();
    const body = { invoice: invoice.id, amount: "30.00", settlement: "refund" as const, reason: "Outage" };
    const note = bodyOf(await world.api.POST("/v1/credit_notes", { body }));
    await world.settle();
    const payment = firstOf(
      bodyOf(await world.api.GET("/v1/payments", { params: { query: { invoice: invoice.id } } })).data,
    );
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
    const balance = bodyOf(
      await world.api.GET("/v1/customers/{id}/balance", { params: { path: { id: "notes" } } }),
    ).balances;
    expect(balance).toEqual([]);
    expect(await postings(readPublicId(invoice.id)?.uuid ?? "")).toEqual([
      "refund.paid_out refunds_payable>cash:stripe 3000",
    ]);
    const voided = await world.api.POST("/v1/credit_notes/{id}/void", {
      params: { path: { id: note.id } },
      body: {},
    });
    expect(voided.error).toMatchObject({ status: 422, code: "credit_note_refunded" });
  });
});

it("leaves no invoice that says other than its payments less what went back", async () => {
  const { tenantId } = world.tenant;
  const [checked] = await checkInvariants(world.deps, { tenantId, codes: ["I4"] });
  expect(checked).toMatchObject({ breaches: [], failure: null });
});
