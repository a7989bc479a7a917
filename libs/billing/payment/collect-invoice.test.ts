import { eventually } from "../../../apps/sandbox/sandbox-fixture.ts";
import { withSystem } from "#libs/data/database.ts";
import { newId } from "#libs/data/new-id.ts";
import { type DeliveryWorld, openDeliveryWorld } from "#libs/testkit/delivery-world.ts";
import { insertIssuedInvoice } from "#libs/testkit/invoice-rows.ts";
import { paid, paymentWitness, seedApply } from "#libs/testkit/payment-witness.ts";
import { settleStripeMirror } from "../invoice/settle-stripe-mirror.ts";
import { syncInvoiceToStripe } from "../invoice/sync-invoice-to-stripe.ts";
import { recordOutsidePayment } from "./record-outside-payment.ts";
import { collectInvoice, retryPayment } from "./collect-invoice.ts";
import { openDueRetries } from "./open-due-retries.ts";
import { pollPayments } from "./poll-payments.ts";

let world: DeliveryWorld;
beforeAll(async () => {
  world = await openDeliveryWorld();
});
afterEach(() => world.sandbox.control("DELETE", "/_sandbox/faults"));
afterAll(() => world.close());

const { factsOf, webhooksOf, attemptOf, intentsOf, takeAll, deliverWebhooks } = paymentWitness(() => world);

/** Why the last try failed, the seconds until the next one, and what was told about it. */
async function retryOf({ invoiceId }: { readonly invoiceId: string }) {
  const [row] = await world.rows<{ code: string; wait: number | null; told: string | null }>(
    `select a.failure_code as code, round(extract(epoch from a.next_attempt_at - a.closed_at))::int as wait, e.data->>'retry_in_ms' as told
     from payment_attempt a join domain_event e on e.subject_id = a.id and e.type = 'payment.failed' where a.invoice_id = $1`,
    [invoiceId],
  );
  return row;
}

