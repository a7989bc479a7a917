import { type DeliveryWorld, openDeliveryWorld } from "#libs/testkit/delivery-world.ts";
import { insertIssuedInvoice, type IssuedInvoice } from "#libs/testkit/invoice-rows.ts";
import { paid, paymentWitness } from "#libs/testkit/payment-witness.ts";
import { collectInvoice } from "./collect-invoice.ts";
import { ensurePaymentLink } from "./ensure-payment-link.ts";
import { pollPayments } from "./poll-payments.ts";
import { recordOutsidePayment } from "./record-outside-payment.ts";
import { startLinkPayment } from "./start-link-payment.ts";
import { withdrawLinkAttempt } from "./withdraw-attempt.ts";

let world: DeliveryWorld;
beforeAll(async () => {
  world = await openDeliveryWorld();
});
afterEach(() => world.sandbox.control("DELETE", "/_sandbox/faults"));
afterAll(() => world.close());

const { factsOf, webhooksOf, attemptOf, intentsOf, takeAll } = paymentWitness(() => world);

type LinkedInvoice = IssuedInvoice & { readonly linkId: string };

async function issueWithLink(fields: Parameters<typeof insertIssuedInvoice>[2] = {}): Promise<LinkedInvoice> {
  const invoice = await insertIssuedInvoice(world.test, world.tenant, fields);
  await world.tenant.inTenant((tx) => ensurePaymentLink(tx, world.deps, invoice));
  const [row] = await world.rows<{ id: string }>("select id from payment_link where invoice_id = $1", [
    invoice.invoiceId,
  ]);
  return { ...invoice, linkId: row?.id ?? "" };
}

/** What the payer's browser does with the secret. */
async function confirm(clientSecret: string, method = "pm_card_visa"): Promise<string> {
  const id = clientSecret.split("_secret_")[0] ?? "";
  const stripe = world.sandbox.stripe();
  return stripe.paymentIntents.confirm(id, { payment_method: method }).then(
    (intent) => intent.status,
    (error: { code?: string }) => error.code ?? "failed",
  );
}

async function deliver(invoice: LinkedInvoice, atLeast: number): Promise<void> {
  const { provider_id: intentId } = await attemptOf(invoice);
  await takeAll(await webhooksOf(intentId ?? "", atLeast));
}

const openedLongAgo = (invoice: LinkedInvoice) =>
  world.rows(
    "update payment_attempt set opened_at = now() - interval '2 hours', polled_at = null where invoice_id = $1 and state = 'open'",
    [invoice.invoiceId],
  );

