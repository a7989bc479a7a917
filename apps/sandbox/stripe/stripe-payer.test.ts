import { startTestSandbox, type TestSandbox } from "../sandbox-fixture.ts";

type Answer = { readonly status: number; readonly headers: Headers; readonly body: Record<string, unknown> };

let test: TestSandbox;
beforeAll(async () => {
  test = await startTestSandbox();
});
afterAll(() => test.end());

const newIntent = () =>
  test.stripe().paymentIntents.create({
    ...{ amount: 1_234, currency: "usd", metadata: { inside: "secret of the merchant" } },
    automatic_payment_methods: { enabled: true },
  });

/** A call as a browser makes it: no header but the form's own, the publishable key as a field. */
async function asBrowser(path: string, fields: Record<string, string>): Promise<Answer> {
  const body = new URLSearchParams({ key: "pk_test_sandbox", ...fields });
  const response = await fetch(`${test.sandbox().stripeUrl}${path}`, { method: "POST", body });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Answer["body"],
  };
}

const confirmed = (id: string, fields: Record<string, string>) =>
  asBrowser(`/v1/payment_intents/${id}/confirm`, { payment_method: "pm_card_visa", ...fields });

describe("a browser with a publishable key", () => {
  it("confirms by the client secret, may read the answer on any page, and sees nothing of the merchant's", async () => {
    const intent = await newIntent();
    const answer = await confirmed(intent.id, { client_secret: intent.client_secret ?? "" });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ status: "succeeded", amount: 1_234 });
    expect(answer.body).not.toHaveProperty("metadata");
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
  });

  it("is told of a decline, may try again, and cannot pay twice", async () => {
    const intent = await newIntent();
    const client_secret = intent.client_secret ?? "";
    const declined = await confirmed(intent.id, { client_secret, payment_method: "pm_card_chargeDeclined" });
    expect(declined.status).toBe(402);
    expect(JSON.stringify(declined.body)).not.toContain("secret of the merchant");
    expect((await confirmed(intent.id, { client_secret })).body).toMatchObject({ status: "succeeded" });
    const again = await confirmed(intent.id, { client_secret });
    expect(again.body).toMatchObject({ error: { code: "payment_intent_unexpected_state" } });
    const charges = (await test.journal("?service=stripe")).filter(
      (entry) => entry.path?.endsWith(`${intent.id}/confirm`) && entry.effect && entry.status === 200,
    );
    expect(charges).toHaveLength(1);
  });

  it.each([
    ["without the secret", {}],
    ["with another secret", { client_secret: "pi_other_secret_x" }],
  ])("confirms nothing %s", async (_how, fields) => {
    const intent = await newIntent();
    expect((await confirmed(intent.id, fields)).status).toBeGreaterThanOrEqual(400);
    expect((await test.stripe().paymentIntents.retrieve(intent.id)).status).toBe("requires_payment_method");
  });

  it("may do nothing else", async () => {
    expect((await asBrowser("/v1/customers", { name: "Mallory" })).status).toBe(401);
    expect((await asBrowser("/v1/refunds", { payment_intent: "pi_1" })).status).toBe(401);
  });

  it("finds a script at /stripe.js that is JavaScript and makes Stripe()", async () => {
    const response = await fetch(`${test.sandbox().stripeUrl}/stripe.js`);
    expect(response.headers.get("content-type")).toContain("text/javascript");
    const page = { document: { currentScript: { src: response.url } }, window: {} as { Stripe?: unknown } };
    const run = new Function("document", "window", await response.text());
    run(page.document, page.window);
    expect(page.window.Stripe).toBeInstanceOf(Function);
  });
});
