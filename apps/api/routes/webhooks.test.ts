import supertest from "supertest";
import { connectStripeAccount } from "#libs/billing/payment/stripe-account.ts";
import { pollStripeEvents } from "#libs/billing/payment/poll-stripe-events.ts";
import { sweepInbox } from "#libs/billing/payment/receive-stripe-webhook.ts";
import { syncInvoiceToStripe } from "#libs/billing/invoice/sync-invoice-to-stripe.ts";
import { publicId } from "#libs/core/public-id.ts";
import { stripeApplyEvent } from "#libs/jobs/stripe-apply-event.job.ts";
import { stripeWebhookSecret } from "#libs/testkit/delivery-world.ts";
import { makeTenant, type TestTenant } from "#libs/testkit/factories.ts";
import { insertIssuedInvoice, type IssuedInvoiceFields } from "#libs/testkit/invoice-rows.ts";
import { openPaymentWorld, type PaymentWorld } from "#libs/testkit/payment-world.ts";
import { createApp } from "../create-app.ts";
import { bodyOf } from "../client/create-client.ts";
import { firstOf } from "#libs/testkit/first-of.ts";

let world: PaymentWorld;
beforeAll(async () => {
  world = await openPaymentWorld();
});
afterEach(() => world.sandbox.control("DELETE", "/_sandbox/faults"));
afterAll(() => world.close());

const seed = stripeApplyEvent.seed;
const shown = async (id: string) =>
  bodyOf(await world.api.GET("/v1/invoices/{id}", { params: { path: { id } } }));
const payments = async (id: string) =>
  bodyOf(await world.api.GET("/v1/payments", { params: { query: { invoice: id } } })).data;
const pay = async (id: string) =>
  bodyOf(await world.api.POST("/v1/invoices/{id}/pay", { params: { path: { id } } }));
async function issued(fields: IssuedInvoiceFields = {}) {
  const row = await insertIssuedInvoice(world.test, world.tenant, fields);
  return { ...row, id: publicId("invoice", row.invoiceId) };
}
async function paid() {
  const invoice = await issued();
  await pay(invoice.id);
  await world.settle();
  const payment = firstOf(await payments(invoice.id));
  return { ...invoice, payment: payment.id, intent: payment.provider_id ?? "" };
}
let count = 0;
const messageOf = (type: string, object: object, fields: object = {}) => {
  count += 1;
  const created = Math.floor(Date.now() / 1_000);
  return { id: `evt_made_${count}`, object: "event", type, created, data: { object }, ...fields };
};
const post = (message: object, to: { path?: string; secret?: string; app?: PaymentWorld["app"] } = {}) => {
  const payload = JSON.stringify(message);
  const { webhooks } = world.sandbox.stripe();
  const signature = webhooks.generateTestHeaderString({ payload, secret: to.secret ?? stripeWebhookSecret });
  return supertest(to.app ?? world.app)
    .post(to.path ?? "/webhooks/stripe")
    .set({ "Stripe-Signature": signature, "Content-Type": "application/json" })
    .send(payload);
};
const stateOf = async (eventId: string) =>
  (
    await world.rows<{ state: string; account: string }>(
      "select state, account from webhook_inbox where event_id = $1",
      [eventId],
    )
  )[0];
const sweep = () => sweepInbox(world.test.database, { seed, olderThanMs: 0 });
const refundObject = (id: string, intent: string, status = "succeeded") => ({
  ...{ id, object: "refund", status, amount: 234, currency: "usd", payment_intent: intent },
  ...{ metadata: {}, reason: null },
});