describe("startLinkPayment", () => {
  it("opens one attempt for what is left, and believes in money only by webhook", async () => {
    const invoice = await issueWithLink();
    const payment = await startLinkPayment(world.deps, invoice);
    expect(payment).toMatchObject({ amountMinor: 1234n, currency: "USD" });
    expect(await confirm(payment.clientSecret)).toBe("succeeded");
    expect(await factsOf(invoice)).toMatchObject({
      payment_status: "pending",
      attempts: ["open"],
      payments: 0,
    });
    await deliver(invoice, 2);
    expect(await factsOf(invoice)).toMatchObject({ ...paid, attempts: ["succeeded"] });
    await expect(startLinkPayment(world.deps, invoice)).rejects.toMatchObject({
      code: "invoice_already_paid",
    });
  });

  it("takes another card after a final decline of the saved one", async () => {
    const invoice = await issueWithLink({ card: "pm_card_declines_stolen_card" });
    expect(await collectInvoice(world.deps, invoice)).toMatchObject({ state: "declined" });
    const payment = await startLinkPayment(world.deps, invoice);
    expect(await confirm(payment.clientSecret)).toBe("succeeded");
    await deliver(invoice, 2);
    expect(await factsOf(invoice)).toMatchObject({ ...paid, attempts: ["failed", "succeeded"] });
  });

  it("gives two tabs the same attempt, also at the same moment, and takes one confirmation", async () => {
    const invoice = await issueWithLink();
    const both = await Promise.allSettled([
      startLinkPayment(world.deps, invoice),
      startLinkPayment(world.deps, invoice),
    ]);
    // One of the two may meet the other in the middle of its call to Stripe, and is told to come again.
    for (const each of both) {
      if (each.status === "rejected") expect(each.reason).toMatchObject({ code: "effect_in_progress" });
    }
    const [first, second] = [
      await startLinkPayment(world.deps, invoice),
      await startLinkPayment(world.deps, invoice),
    ];
    expect(second).toEqual(first);
    expect(await confirm(first.clientSecret)).toBe("succeeded");
    expect(await confirm(second.clientSecret)).toBe("payment_intent_unexpected_state");
    await expect(startLinkPayment(world.deps, invoice)).rejects.toMatchObject({
      code: "payment_in_progress",
    });
    expect(await intentsOf(invoice)).toHaveLength(1);
    await deliver(invoice, 2);
    expect(await factsOf(invoice)).toMatchObject({ ...paid, attempts: ["succeeded"] });
  });

  it("keeps the one way open after a decline, says why, and is paid by the next card", async () => {
    const invoice = await issueWithLink();
    const { clientSecret } = await startLinkPayment(world.deps, invoice);
    expect(await confirm(clientSecret, "pm_card_chargeDeclined")).toBe("card_declined");
    await deliver(invoice, 2);
    const [row] = await world.rows("select state, failure_code from payment_attempt where invoice_id = $1", [
      invoice.invoiceId,
    ]);
    expect(row).toEqual({ state: "open", failure_code: "generic_decline" });
    expect(await startLinkPayment(world.deps, invoice)).toMatchObject({ clientSecret });
    expect(await confirm(clientSecret)).toBe("succeeded");
    await deliver(invoice, 3);
    const facts = await factsOf(invoice);
    expect(facts).toMatchObject({ ...paid, attempts: ["succeeded"] });
    expect(facts.events?.filter((type) => type === "payment.failed")).toHaveLength(1);
  });

  it("does not open beside a saved method that is being charged, and that one not beside it", async () => {
    const charging = await issueWithLink();
    await collectInvoice(world.deps, charging);
    await expect(startLinkPayment(world.deps, charging)).rejects.toMatchObject({
      code: "payment_in_progress",
    });
    const paying = await issueWithLink();
    await startLinkPayment(world.deps, paying);
    expect(await collectInvoice(world.deps, paying)).toMatchObject({ state: "processing" });
    expect(await intentsOf(paying)).toHaveLength(1);
    await expect(
      world.tenant.inTenant((tx) => recordOutsidePayment(tx, { ...paying, paymentStatus: "succeeded" })),
    ).rejects.toMatchObject({ code: "payment_in_progress" });
  });

  it("withdraws what was opened for another amount before it opens anew", async () => {
    const invoice = await issueWithLink();
    const old = await startLinkPayment(world.deps, invoice);
    await world.rows("update payment_attempt set amount_minor = 999 where invoice_id = $1", [
      invoice.invoiceId,
    ]);
    const fresh = await startLinkPayment(world.deps, invoice);
    expect(fresh.clientSecret).not.toBe(old.clientSecret);
    expect(await confirm(old.clientSecret)).toBe("payment_intent_unexpected_state");
    expect((await factsOf(invoice)).attempts).toEqual(["canceled", "open"]);
  });

  it.each([
    "payment-link:opened",
    "effect.stripe.payment_intent:after-call",
    "effect.stripe.payment_intent:recorded",
    "payment-link:intent-named",
  ])("carries on where a killed process stopped, at %s", async (point) => {
    const invoice = await issueWithLink();
    const failpoint = (name: string) => {
      if (name === point) throw new Error("killed");
    };
    await expect(startLinkPayment({ ...world.deps, failpoint }, invoice)).rejects.toThrow("killed");
    const { clientSecret } = await startLinkPayment(world.deps, invoice);
    expect(await intentsOf(invoice)).toHaveLength(1);
    expect(await confirm(clientSecret)).toBe("succeeded");
    await deliver(invoice, 2);
    expect(await factsOf(invoice)).toMatchObject({ ...paid, attempts: ["succeeded"] });
  });

  it.each([
    ["the answer is lost after Stripe made it", { action: "after-commit", times: 2 }],
    ["Stripe answers 500 after it made it", { action: "after-commit", status: 500 }],
  ])("makes one PaymentIntent when %s", async (_when, fault) => {
    const invoice = await issueWithLink();
    await world.fault({ service: "stripe", method: "POST", path: "^/v1/payment_intents$", ...fault });
    await expect(startLinkPayment(world.deps, invoice)).rejects.toMatchObject({
      code: "provider_unavailable",
    });
    await startLinkPayment(world.deps, invoice);
    expect(await intentsOf(invoice)).toHaveLength(1);
  });
});

