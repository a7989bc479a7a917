import type Stripe from "stripe";
import { rejection, startTestSandbox, stripeClient, type TestSandbox } from "../sandbox-fixture.ts";

let test: TestSandbox;
let stripe: Stripe;

beforeEach(async () => {
  test = await startTestSandbox();
  stripe = test.stripe();
});
afterEach(() => test.end());

const fault = (body: Record<string, unknown>): Promise<unknown> =>
  test.control("POST", "/_sandbox/faults", { service: "stripe", ...body });

async function customers(): Promise<number> {
  return (await stripe.customers.list({ limit: 100 })).data.length;
}

describe("idempotency keys", () => {
  it("give the first answer again and act once, also after a restart", async () => {
    const first = await stripe.customers.create({ name: "A" }, { idempotencyKey: "k1" });
    const again = await stripe.customers.create({ name: "A" }, { idempotencyKey: "k1" });
    expect(again.id).toBe(first.id);
    expect(first.lastResponse.headers["idempotent-replayed"]).toBeUndefined();
    expect(again.lastResponse.headers["idempotent-replayed"]).toBe("true");
    await test.restart();
    stripe = test.stripe();
    expect((await stripe.customers.create({ name: "A" }, { idempotencyKey: "k1" })).id).toBe(first.id);
    expect(await customers()).toBe(1);
    const effects = (await test.journal("?service=stripe")).filter(({ effect }) => effect);
    expect(effects).toMatchObject([{ idempotency_key: "k1", status: 200, objects: [first.id] }]);
  });

  it("refuse other parameters and other endpoints", async () => {
    await stripe.customers.create({ name: "A" }, { idempotencyKey: "k1" });
    expect(await rejection(stripe.customers.create({ name: "B" }, { idempotencyKey: "k1" }))).toMatchObject({
      type: "StripeIdempotencyError",
      statusCode: 400,
      message: expect.stringContaining("same parameters") as string,
    });
    const elsewhere = stripe.paymentIntents.create(
      { amount: 500, currency: "usd" },
      { idempotencyKey: "k1" },
    );
    expect(await rejection(elsewhere)).toMatchObject({
      message: expect.stringContaining("same endpoint") as string,
    });
    expect(await customers()).toBe(1);
  });

  it("answer 409 while the first request of a key is being worked on", async () => {
    await fault({ action: "delay", delayMs: 400 });
    const slow = stripe.customers.create({ name: "A" }, { idempotencyKey: "k1" });
    const hasStarted = async (): Promise<boolean> =>
      (await test.control<{ faults: { hits: number }[] }>("GET", "/_sandbox/faults")).faults[0]?.hits === 1;
    while (!(await hasStarted())) await new Promise((resolve) => setImmediate(resolve));
    const error = await rejection(stripe.customers.create({ name: "A" }, { idempotencyKey: "k1" }));
    expect(error).toMatchObject({ statusCode: 409, code: "idempotency_key_in_use" });
    await slow;
    expect(await customers()).toBe(1);
  });

  it("are forgotten after 24 hours of the sandbox's clock: the same key then acts again", async () => {
    const first = await stripe.customers.create({ name: "A" }, { idempotencyKey: "k1" });
    await test.control("POST", "/_sandbox/clock", { advance_seconds: 23 * 3600 });
    expect((await stripe.customers.create({ name: "A" }, { idempotencyKey: "k1" })).id).toBe(first.id);
    await test.control("POST", "/_sandbox/clock", { advance_seconds: 3601 });
    await test.restart();
    stripe = test.stripe();
    const second = await stripe.customers.create({ name: "A" }, { idempotencyKey: "k1" });
    expect(second.id).not.toBe(first.id);
    expect(second.created - first.created).toBeGreaterThanOrEqual(24 * 3600);
    await expect(test.control("POST", "/_sandbox/clock", { now: "2020-01-01T00:00:00Z" })).rejects.toThrow(
      "only goes forward",
    );
  });

  it("keep a stored 500, whether or not the work was done", async () => {
    await fault({ action: "status", status: 500 });
    expect(
      await rejection(stripe.customers.create({ name: "A" }, { idempotencyKey: "before" })),
    ).toMatchObject({ type: "StripeAPIError", statusCode: 500 });
    await fault({ action: "after-commit", status: 500 });
    expect(
      await rejection(stripe.customers.create({ name: "B" }, { idempotencyKey: "after" })),
    ).toMatchObject({ statusCode: 500 });
    await test.restart();
    stripe = test.stripe();
    for (const [name, key] of [
      ["A", "before"],
      ["B", "after"],
    ] as const) {
      const error = await rejection(stripe.customers.create({ name }, { idempotencyKey: key }));
      expect(error).toMatchObject({ statusCode: 500, headers: { "idempotent-replayed": "true" } });
    }
    expect((await stripe.customers.list()).data.map(({ name }) => name)).toEqual(["B"]);
    const posts = (await test.journal("?service=stripe")).filter(({ method }) => method === "POST");
    expect(posts.map(({ status, effect, replayed }) => [status, effect, replayed])).toEqual([
      [500, false, false],
      [500, true, false],
      [500, false, true],
      [500, false, true],
    ]);
  });

  it("keep a declined card but not refused parameters", async () => {
    const pay = (amount: number): Promise<Stripe.PaymentIntent> =>
      stripe.paymentIntents.create(
        { amount, currency: "usd", payment_method: "pm_card_chargeDeclined", confirm: true },
        { idempotencyKey: "pay" },
      );
    expect(await rejection(pay(0))).toMatchObject({ statusCode: 400 });
    const first = await rejection(pay(500));
    const again = await rejection(pay(500));
    expect([first.statusCode, again.statusCode]).toEqual([402, 402]);
    expect(again.payment_intent?.id).toBe(first.payment_intent?.id);
    expect((await stripe.paymentIntents.list()).data).toHaveLength(1);
  });
});

