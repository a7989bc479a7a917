import type Stripe from "stripe";
import {
  eventually,
  receiveWebhooks,
  startTestSandbox,
  type TestSandbox,
  type WebhookReceiver,
} from "../sandbox-fixture.ts";

let test: TestSandbox;
let stripe: Stripe;
let receiver: WebhookReceiver;

beforeEach(async () => {
  test = await startTestSandbox();
  stripe = test.stripe();
  receiver = await receiveWebhooks(stripe);
  await test.control("POST", "/_sandbox/webhooks", { url: receiver.url });
});
afterEach(async () => {
  await test.end();
  await receiver.close();
});

const fault = (body: Record<string, unknown>): Promise<unknown> =>
  test.control("POST", "/_sandbox/faults", { service: "webhook", ...body });
const types = (): string[] => receiver.events.map(({ type }) => type).sort();
const arrived = (count: number): Promise<true> =>
  eventually(() => (receiver.events.length >= count ? (true as const) : undefined));
const allSent = (): Promise<true> =>
  eventually(async () => {
    const { pending } = await test.control<{ pending: number }>("GET", "/_sandbox/webhooks");
    return pending === 0 ? (true as const) : undefined;
  });

describe("webhooks", () => {
  it("tell of an invoice's whole life, signed so that the official client accepts them", async () => {
    const customer = await stripe.customers.create({
      payment_method: "pm_card_visa",
      invoice_settings: { default_payment_method: "pm_card_visa" },
    });
    const draft = await stripe.invoices.create({ customer: customer.id, currency: "usd" });
    await stripe.invoices.addLines(draft.id, { lines: [{ amount: 900, description: "x" }] });
    await stripe.invoices.finalizeInvoice(draft.id);
    await stripe.invoices.pay(draft.id, undefined, { idempotencyKey: "pay-1" });
    await allSent();
    for (const type of [
      "customer.created",
      "payment_method.attached",
      "invoice.created",
      "invoice.finalized",
      "payment_intent.created",
      "charge.succeeded",
      "payment_intent.succeeded",
      "invoice.paid",
    ]) {
      expect(types()).toContain(type);
    }
    const paid = receiver.events.find(({ type }) => type === "invoice.paid");
    expect(paid).toMatchObject({
      object: "event",
      api_version: "2026-10-28.endive",
      livemode: false,
      request: { idempotency_key: "pay-1" },
      data: { object: { id: draft.id, status: "paid", lines: { data: [{ amount: 900 }] } } },
    });
    expect(await stripe.events.retrieve(String(paid?.id))).toMatchObject({
      type: "invoice.paid",
      pending_webhooks: 0,
    });
    const listed = await stripe.events.list({ types: ["invoice.paid", "charge.*"] });
    expect(listed.data.map(({ type }) => type).sort()).toEqual(["charge.succeeded", "invoice.paid"]);
  });

  it("tell of declined and refunded payments", async () => {
    await stripe.paymentIntents
      .create({ amount: 500, currency: "usd", payment_method: "pm_card_chargeDeclined", confirm: true })
      .catch(() => undefined);
    const good = await stripe.paymentIntents.create({
      amount: 500,
      currency: "usd",
      payment_method: "pm_card_visa",
      confirm: true,
    });
    await stripe.refunds.create({ payment_intent: good.id });
    await allSent();
    expect(types()).toEqual(
      expect.arrayContaining(["charge.failed", "payment_intent.payment_failed", "charge.refunded"]),
    );
  });

  it("are retried while the receiver is down, also over a restart of the sandbox", async () => {
    const { port } = new URL(receiver.url);
    await receiver.close();
    await stripe.customers.create({ name: "late" });
    await eventually(async () => ((await test.journal("?service=webhook")).length >= 2 ? true : undefined));
    await test.restart();
    receiver = await receiveWebhooks(stripe, Number(port));
    await arrived(1);
    expect(receiver.events[0]).toMatchObject({
      type: "customer.created",
      data: { object: { name: "late" } },
    });
    await allSent();
    const attempts = await test.journal("?service=webhook");
    expect(attempts.at(0)).toMatchObject({ status: null, effect: false });
    expect(attempts.at(-1)).toMatchObject({ status: 200, effect: true });
  });

  it("are duplicated on demand, with one event id", async () => {
    await fault({ action: "duplicate", path: "customer.", copies: 5 });
    await stripe.customers.create({});
    await arrived(5);
    await allSent();
    expect(new Set(receiver.events.map(({ id }) => id)).size).toBe(1);
    expect(receiver.events).toHaveLength(5);
  });

  it("are shuffled on demand, the same way for the same seed", async () => {
    await fault({ action: "shuffle", times: 5, seed: 7 });
    const order: string[] = [];
    for (const name of ["a", "b", "c", "d", "e"]) order.push((await stripe.customers.create({ name })).id);
    await arrived(5);
    const received = receiver.events.map(({ data }) => (data.object as Stripe.Customer).id);
    expect([...received].sort()).toEqual([...order].sort());
    expect(received).not.toEqual(order);
  });

  it("are dropped on demand, found by listing failed deliveries, and resent by hand", async () => {
    await fault({ action: "drop", path: "customer.created" });
    const customer = await stripe.customers.create({ name: "lost" });
    await stripe.customers.update(customer.id, { name: "seen" });
    await arrived(1);
    await allSent();
    expect(types()).toEqual(["customer.updated"]);
    await test.restart();
    stripe = test.stripe();
    const [dropped] = (await stripe.events.list({ delivery_success: false })).data;
    expect(dropped).toMatchObject({ type: "customer.created" });
    const resend = `/_sandbox/events/${dropped?.id}/resend`;
    expect(await test.control("POST", resend)).toEqual({ status: 200 });
    expect(types()).toEqual(["customer.created", "customer.updated"]);
    expect(await test.control("POST", resend, { secret: "whsec_other" })).toEqual({ status: 400 });
    expect(await test.control("POST", resend, { timestamp: 1_600_000_000 })).toEqual({ status: 400 });
  });

  it("are not made up for events from before the endpoint was set", async () => {
    await test.control("POST", "/_sandbox/webhooks", { url: null });
    await stripe.customers.create({ name: "unheard" });
    await test.control("POST", "/_sandbox/webhooks", { url: receiver.url });
    await stripe.customers.create({ name: "heard" });
    await arrived(1);
    await allSent();
    expect(receiver.events.map(({ data }) => (data.object as Stripe.Customer).name)).toEqual(["heard"]);
  });
});
