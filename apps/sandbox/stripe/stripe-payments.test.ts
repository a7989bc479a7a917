import type Stripe from "stripe";
import { rejection, startTestSandbox, stripeClient, type TestSandbox } from "../sandbox-fixture.ts";

let test: TestSandbox;
let stripe: Stripe;

beforeAll(async () => {
  test = await startTestSandbox();
  stripe = test.stripe();
});
afterAll(() => test.end());

async function charge(testMethod: string, more: Partial<Stripe.PaymentIntentCreateParams> = {}) {
  const customer = await stripe.customers.create({});
  const method = await stripe.paymentMethods.attach(testMethod, { customer: customer.id });
  const pay = (): Promise<Stripe.PaymentIntent> =>
    stripe.paymentIntents.create({
      amount: 1999,
      currency: "usd",
      customer: customer.id,
      payment_method: method.id,
      confirm: true,
      off_session: true,
      metadata: { invoice_id: "inv_1" },
      ...more,
    });
  return { customer, method, pay };
}

describe("payment intents", () => {
  it("succeed with a good card and leave a charge", async () => {
    const { pay, method } = await charge("pm_card_visa");
    const intent = await pay();
    expect(intent).toMatchObject({
      status: "succeeded",
      amount_received: 1999,
      payment_method: method.id,
      metadata: { invoice_id: "inv_1" },
    });
    const read = await stripe.paymentIntents.retrieve(intent.id, { expand: ["latest_charge"] });
    expect(read.latest_charge).toMatchObject({
      object: "charge",
      status: "succeeded",
      paid: true,
      payment_intent: intent.id,
    });
    expect(await rejection(stripe.paymentIntents.confirm(intent.id))).toMatchObject({
      code: "payment_intent_unexpected_state",
    });
    expect(await rejection(stripe.paymentIntents.cancel(intent.id))).toMatchObject({
      code: "payment_intent_unexpected_state",
    });
  });

  it("answer 402 with a card error when declined, and stay to be tried again", async () => {
    const { pay, customer } = await charge("pm_card_chargeDeclined");
    const error = await rejection(pay());
    expect(error).toMatchObject({
      type: "StripeCardError",
      statusCode: 402,
      code: "card_declined",
      decline_code: "generic_decline",
    });
    const [intent] = (await stripe.paymentIntents.list({ customer: customer.id })).data;
    expect(intent).toMatchObject({
      id: error.payment_intent?.id,
      status: "requires_payment_method",
      last_payment_error: { code: "card_declined", type: "card_error" },
    });
    const good = await stripe.paymentMethods.attach("pm_card_visa", { customer: customer.id });
    const retried = await stripe.paymentIntents.confirm(String(intent?.id), {
      payment_method: good.id,
      off_session: true,
    });
    expect(retried).toMatchObject({ status: "succeeded", last_payment_error: null });
  });

  it("decline a customer's first attempt once with pm_card_declineOnce", async () => {
    const { pay } = await charge("pm_card_declineOnce");
    expect(await rejection(pay())).toMatchObject({ code: "card_declined" });
    expect(await pay()).toMatchObject({ status: "succeeded" });
    const other = await charge("pm_card_declineOnce");
    expect(await rejection(other.pay())).toMatchObject({ code: "card_declined" });
  });

  it("process a bank debit until it is settled either way", async () => {
    const { pay } = await charge("pm_usBankAccount");
    const [first, second] = [await pay(), await pay()];
    expect([first.status, second.status]).toEqual(["processing", "processing"]);
    await test.control("POST", `/_sandbox/payment_intents/${first.id}/settle`, { outcome: "succeeded" });
    await test.control("POST", `/_sandbox/payment_intents/${second.id}/settle`, { outcome: "failed" });
    expect(await stripe.paymentIntents.retrieve(first.id)).toMatchObject({ status: "succeeded" });
    expect(await stripe.paymentIntents.retrieve(second.id)).toMatchObject({
      status: "requires_payment_method",
      last_payment_error: { code: "payment_method_provider_decline" },
    });
    await expect(test.control("POST", `/_sandbox/payment_intents/${first.id}/settle`)).rejects.toThrow(
      "is succeeded",
    );
    const { pay: inEuro } = await charge("pm_usBankAccount", { currency: "eur" });
    expect(await rejection(inEuro())).toMatchObject({ code: "payment_intent_incompatible_payment_method" });
  });

  it("go through create, update, confirm and cancel by hand", async () => {
    const customer = await stripe.customers.create({});
    const created = await stripe.paymentIntents.create({
      amount: 700,
      currency: "eur",
      customer: customer.id,
    });
    expect(created).toMatchObject({ status: "requires_payment_method", payment_method: null });
    expect(await rejection(stripe.paymentIntents.confirm(created.id))).toMatchObject({
      code: "payment_intent_unexpected_state",
    });
    const ready = await stripe.paymentIntents.update(created.id, {
      payment_method: "pm_card_visa",
      amount: 800,
    });
    expect(ready).toMatchObject({ status: "requires_confirmation", amount: 800 });
    expect(
      await stripe.paymentIntents.cancel(created.id, { cancellation_reason: "abandoned" }),
    ).toMatchObject({ status: "canceled" });
  });

  it("refuse amounts outside Stripe's limits", async () => {
    const create = (amount: number, currency: string): Promise<Stripe.errors.StripeError> =>
      rejection(stripe.paymentIntents.create({ amount, currency }));
    expect(await create(0, "usd")).toMatchObject({ code: "parameter_invalid_integer", param: "amount" });
    expect(await create(49, "usd")).toMatchObject({
      code: "amount_too_small",
      message: "Amount must be at least $0.50 usd",
    });
    expect(await create(49, "jpy")).toMatchObject({ code: "amount_too_small" });
    expect(await create(100_000_000, "usd")).toMatchObject({
      code: "amount_too_large",
      message: "Amount must be no more than $999,999.99",
    });
    expect(await create(10_005, "kwd")).toMatchObject({ param: "amount" });
    expect(await create(10_050, "ugx")).toMatchObject({ param: "amount" });
    expect(await create(1.5, "usd")).toMatchObject({ code: "parameter_invalid_integer" });
  });

  it("refuse a payment method of another customer", async () => {
    const { method } = await charge("pm_card_visa");
    const stranger = await stripe.customers.create({});
    const input = { amount: 500, currency: "usd", payment_method: method.id, confirm: true };
    expect(await rejection(stripe.paymentIntents.create({ ...input, customer: stranger.id }))).toMatchObject({
      param: "payment_method",
    });
    expect(await rejection(stripe.paymentIntents.create(input))).toMatchObject({ param: "payment_method" });
    expect(await rejection(stripe.paymentMethods.attach(method.id, { customer: stranger.id }))).toMatchObject(
      { statusCode: 400 },
    );
  });
});