describe("faults", () => {
  it("cut the connection before or after the work; the official client's own retry is safe with a key", async () => {
    await fault({ action: "cut", method: "POST", path: "/v1/customers", times: 1 });
    await fault({ action: "after-commit", method: "POST", path: "/v1/customers", times: 1 });
    const retrying = stripeClient(test.sandbox().stripeUrl, "sk_test_x", 3);
    const created = await retrying.customers.create({ name: "A" }, { idempotencyKey: "k1" });
    expect(created.lastResponse.headers["idempotent-replayed"]).toBe("true");
    expect(await customers()).toBe(1);
    const posts = (await test.journal("?service=stripe")).filter(({ method }) => method === "POST");
    expect(posts.map(({ status, effect }) => [status, effect])).toEqual([
      [null, false],
      [null, true],
      [200, false],
    ]);
  });

  it("answer 429s and lock time-outs on demand, after letting some pass", async () => {
    await fault({ action: "status", status: 429, path: "^/v1/cust", skip: 1, times: 2 });
    await stripe.customers.create({});
    expect(await rejection(stripe.customers.create({}))).toMatchObject({
      type: "StripeRateLimitError",
      code: "rate_limit",
    });
    expect(await rejection(stripe.customers.list())).toMatchObject({ statusCode: 429 });
    expect(await customers()).toBe(1);
    await fault({ action: "status", code: "lock_timeout", method: "POST" });
    expect(await rejection(stripe.customers.create({}, { idempotencyKey: "k" }))).toMatchObject({
      statusCode: 429,
      code: "lock_timeout",
    });
    expect(await stripe.customers.create({}, { idempotencyKey: "k" })).toMatchObject({ object: "customer" });
  });

  it("are listed, cleared and refused when they are malformed", async () => {
    await fault({ action: "status", status: 500, times: null });
    expect(await test.control("GET", "/_sandbox/faults")).toMatchObject({
      faults: [{ action: "status", remaining: null }],
    });
    expect(await rejection(stripe.balance.retrieve())).toMatchObject({ statusCode: 500 });
    expect(await test.control("DELETE", "/_sandbox/faults")).toEqual({ cleared: 1 });
    expect(await stripe.balance.retrieve()).toMatchObject({ object: "balance" });
    await expect(fault({ action: "explode" })).rejects.toThrow("400");
    await expect(fault({ action: "cut", path: "^(" })).rejects.toThrow("regular expression");
  });
});

describe("state", () => {
  it("survives a restart whole: objects, lines, numbers and what was declined once", async () => {
    const customer = await stripe.customers.create({
      payment_method: "pm_card_declineOnce",
      invoice_settings: { default_payment_method: "pm_card_declineOnce" },
    });
    const draft = await stripe.invoices.create({ customer: customer.id, currency: "usd" });
    await stripe.invoices.addLines(draft.id, { lines: [{ amount: 900, description: "x" }] });
    const open = await stripe.invoices.finalizeInvoice(draft.id);
    expect(await rejection(stripe.invoices.pay(open.id))).toMatchObject({ code: "card_declined" });
    const before = await stripe.invoices.retrieve(open.id);
    await test.restart();
    stripe = test.stripe();
    const after = await stripe.invoices.retrieve(open.id);
    expect({ ...after, lastResponse: null }).toEqual({ ...before, lastResponse: null });
    expect(after).toMatchObject({ attempt_count: 1, status: "open" });
    expect(await stripe.invoices.pay(open.id)).toMatchObject({ status: "paid" });
  });
});
