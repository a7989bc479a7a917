import { domainError } from "#libs/core/errors.ts";
import { type DeliveryWorld, openDeliveryWorld, stripeWebhookSecret } from "#libs/testkit/delivery-world.ts";
import { logStatements } from "#libs/testkit/log-statements.ts";
import { insertIssuedInvoice } from "#libs/testkit/invoice-rows.ts";
import { paid, paymentWitness, seedApply } from "#libs/testkit/payment-witness.ts";
import { collectInvoice } from "./collect-invoice.ts";
import { receiveStripeWebhook, sweepInbox } from "./receive-stripe-webhook.ts";

let world: DeliveryWorld;
beforeAll(async () => {
  world = await openDeliveryWorld();
});
afterEach(() => world.sandbox.control("DELETE", "/_sandbox/faults"));
afterAll(() => world.close());

const { factsOf, webhooksOf, receive, apply, attemptOf } = paymentWitness(() => world);

describe("receiveStripeWebhook", () => {
  const signed = (event: unknown, secret = stripeWebhookSecret, timestamp?: number) => {
    const rawBody = Buffer.from(JSON.stringify(event));
    const { webhooks } = world.sandbox.stripe();
    const signature = webhooks.generateTestHeaderString({
      payload: rawBody.toString(),
      secret,
      ...(timestamp === undefined ? {} : { timestamp }),
    });
    return { rawBody, signature };
  };
  let count = 0;
  /** An event as Stripe would say it, about a PaymentIntent that an attempt of ours may have. */
  const eventOf = (type: string, intent: Readonly<Record<string, unknown>>) => {
    count += 1;
    return {
      id: `evt_made_${count}`,
      object: "event",
      type,
      created: Math.floor(Date.now() / 1_000),
      data: {
        object: {
          object: "payment_intent",
          amount_received: 0,
          currency: "usd",
          last_payment_error: null,
          ...intent,
        },
      },
    };
  };
  const stateOf = async (eventId: string) => {
    const [row] = await world.rows<{ state: string; tenant_id: string | null; attempts: number }>(
      "select state, tenant_id, attempts from webhook_inbox where event_id = $1",
      [eventId],
    );
    return row;
  };

  it("refuses other secrets, other bytes, no signature and old messages, and stores nothing", async () => {
    const event = eventOf("payment_intent.succeeded", { id: "pi_forged", status: "succeeded", metadata: {} });
    const old = Math.floor(Date.now() / 1_000) - 301;
    const good = signed(event);
    const forged = [
      signed(event, "whsec_other"),
      signed(event, stripeWebhookSecret, old),
      { rawBody: Buffer.from(good.rawBody.toString().replace("usd", "eur")), signature: good.signature },
      { rawBody: good.rawBody, signature: null },
      { rawBody: good.rawBody, signature: "t=1,v1=00" },
    ];
    for (const hook of forged) {
      await expect(receive(hook)).rejects.toMatchObject({ code: "webhook_signature_invalid" });
    }
    expect(await stateOf(event.id)).toBeUndefined();
  });

  it("stores what comes together in a few transactions: each once, with its job, whatever else comes with it", async () => {
    const metadata = { billwright_tenant: world.tenant.tenantId };
    const made = (id: string, type = "payment_intent.succeeded") =>
      eventOf(type, { id, status: "succeeded", metadata });
    const events = Array.from({ length: 60 }, (_, n) => made(`pi_together_${n}`));
    const ignored = made("pi_together_ignored", "payment_method.attached");
    // What jsonb cannot hold: it fails by itself, and harms none that came with it.
    const spoilt = made("pi_together_\u0000");
    const all = [...events, spoilt, ignored, ...events.slice(0, 20)].map((event) => signed(event));
    let answers: PromiseSettledResult<{ state: string }>[] = [];
    const statements = await logStatements(world.test.database, async () => {
      answers = await Promise.allSettled(all.map((hook) => receive(hook)));
    });
    const states = answers.map((each) => (each.status === "fulfilled" ? each.value.state : each.status));
    const told = (state: string) => states.filter((each) => each === state).length;
    expect([told("received"), told("ignored"), told("duplicate"), told("rejected")]).toEqual([60, 1, 20, 1]);
    const ids = events.map(({ id }) => id);
    expect(
      await world.rows(
        `select count(*)::int as messages, count(j.id)::int as jobs from webhook_inbox m
         left join job j on j.tenant_id = m.tenant_id and j.payload ->> 'eventId' = m.event_id where m.event_id = any($1)`,
        [ids],
      ),
    ).toEqual([{ messages: 60, jobs: 60 }]);
    // The one that was spoilt makes all of its group go alone; without it they are stored by two.
    const again = [...Array(40).keys()].map((n) => signed(made(`pi_grouped_${n}`)));
    const grouped = await logStatements(world.test.database, () =>
      Promise.all(again.map((hook) => receive(hook))),
    );
    const inserts = (log: readonly string[]) =>
      log.filter((sql) => /insert into webhook_inbox/.test(sql)).length;
    expect(inserts(grouped)).toBeLessThanOrEqual(3);
    expect(inserts(statements)).toBeGreaterThan(inserts(grouped));
    await world.rows("delete from webhook_inbox where object_id ~ '^pi_(together|grouped)_'");
  });

  it("refuses a signed body that is no event, and stores nothing", async () => {
    const { data: _data, ...bare } = eventOf("payment_intent.succeeded", { id: "pi_bare", metadata: {} });
    const thin = { ...bare, data: {} };
    const untyped = { ...eventOf("", { id: "pi_untyped", metadata: {} }), type: undefined };
    for (const event of [bare, thin, untyped, [], "text"]) {
      await expect(receive(signed(event))).rejects.toMatchObject({
        code: "webhook_signature_invalid",
        details: { reason: "event_incomplete" },
      });
    }
    expect(await stateOf(bare.id)).toBeUndefined();
  });

  it("stores a message once, with one job, however often it comes", async () => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant);
    await collectInvoice(world.deps, invoice);
    const { provider_id: intentId } = await attemptOf(invoice);
    const hooks = await webhooksOf(intentId ?? "", 2);
    const hook = hooks.find((one) => one.rawBody.includes("payment_intent.succeeded"));
    if (hook === undefined) throw new Error("no webhook");
    const first = await receive(hook);
    const copies = await Promise.all([receive(hook), receive(hook), receive(hook)]);
    expect(first.state).toBe("received");
    expect(copies.every((copy) => copy.state === "duplicate")).toBe(true);
    const jobs = await world.rows("select 1 from job where key = $1", [
      `stripe.apply_event//${first.eventId}/0`,
    ]);
    expect(jobs).toHaveLength(1);
    const results = await Promise.all([apply(first.eventId), apply(first.eventId), apply(first.eventId)]);
    expect(results).toEqual([{ state: "applied" }, { state: "applied" }, { state: "applied" }]);
    expect(await factsOf(invoice)).toMatchObject(paid);
  });

  it("keeps what it does not apply, and leaves it alone", async () => {
    const event = eventOf("plan.created", { id: "plan_1" });
    await receive(signed(event));
    expect(await stateOf(event.id)).toMatchObject({ state: "ignored", tenant_id: null });
  });

  it("ends the same in every order, with every message twice", async () => {
    const types = [
      ["payment_intent.processing", { status: "processing" }],
      [
        "payment_intent.payment_failed",
        {
          status: "requires_payment_method",
          last_payment_error: { code: "card_declined", message: "no" },
        },
      ],
      ["payment_intent.succeeded", { status: "succeeded", amount_received: 1_234 }],
    ] as const;
    const orders = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ];
    for (const order of orders) {
      const invoice = await insertIssuedInvoice(world.test, world.tenant);
      const stop = (name: string) => {
        if (name === "collect:opened") throw new Error("stopped");
      };
      await expect(collectInvoice({ ...world.deps, failpoint: stop }, invoice)).rejects.toThrow("stopped");
      const attempt = await attemptOf(invoice);
      const metadata = { billwright_tenant: invoice.tenantId, billwright_attempt: attempt.id };
      for (const index of [...order, ...order]) {
        const [type, intent] = types[index] ?? types[0];
        const event = eventOf(type, { id: `pi_order_${attempt.id}`, metadata, ...intent });
        await receive(signed(event));
        await apply(event.id);
      }
      expect({ order, ...(await factsOf(invoice)) }).toMatchObject({
        order,
        ...paid,
        attempts: ["succeeded"],
      });
    }
  });

  it("keeps a message whose object is not known yet, and applies it later", async () => {
    const unknown = eventOf("payment_intent.succeeded", {
      id: "pi_unknown",
      status: "succeeded",
      metadata: { billwright_attempt: world.tenant.tenantId },
    });
    await receive(signed(unknown));
    expect(await stateOf(unknown.id)).toMatchObject({ state: "received", tenant_id: null });
    const seen = await sweepInbox(world.test.database, { seed: seedApply, olderThanMs: 0 });
    expect(seen).toBe(0);
    expect(await stateOf(unknown.id)).toMatchObject({ state: "received", attempts: 2 });
    await world.rows(
      "insert into provider_object (tenant_id, provider, kind, local_id, provider_id) values ($1, 'stripe', 'payment_intent', $1, 'pi_unknown')",
      [world.tenant.tenantId],
    );
    expect(await sweepInbox(world.test.database, { seed: seedApply, olderThanMs: 0 })).toBe(1);
    expect(await apply(unknown.id)).toEqual({ state: "received" });
    expect(await stateOf(unknown.id)).toMatchObject({
      state: "received",
      tenant_id: world.tenant.tenantId,
    });
  });

  it("writes the job that a crash after storing left unwritten", async () => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant);
    await collectInvoice(world.deps, invoice);
    const attempt = await attemptOf(invoice);
    const event = eventOf("payment_intent.succeeded", {
      id: attempt.provider_id,
      status: "succeeded",
      amount_received: 1_234,
      metadata: { billwright_tenant: invoice.tenantId, billwright_attempt: attempt.id },
    });
    const crash = () => {
      throw domainError("internal", "killed");
    };
    const hook = signed(event);
    await expect(
      receiveStripeWebhook(world.test.database, {
        ...hook,
        secret: stripeWebhookSecret,
        account: "",
        seed: crash,
      }),
    ).rejects.toThrow("killed");
    await sweepInbox(world.test.database, { seed: seedApply, olderThanMs: 0 });
    await apply(event.id);
    expect(await factsOf(invoice)).toMatchObject(paid);
  });

  it("believes a tenant's own account about that tenant only", async () => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant);
    await collectInvoice(world.deps, invoice);
    const attempt = await attemptOf(invoice);
    const event = eventOf("payment_intent.succeeded", {
      id: "pi_elsewhere",
      status: "succeeded",
      amount_received: 1_234,
      metadata: { billwright_tenant: invoice.tenantId, billwright_attempt: attempt.id },
    });
    await receive(signed(event), "acct_of_nobody");
    expect(await stateOf(event.id)).toMatchObject({ state: "received", tenant_id: null });
    expect((await factsOf(invoice)).payment_status).toBe("pending");
  });

  it("makes money that no invoice asked for the customer's credit", async () => {
    const invoice = await insertIssuedInvoice(world.test, world.tenant);
    await collectInvoice(world.deps, invoice);
    const attempt = await attemptOf(invoice);
    const event = eventOf("payment_intent.succeeded", {
      id: attempt.provider_id,
      status: "succeeded",
      amount_received: 1_300,
      metadata: { billwright_tenant: invoice.tenantId, billwright_attempt: attempt.id },
    });
    await receive(signed(event));
    await apply(event.id);
    expect(await factsOf(invoice)).toMatchObject({
      ...paid,
      ledger: "cash:stripe>receivable 1234,cash:stripe>customer_credit 66",
      credit: "66",
    });
  });
});