describe("webhooks of Stripe", () => {
  it("are taken by either of two secrets while one is being changed, and by no other", async () => {
    const queues = { deps: world.deps, admin: null, checkAnswers: true, startedAt: new Date() };
    const app = createApp({ ...queues, queues: world.queues, stripeWebhookSecret: "whsec_new, whsec_old" });
    for (const secret of ["whsec_new", "whsec_old"])
      await post(messageOf("plan.created", { id: "plan_1", object: "plan" }), { app, secret }).expect(200);
    const other = await post(messageOf("plan.created", { id: "plan_1" }), { app, secret: "whsec_other" });
    expect(other.body).toMatchObject({ status: 400, code: "webhook_signature_invalid" });
  });

  it("of unknown types are kept, counted and left alone", async () => {
    const message = messageOf("treasury.cosmic_event", { id: "x_1", object: "cosmic" });
    await post(message).expect(200, { received: true, duplicate: false });
    await post(message).expect(200, { received: true, duplicate: true });
    expect(await stateOf(message.id)).toMatchObject({ state: "ignored" });
    const metrics = await supertest(world.app).get("/metrics").expect(200);
    expect(metrics.text).toMatch(/webhook_inbox\{state="ignored"\} [1-9]/);
  });

  it("that come before their payment is known are kept without burning work, and applied when it is", async () => {
    await world.fault({ service: "webhook", action: "drop", times: null });
    const invoice = await issued();
    await pay(invoice.id);
    await world.drain();
    const payment = firstOf(await payments(invoice.id));
    const early = messageOf("refund.created", refundObject("re_early", payment.provider_id ?? ""));
    await post(early).expect(200);
    await world.drain();
    await sweep();
    await world.drain();
    expect(await stateOf(early.id)).toMatchObject({ state: "received" });
    expect(await world.rows("select 1 from job where state in ('failed', 'dead')")).toEqual([]);
    await pollStripeEvents(world.deps, { seed, since: new Date(Date.now() - 60_000) });
    await world.drain();
    await sweep();
    await world.drain();
    expect(await stateOf(early.id)).toMatchObject({ state: "applied" });
    expect(await shown(invoice.id)).toMatchObject({ amount_paid: "10.00" });
  });

  it("of a charge make us ask Stripe after its refunds", async () => {
    await world.fault({ service: "webhook", action: "drop", path: "^refund", times: null });
    const { id, intent } = await paid();
    await world.sandbox.stripe().refunds.create({ payment_intent: intent, amount: 234 });
    await world.settle();
    expect(await shown(id)).toMatchObject({ amount_paid: "10.00" });
  });

  it("that never came are found by asking for what Stripe has said: refunds and disputes too", async () => {
    const { id, intent } = await paid();
    await world.fault({ service: "webhook", action: "drop", times: null });
    await world.sandbox.stripe().refunds.create({ payment_intent: intent, amount: 234 });
    const other = await paid2();
    await world.sandbox.control("POST", `/_sandbox/payment_intents/${other.intent}/dispute`, {});
    const since = new Date(Date.now() - 3_600_000);
    expect(await pollStripeEvents(world.deps, { seed, since })).toBeGreaterThan(0);
    await world.drain();
    await sweep();
    await world.drain();
    expect(await shown(id)).toMatchObject({ amount_paid: "10.00" });
    expect(await shown(other.id)).toMatchObject({ dispute_status: "needs_response" });
    expect(await pollStripeEvents(world.deps, { seed, since })).toBe(0);
  });

  /** Paid while no webhook comes. */
  async function paid2() {
    const invoice = await issued();
    await pay(invoice.id);
    await world.drain();
    const payment = firstOf(await payments(invoice.id));
    return { ...invoice, intent: payment.provider_id as string };
  }

  it("about a mirror that somebody paid at Stripe bring that money, once", async () => {
    const invoice = await issued({ collection: "send_invoice" });
    await syncInvoiceToStripe(world.deps, invoice);
    const [row] = await world.rows<{ provider_id: string }>(
      "select provider_id from provider_object where kind = 'invoice' and local_id = $1",
      [invoice.invoiceId],
    );
    const stripe = world.sandbox.stripe();
    const mirror = await stripe.invoices.retrieve(row?.provider_id ?? "");
    const customer = typeof mirror.customer === "string" ? mirror.customer : "";
    const method = await stripe.paymentMethods.attach("pm_card_visa", { customer });
    await stripe.invoices.pay(mirror.id, { payment_method: method.id });
    await world.settle();
    expect(await shown(invoice.id)).toMatchObject({ status: "paid", amount_paid: "12.34" });
    expect(await payments(invoice.id)).toMatchObject([
      { method: "stripe_invoice", reference: mirror.id, amount: "12.34" },
    ]);
  });

  it("of a checkout make us ask after its payment, and of other people's payments nothing", async () => {
    await world.fault({ service: "webhook", action: "drop", times: null });
    const { id, intent } = await paid2();
    const session = { id: "cs_1", object: "checkout.session", payment_intent: intent };
    await post(messageOf("checkout.session.completed", session)).expect(200);
    await world.drain();
    expect(await shown(id)).toMatchObject({ status: "paid" });
    const foreign = messageOf("payment_intent.succeeded", {
      ...{
        id: "pi_shop",
        object: "payment_intent",
        status: "succeeded",
        amount_received: 500,
        currency: "usd",
      },
      ...{ last_payment_error: null, metadata: { billwright_tenant: world.tenant.tenantId } },
    });
    await post(foreign).expect(200);
    await world.drain();
    expect(await stateOf(foreign.id)).toMatchObject({ state: "ignored" });
  });

  it("of a customer that was deleted make the next charge begin with a new one", async () => {
    const invoice = await issued({ collection: "send_invoice" });
    await syncInvoiceToStripe(world.deps, invoice);
    const mapped = () =>
      world.rows<{ provider_id: string }>(
        "select provider_id from provider_object where kind = 'customer' and local_id = $1",
        [invoice.customerId],
      );
    const [before] = await mapped();
    await world.sandbox.stripe().customers.del(before?.provider_id ?? "");
    await world.settle();
    expect(await mapped()).toEqual([]);
    await pay(invoice.id);
    await world.settle();
    const [after] = await mapped();
    expect(after?.provider_id).not.toBe(before?.provider_id);
    expect(await shown(invoice.id)).toMatchObject({ status: "paid" });
  });
});