describe("refunds", () => {
  it("give back parts until nothing is left", async () => {
    const intent = await (await charge("pm_card_visa")).pay();
    const part = await stripe.refunds.create({
      payment_intent: intent.id,
      amount: 999,
      metadata: { why: "goodwill" },
    });
    expect(await stripe.refunds.retrieve(part.id)).toMatchObject({
      status: "succeeded",
      amount: 999,
      metadata: { why: "goodwill" },
    });
    expect(await rejection(stripe.refunds.create({ payment_intent: intent.id, amount: 1001 }))).toMatchObject(
      { param: "amount" },
    );
    expect(await stripe.refunds.create({ payment_intent: intent.id })).toMatchObject({ amount: 1000 });
    expect(await rejection(stripe.refunds.create({ payment_intent: intent.id }))).toMatchObject({
      code: "charge_already_refunded",
    });
    expect(await stripe.charges.retrieve(String(intent.latest_charge))).toMatchObject({
      refunded: true,
      amount_refunded: 1999,
    });
  });
});

describe("access", () => {
  it("takes test keys only, and says that it is no Stripe to a live one", async () => {
    const url = test.sandbox().stripeUrl;
    expect(await rejection(stripeClient(url, "sk_live_secret").balance.retrieve())).toMatchObject({
      type: "StripeAuthenticationError",
      statusCode: 401,
      message: expect.stringContaining("sandbox") as string,
    });
    expect(await rejection(stripeClient(url, "sk_wrong").balance.retrieve())).toMatchObject({
      statusCode: 401,
    });
    expect((await stripe.balance.retrieve()).available.some(({ currency }) => currency === "usd")).toBe(true);
    expect((await fetch(`${url}/v1/balance`)).status).toBe(401);
    const basic = { authorization: `Basic ${Buffer.from("sk_test_x:").toString("base64")}` };
    expect((await fetch(`${url}/v1/balance`, { headers: basic })).status).toBe(200);
    expect(JSON.stringify(await test.journal())).not.toContain("sk_live_secret");
  });

  it("names what it does not do", async () => {
    expect(await rejection(stripe.products.list())).toMatchObject({
      statusCode: 404,
      message: expect.stringContaining("Unrecognized request URL") as string,
    });
    const parent = { amount: 500, currency: "usd", transfer_data: { destination: "acct_1" } };
    expect(await rejection(stripe.paymentIntents.create(parent))).toMatchObject({
      code: "sandbox_unsupported",
      param: "transfer_data",
    });
  });
});