describe("what a payer opened and left", () => {
  it("is withdrawn at Stripe and here, and another way can be taken", async () => {
    const invoice = await issueWithLink();
    const { clientSecret } = await startLinkPayment(world.deps, invoice);
    await pollPayments(world.deps, { olderThanMs: 0 });
    expect((await attemptOf(invoice)).state).toBe("open");
    await openedLongAgo(invoice);
    await pollPayments(world.deps, { olderThanMs: 0 });
    expect((await factsOf(invoice)).attempts).toEqual(["canceled"]);
    expect(await confirm(clientSecret)).toBe("payment_intent_unexpected_state");
    expect(await collectInvoice(world.deps, invoice)).toMatchObject({ state: "processing" });
  });

  it("is withdrawn also when the process died before Stripe's answer was kept", async () => {
    const invoice = await issueWithLink();
    const failpoint = (name: string) => {
      if (name === "effect.stripe.payment_intent:after-call") throw new Error("killed");
    };
    await expect(startLinkPayment({ ...world.deps, failpoint }, invoice)).rejects.toThrow("killed");
    await openedLongAgo(invoice);
    await pollPayments(world.deps, { olderThanMs: 0 });
    expect((await factsOf(invoice)).attempts).toEqual(["canceled"]);
    expect((await intentsOf(invoice)).map((intent) => intent.status)).toEqual(["canceled"]);
  });

  it("is believed, not withdrawn, when the payer had paid and no webhook said so", async () => {
    const invoice = await issueWithLink();
    const { clientSecret } = await startLinkPayment(world.deps, invoice);
    expect(await confirm(clientSecret)).toBe("succeeded");
    expect(await withdrawLinkAttempt(world.deps, invoice)).toEqual({ left: "confirmed" });
    expect(await factsOf(invoice)).toMatchObject({ ...paid, attempts: ["succeeded"] });
  });

  it("is found by the poll when it was paid and the webhook was lost", async () => {
    const invoice = await issueWithLink();
    await world.fault({ service: "webhook", action: "drop", times: null });
    const { clientSecret } = await startLinkPayment(world.deps, invoice);
    expect(await confirm(clientSecret)).toBe("succeeded");
    await pollPayments(world.deps, { olderThanMs: 0 });
    expect(await factsOf(invoice)).toMatchObject({ ...paid, attempts: ["succeeded"] });
  });

  it("only postpones the next try of a saved method", async () => {
    const invoice = await issueWithLink({ card: "pm_card_declineOnce" });
    await collectInvoice(world.deps, invoice);
    await startLinkPayment(world.deps, invoice);
    const [row] = await world.rows<{ minutes: string }>(
      "select extract(epoch from next_attempt_at - now()) / 60 as minutes from payment_attempt where invoice_id = $1 and state = 'failed'",
      [invoice.invoiceId],
    );
    expect(Number(row?.minutes)).toBeGreaterThan(100);
  });
});