describe("webhooks of a tenant's own account", () => {
  it("are taken by that account's secret, and count for its tenant only", async () => {
    const box = world.deps.secrets;
    if (box === null) throw new Error("the world has a master key");
    const stranger = await makeTenant(world.test);
    const connect = ({ tenantId }: TestTenant) =>
      connectStripeAccount(
        { database: world.test.database, box, apiBase: null },
        { tenantId, actor: "test", accountId: "acct_stranger", webhookSecret: "whsec_stranger" },
      );
    await connect(stranger);
    await expect(connect(world.tenant)).rejects.toMatchObject({ code: "stripe_account_taken" });
    const { intent, id, payment } = await paid();
    const path = "/webhooks/stripe/acct_stranger";
    const message = messageOf("refund.created", refundObject("re_forged", intent), {
      account: "acct_stranger",
    });
    expect((await post(message, { path })).body).toMatchObject({ code: "webhook_signature_invalid" });
    await post(message, { path, secret: "whsec_stranger" }).expect(200);
    await world.drain();
    expect(await stateOf(message.id)).toEqual({ state: "received", account: "acct_stranger" });
    expect(await shown(id)).toMatchObject({ amount_paid: "12.34" });
    expect((await world.call("get", `/v1/payments/${payment}`)).body.refunds).toEqual([]);
    const elsewhere = messageOf("refund.created", refundObject("re_2", intent), { account: "acct_other" });
    await post(elsewhere, { path, secret: "whsec_stranger" }).expect(200);
    expect(await stateOf(elsewhere.id)).toMatchObject({ state: "ignored" });
    const nobody = await post(message, { path: "/webhooks/stripe/acct_nobody", secret: "whsec_stranger" });
    expect(nobody.body).toMatchObject({ status: 404, code: "route_not_found" });
  });
});
