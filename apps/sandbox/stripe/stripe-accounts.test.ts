import { receiveWebhooks, rejection, startTestSandbox, type TestSandbox } from "../sandbox-fixture.ts";

const keyOfA = "sk_test_acct_A_1";
const otherKeyOfA = "sk_test_acct_A_2";
const keyOfB = "sk_test_acct_B_1";

describe("accounts of the sandbox's Stripe", () => {
  let test: TestSandbox;
  beforeEach(async () => {
    test = await startTestSandbox();
  });
  afterEach(() => test.end());

  it("shows each account its own objects only, by any of its keys, also after a restart", async () => {
    const made = await test.stripe(keyOfA).customers.create({ name: "of A" });
    await test.restart();
    expect((await test.stripe(otherKeyOfA).customers.retrieve(made.id)).id).toBe(made.id);
    for (const stranger of [keyOfB, undefined]) {
      const refused = await rejection(test.stripe(stranger).customers.retrieve(made.id));
      expect(refused).toMatchObject({ statusCode: 404, code: "resource_missing" });
      expect((await test.stripe(stranger).customers.list()).data).toEqual([]);
    }
  });

  it("keeps idempotency keys of accounts apart", async () => {
    const make = (key: string) =>
      test.stripe(key).customers.create({ name: key }, { idempotencyKey: "the same" });
    const [one, again, other] = [await make(keyOfA), await make(keyOfA), await make(keyOfB)];
    expect(again.id).toBe(one.id);
    expect(other.id).not.toBe(one.id);
  });

  it("says in the journal by whose key a call came", async () => {
    for (const key of [keyOfA, keyOfB, undefined]) await test.stripe(key).balance.retrieve();
    const journal = await test.journal("?service=stripe");
    expect(journal.map(({ account }) => account)).toEqual(["acct_A", "acct_B", ""]);
  });

  it("says whose a key is", async () => {
    const ids = [keyOfA, otherKeyOfA, keyOfB, undefined].map(
      async (key) => (await test.stripe(key).accounts.retrieveCurrent()).id,
    );
    expect(await Promise.all(ids)).toEqual(["acct_A", "acct_A", "acct_B", "acct_sandbox"]);
  });

  it("tells each account's endpoint, and settles a payment wherever it is", async () => {
    const receiver = await receiveWebhooks(test.stripe());
    await test.control("POST", "/_sandbox/webhooks", { url: receiver.url });
    const stripe = test.stripe(keyOfB);
    await test.stripe(keyOfA).customers.create({ name: "of A" });
    const customer = await stripe.customers.create({ name: "of B" });
    const intent = await stripe.paymentIntents.create({
      ...{ amount: 500, currency: "usd", customer: customer.id, confirm: true, off_session: true },
      ...{ payment_method: "pm_usBankAccount", payment_method_types: ["us_bank_account"] },
    });
    expect(intent.status).toBe("processing");
    await test.control("POST", `/_sandbox/payment_intents/${intent.id}/settle`, {});
    expect((await stripe.paymentIntents.retrieve(intent.id)).status).toBe("succeeded");
    const [event] = (await stripe.events.list({ type: "payment_intent.succeeded" })).data;
    await test.control("POST", `/_sandbox/events/${event?.id}/resend`, {});
    expect(receiver.paths).toContain("/webhooks/stripe/acct_B");
    expect(receiver.events.map(({ id }) => id)).toContain(event?.id);
    await receiver.close();
  });
});