describe("collectInvoice", () => {
  it("charges what is left, believes it only when the webhook says so, and shows the mirror", async () => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant);
    await syncInvoiceToStripe(world.deps, invoice);
    const outcome = await collectInvoice(world.deps, invoice);
    expect(outcome).toMatchObject({ state: "processing" });
    expect(await factsOf(invoice)).toMatchObject({
      payment_status: "pending",
      amount_paid: "0",
      attempts: ["processing"],
      ledger: null,
    });
    expect(await collectInvoice(world.deps, invoice)).toEqual(outcome);
    await deliverWebhooks(invoice);
    expect(await factsOf(invoice)).toMatchObject({ ...paid, attempts: ["succeeded"] });
    expect(await collectInvoice(world.deps, invoice)).toEqual({ skipped: "paid" });
    expect(await settleStripeMirror(world.deps, invoice)).toEqual({ attached: 1, outOfBand: false });
    expect(await settleStripeMirror(world.deps, invoice)).toEqual({ attached: 1, outOfBand: false });
    const [row] = await world.rows<{ provider_id: string }>(
      "select provider_id from provider_object where kind = 'invoice' and local_id = $1",
      [invoice.invoiceId],
    );
    const mirror = await world.sandbox.stripe().invoices.retrieve(row?.provider_id ?? "");
    expect(mirror).toMatchObject({ status: "paid", amount_paid: 1_234 });
    expect(mirror.amount_paid_off_stripe ?? 0).toBe(0);
    expect(await intentsOf(invoice)).toHaveLength(1);
  });

  it.each([
    ["the answer is a 500 after Stripe charged", { action: "after-commit", status: 500 }],
    ["the connection is lost after Stripe charged", { action: "after-commit", times: 2 }],
    ["Stripe refuses with a 500 that it keeps", { action: "status", status: 500 }],
    ["the connection is lost before Stripe charged", { action: "cut", times: 2 }],
  ])("charges once when %s", async (_when, fault) => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant);
    await world.fault({ service: "stripe", method: "POST", path: "^/v1/payment_intents$", ...fault });
    const tries: unknown[] = [];
    await eventually(async () => {
      try {
        return await collectInvoice(world.deps, invoice);
      } catch (error) {
        tries.push(error);
        return undefined;
      }
    });
    for (const error of tries) expect(error).toMatchObject({ code: "provider_unavailable" });
    expect(await intentsOf(invoice)).toHaveLength(1);
    await deliverWebhooks(invoice);
    expect(await factsOf(invoice)).toMatchObject({ ...paid, attempts: ["succeeded"] });
  });

  it("carries on with the attempt that a killed process left open", async () => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant);
    const kill = (name: string) => {
      if (name === "effect.stripe.payment_intent:recorded") throw new Error("killed");
    };
    await expect(collectInvoice({ ...world.deps, failpoint: kill }, invoice)).rejects.toThrow("killed");
    expect(await attemptOf(invoice)).toMatchObject({ state: "open", provider_id: null });
    expect(await collectInvoice(world.deps, invoice)).toMatchObject({ state: "processing" });
    expect(await intentsOf(invoice)).toHaveLength(1);
    expect((await factsOf(invoice)).attempts).toEqual(["processing"]);
  });

  it("takes the webhook that overtakes the answer", async () => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant);
    const kill = (name: string) => {
      if (name === "effect.stripe.payment_intent:recorded") throw new Error("killed");
    };
    await expect(collectInvoice({ ...world.deps, failpoint: kill }, invoice)).rejects.toThrow("killed");
    const [intent] = await intentsOf(invoice);
    await takeAll(await webhooksOf(intent?.id ?? "", 2));
    expect(await factsOf(invoice)).toMatchObject({ ...paid, attempts: ["succeeded"] });
    expect(await collectInvoice(world.deps, invoice)).toEqual({ skipped: "paid" });
    expect(await factsOf(invoice)).toMatchObject({ ...paid, attempts: ["succeeded"] });
  });

  it("closes a declined attempt, tries again when the time has come, and is paid", async () => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant, { card: "pm_card_declineOnce" });
    expect(await collectInvoice(world.deps, invoice)).toMatchObject({ state: "declined" });
    const declined = await attemptOf(invoice);
    expect(await factsOf(invoice)).toMatchObject({
      payment_status: "failed",
      amount_paid: "0",
      attempts: ["failed"],
      events: ["payment.failed"],
    });
    const [row] = await world.rows<{ failure_code: string; wait: number }>(
      "select failure_code, extract(epoch from next_attempt_at - closed_at)::int as wait from payment_attempt where id = $1",
      [declined.id],
    );
    expect(row).toEqual({ failure_code: "generic_decline", wait: 3 });
    const again = { ...invoice, attemptId: declined.id };
    expect(await retryPayment(world.deps, again)).toEqual({ skipped: "not_due" });
    await world.rows("update payment_attempt set next_attempt_at = now() where id = $1", [declined.id]);
    const seed = ({ invoiceId, attemptId }: { invoiceId: string; attemptId: string }) => ({
      ...seedApply({ account: "", eventId: "", look: 0 }),
      key: `payment.retry/${invoiceId}/${attemptId}`,
    });
    expect(await openDueRetries(world.test.database, { seed })).toBe(1);
    expect(await openDueRetries(world.test.database, { seed })).toBe(0);
    expect(await retryPayment(world.deps, again)).toMatchObject({ state: "processing" });
    expect(await retryPayment(world.deps, again)).toEqual({ skipped: "not_due" });
    await deliverWebhooks(invoice);
    expect(await factsOf(invoice)).toMatchObject({ ...paid, attempts: ["failed", "succeeded"] });
    expect(await intentsOf(invoice)).toHaveLength(2);
  });

  it.each([
    ...["pm_card_declines_insufficient_funds", "pm_card_declines_processing_error"],
    ...["pm_card_declines_try_again_later", "pm_card_advises_try_again_later"],
  ])("tries again after a decline that may pass: %s", async (card) => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant, { card });
    expect(await collectInvoice(world.deps, invoice)).toMatchObject({ state: "declined" });
    expect(await retryOf(invoice)).toMatchObject({ wait: 3, told: "3000" });
  });

  it.each([
    ...["lost_card", "stolen_card", "pickup_card", "do_not_try_again", "invalid_account", "expired_card"],
    ...["incorrect_number", "revocation_of_authorization", "authentication_required"],
  ])("does not try again by itself after %s, which is final", async (code) => {
    const card = `pm_card_declines_${code}`;
    const invoice = await insertIssuedInvoice(world.test, world.tenant, { card });
    expect(await collectInvoice(world.deps, invoice)).toMatchObject({ state: "declined" });
    expect(await retryOf(invoice)).toEqual({ code, wait: null, told: null });
    await takeAll(await webhooksOf((await intentsOf(invoice))[0]?.id ?? "", 1));
    expect(await retryOf(invoice)).toEqual({ code, wait: null, told: null });
  });

  it.each(["do_not_try_again", "confirm_card_data"])("follows an issuer that advises %s", async (advice) => {
    const card = `pm_card_advises_${advice}`;
    const invoice = await insertIssuedInvoice(world.test, world.tenant, { card });
    await collectInvoice(world.deps, invoice);
    expect(await retryOf(invoice)).toEqual({ code: "generic_decline", wait: null, told: null });
  });

  it("does not try again by itself when only the webhook says that the decline is final", async () => {
    const card = "pm_card_declines_stolen_card";
    const invoice = await insertIssuedInvoice(world.test, world.tenant, { card });
    const kill = (name: string) => {
      if (name === "effect.stripe.payment_intent:recorded") throw new Error("killed");
    };
    await expect(collectInvoice({ ...world.deps, failpoint: kill }, invoice)).rejects.toThrow("killed");
    await takeAll(await webhooksOf((await intentsOf(invoice))[0]?.id ?? "", 1));
    expect(await retryOf(invoice)).toEqual({ code: "stolen_card", wait: null, told: null });
  });

  it("charges another card when somebody asks for it after a final decline", async () => {
    const card = "pm_card_declines_stolen_card";
    const invoice = await insertIssuedInvoice(world.test, world.tenant, { card });
    await collectInvoice(world.deps, invoice);
    await world.rows(
      "insert into payment_method (tenant_id, id, customer_id, type, provider, provider_id) values ($1, $2, $3, 'card', 'stripe', 'pm_card_visa')",
      [invoice.tenantId, newId(), invoice.customerId],
    );
    expect(await collectInvoice(world.deps, { ...invoice, isAsked: true })).toMatchObject({
      state: "processing",
    });
  });

  it("stops trying after the fourth decline", async () => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant, { card: "pm_card_chargeDeclined" });
    const waits: (number | null)[] = [];
    for (let i = 0; i < 4; i += 1) {
      await collectInvoice(world.deps, invoice);
      const [row] = await world.rows<{ wait: number | null }>(
        "select round(extract(epoch from next_attempt_at - closed_at))::int as wait from payment_attempt where id = $1",
        [(await attemptOf(invoice)).id],
      );
      waits.push(row?.wait ?? null);
    }
    expect(waits).toEqual([3, 3_600, 86_400, null]);
    expect((await factsOf(invoice)).attempts).toEqual(["failed", "failed", "failed", "failed"]);
  });

  it("closes the attempt and says it when Stripe refuses the charge", async () => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant, { amountMinor: 7n });
    await expect(collectInvoice(world.deps, invoice)).rejects.toMatchObject({
      code: "provider_refused",
      message: expect.stringContaining("at least"),
    });
    expect(await attemptOf(invoice)).toMatchObject({ state: "failed" });
    const [row] = await world.rows<{ next_attempt_at: Date | null }>(
      "select next_attempt_at from payment_attempt where invoice_id = $1",
      [invoice.invoiceId],
    );
    expect(row?.next_attempt_at).toBeNull();
  });

  it("opens one attempt however many workers collect at once", async () => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant);
    await Promise.allSettled(Array.from({ length: 4 }, () => collectInvoice(world.deps, invoice)));
    expect((await factsOf(invoice)).attempts).toEqual(["processing"]);
    expect(await intentsOf(invoice)).toHaveLength(1);
  });

  it("charges only who agreed to it, has a method, and owes", async () => {
    const sent = await insertIssuedInvoice(world.test, world.tenant, { collection: "send_invoice" });
    expect(await collectInvoice(world.deps, sent)).toEqual({ skipped: "not_automatic" });
    const bare = await insertIssuedInvoice(world.test, world.tenant, { card: null });
    expect(await collectInvoice(world.deps, bare)).toEqual({ skipped: "no_method" });
    const free = await insertIssuedInvoice(world.test, world.tenant, { amountMinor: 0n });
    expect(await collectInvoice(world.deps, free)).toEqual({ skipped: "paid" });
    expect(await collectInvoice({ ...world.deps, stripe: null }, sent)).toEqual({ skipped: "off" });
    expect((await factsOf(bare)).attempts).toBeNull();
  });

  it.each([
    ["after Stripe charged", "effect.stripe.payment_intent:after-call", ["processing"], 1],
    ["before Stripe was called", "effect.stripe.payment_intent:before-call", ["failed"], 0],
  ])(
    "brings an attempt that was left %s to its end, though the customer is not charged by itself any more",
    async (_when, point, attempts, intents) => {
      await world.fault({ service: "webhook", action: "drop", times: null });
      const invoice = await insertIssuedInvoice(world.test, world.tenant);
      const kill = (name: string) => {
        if (name === point) throw new Error("killed");
      };
      await expect(collectInvoice({ ...world.deps, failpoint: kill }, invoice)).rejects.toThrow("killed");
      await world.rows("update effect set lease_until = now() where state = 'inflight'");
      await world.rows("update subscription set collection = 'send_invoice' where tenant_id = $1", [
        world.tenant.tenantId,
      ]);
      await collectInvoice(world.deps, invoice);
      expect((await factsOf(invoice)).attempts).toEqual(attempts);
      expect(await intentsOf(invoice)).toHaveLength(intents);
      await pollPayments(world.deps, { olderThanMs: 0 });
      if (intents === 1) expect(await factsOf(invoice)).toMatchObject({ ...paid, attempts: ["succeeded"] });
      else {
        await world.tenant.inTenant((tx) =>
          recordOutsidePayment(tx, { invoiceId: invoice.invoiceId, paymentStatus: "succeeded" }),
        );
        expect((await factsOf(invoice)).payment_status).toBe("succeeded");
      }
    },
  );
});

describe("pollPayments", () => {
  it("finds the money whose webhooks were lost", async () => {
    await world.fault({ service: "webhook", action: "drop", times: null });
    const invoice = await insertIssuedInvoice(world.test, world.tenant);
    await collectInvoice(world.deps, invoice);
    expect((await factsOf(invoice)).payment_status).toBe("pending");
    await pollPayments(world.deps, { olderThanMs: 0 });
    await pollPayments(world.deps, { olderThanMs: 0 });
    expect(await factsOf(invoice)).toMatchObject({ ...paid, attempts: ["succeeded"] });
  });

  it("leaves young attempts alone and survives a Stripe that is down", async () => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant);
    await collectInvoice(world.deps, invoice);
    expect(await pollPayments(world.deps, { olderThanMs: 3_600_000 })).toEqual({ asked: 0, failed: 0 });
    await world.fault({ service: "stripe", action: "status", method: "GET", status: 503, times: null });
    const result = await pollPayments(world.deps, { olderThanMs: 0 });
    expect(result.failed).toBe(result.asked);
    expect(result.failed).toBeGreaterThan(0);
    expect((await factsOf(invoice)).attempts).toEqual(["processing"]);
  });

  it("asks after each in turn: one that stays slow for days keeps no other waiting, and is asked more rarely", async () => {
    const slow = await insertIssuedInvoice(world.test, world.tenant);
    await collectInvoice(world.deps, slow);
    const young = await insertIssuedInvoice(world.test, world.tenant);
    await collectInvoice(world.deps, young);
    const age =
      "update payment_attempt set polled_at = now(), opened_at = now() - interval '2 days' where invoice_id <> $1";
    await world.test.owner.query(age, [young.invoiceId]);
    const polled = "select invoice_id from payment_attempt where polled_at > $1 and state <> 'failed'";
    const before = new Date();
    await pollPayments(world.deps, { olderThanMs: 0, limit: 1 });
    expect(await world.rows(polled, [before])).toEqual([{ invoice_id: young.invoiceId }]);
    expect(await pollPayments(world.deps, { olderThanMs: 0, limit: 50 })).toMatchObject({ asked: 0 });
  });
});

it("shows the system no payment's business, only that there is work", async () => {
  const invoice = await insertIssuedInvoice(world.test, world.tenant);
  await collectInvoice(world.deps, invoice);
  await expect(
    withSystem(world.test.database, (db) => db.$queryRaw`select amount_minor from payment_attempt`),
  ).rejects.toThrow(/permission denied/);
});
