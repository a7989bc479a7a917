import { Webhook } from "standardwebhooks";
import { publicId } from "#libs/core/public-id.ts";
import { makeCustomer, makeTenant, type TestTenant } from "#libs/testkit/factories.ts";
import { announceInvoice, insertIssuedInvoice } from "#libs/testkit/invoice-rows.ts";
import { startWebhookReceiver, type WebhookReceiver } from "#libs/testkit/webhook-receiver.ts";
import { openWorkWorld, type WorkWorld } from "#libs/testkit/work-world.ts";
import { deliverWebhook } from "./deliver-webhook.ts";
import { replayWebhooks, retryDelivery, sweepWebhookRetries, testWebhook } from "./resend-webhooks.ts";
import { createWebhookEndpoint, deleteWebhookEndpoint, updateWebhookEndpoint } from "./webhook-endpoint.ts";

type Row = {
  readonly id: string;
  readonly state: string;
  readonly attempts: number;
  readonly last_status: number | null;
  readonly last_error: string | null;
  readonly wait_s: number | null;
};

describe("webhooks out", () => {
  let world: WorkWorld;
  let receiver: WebhookReceiver;
  let tenant: TestTenant;
  const sent: { subject: string; text: string }[] = [];
  beforeAll(async () => {
    world = await openWorkWorld({
      notifyEmail: "ops@test.example",
      mailer: {
        send: async ({ subject, text }) => {
          sent.push({ subject, text });
          return { outcome: "accepted", providerId: `m${sent.length}` };
        },
        verify: async () => undefined,
      },
    });
  });
  beforeEach(async () => {
    receiver = await startWebhookReceiver();
    tenant = await makeTenant(world.test);
  });
  afterEach(() => receiver.close());
  afterAll(() => world.close());

  const subscribe = (
    eventTypes: Parameters<typeof createWebhookEndpoint>[2]["eventTypes"] = [],
    url = receiver.url,
  ) => tenant.inTenant((tx) => createWebhookEndpoint(tx, world.deps, { url, description: null, eventTypes }));
  const deliveries = () =>
    world.rows<Row>(
      `select id, state, attempts, last_status, last_error, round(extract(epoch from next_attempt_at - now()))::int as wait_s
       from webhook_delivery where tenant_id = $1 order by id`,
      [tenant.tenantId],
    );
  /** Lets the time of the next try come, and works what follows. */
  const nextTry = async () => {
    await world.test.owner.query(
      "update webhook_delivery set next_attempt_at = now() where tenant_id = $1 and next_attempt_at is not null",
      [tenant.tenantId],
    );
    await sweepWebhookRetries(world.test.database);
    await world.drain();
  };

  it("tell an endpoint what it asked for, signed so that the public library believes it", async () => {
    const { secret } = await subscribe(["customer.created"]);
    const invoice = await insertIssuedInvoice(world.test, tenant);
    await announceInvoice(tenant, invoice);
    await makeCustomer(tenant, { name: "Zażółć 🧾", externalId: "acme" });
    await world.drain();
    const [message] = receiver.received.filter(({ body }) => body.includes("acme"));
    expect(receiver.received.every(({ body }) => body.includes('"type":"customer.created"'))).toBe(true);
    expect(new Webhook(secret).verify(message?.body ?? "", message?.headers ?? {})).toMatchObject({
      type: "customer.created",
      data: { customer: { external_id: "acme", name: "Zażółć 🧾" } },
    });
    expect(() => new Webhook(secret).verify(`${message?.body} `, message?.headers ?? {})).toThrow();
    expect(message?.headers["webhook-id"]).toMatch(/^evt_/);
  });

  it("show an invoice as the API does, and ids with their prefixes", async () => {
    await subscribe(["invoice.finalized"]);
    const invoice = await insertIssuedInvoice(world.test, tenant);
    await announceInvoice(tenant, invoice);
    await world.drain();
    const [message] = receiver.received;
    expect(JSON.parse(message?.body ?? "")).toMatchObject({
      type: "invoice.finalized",
      data: {
        invoice: {
          id: publicId("invoice", invoice.invoiceId),
          number: invoice.number,
          customer_id: publicId("customer", invoice.customerId),
        },
      },
    });
  });

  it("are tried again after 5 s, then minutes, with the same bytes under the same id, until they are taken", async () => {
    await subscribe(["customer.created"]);
    receiver.answers.push(
      { status: 500, body: "sorry" },
      { status: 302, headers: { Location: "/elsewhere" } },
    );
    await makeCustomer(tenant);
    await world.drain();
    expect(await deliveries()).toMatchObject([
      { state: "pending", attempts: 1, last_status: 500, last_error: "answered 500", wait_s: 5 },
    ]);
    expect(await sweepWebhookRetries(world.test.database)).toBe(0);
    await nextTry();
    expect(await deliveries()).toMatchObject([{ attempts: 2, last_status: 302, wait_s: 300 }]);
    await nextTry();
    expect(await deliveries()).toMatchObject([
      { state: "delivered", attempts: 3, last_error: null, wait_s: null },
    ]);
    expect(receiver.received).toHaveLength(3);
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
    expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    const tries = await world.rows(
      "select attempt_no, status, answer from webhook_attempt where tenant_id = $1 order by attempt_no",
      [tenant.tenantId],
    );
    expect(tries).toMatchObject([
      { attempt_no: 1, status: 500, answer: "sorry" },
      { attempt_no: 2, status: 302 },
      { attempt_no: 3, status: 204 },
    ]);
  });

  it("give up after ten tries, switch off an endpoint that nothing reached, and tell the operator", async () => {
    const { row } = await subscribe(["customer.created"], "http://127.0.0.1:9/closed");
    await makeCustomer(tenant);
    await world.drain();
    for (let attempt = 2; attempt <= 10; attempt++) await nextTry();
    expect(await deliveries()).toMatchObject([
      {
        state: "failed",
        attempts: 10,
        last_status: null,
        wait_s: null,
        last_error: expect.stringMatching("ECONNREFUSED"),
      },
    ]);
    const [endpoint] = await world.rows(
      "select enabled, disabled_reason from webhook_endpoint where id = $1",
      [row.id],
    );
    expect(endpoint).toMatchObject({
      enabled: false,
      disabled_reason: expect.stringMatching("for three days"),
    });
    await world.drain();
    expect(sent.at(-1)?.subject).toBe("Webhook endpoint switched off: http://127.0.0.1:9/closed");
    expect(sent.at(-1)?.text).toMatch(publicId("webhook_endpoint", row.id));
    await makeCustomer(tenant);
    expect(await deliveries()).toHaveLength(1);
  });

  it("keep an endpoint on that something else reached meanwhile", async () => {
    const { row } = await subscribe(["customer.created"]);
    receiver.answers.push({ status: 500 });
    await makeCustomer(tenant);
    await world.drain();
    await makeCustomer(tenant);
    await world.drain();
    receiver.answers.push(...Array.from({ length: 9 }, () => ({ status: 500 })));
    for (let attempt = 2; attempt <= 10; attempt++) await nextTry();
    expect((await deliveries()).map(({ state }) => state)).toEqual(["failed", "delivered"]);
    const [endpoint] = await world.rows("select enabled from webhook_endpoint where id = $1", [row.id]);
    expect(endpoint).toEqual({ enabled: true });
  });

  it("stop at once when the endpoint says that it is gone", async () => {
    const { row } = await subscribe(["customer.created"]);
    receiver.answers.push({ status: 410 });
    await makeCustomer(tenant);
    await world.drain();
    expect(await deliveries()).toMatchObject([{ state: "failed", attempts: 1, last_status: 410 }]);
    const [endpoint] = await world.rows(
      "select enabled, disabled_reason from webhook_endpoint where id = $1",
      [row.id],
    );
    expect(endpoint).toEqual({ enabled: false, disabled_reason: "it answered 410 Gone" });
  });

  it("drop what waits for an endpoint that is switched off or deleted meanwhile", async () => {
    const { row } = await subscribe(["customer.created"]);
    const off = { id: row.id, change: { enabled: false } };
    await makeCustomer(tenant);
    await tenant.inTenant((tx) => updateWebhookEndpoint(tx, world.deps, off));
    await world.drain();
    expect(await deliveries()).toMatchObject([{ state: "dropped", attempts: 0 }]);
    await tenant.inTenant((tx) => deleteWebhookEndpoint(tx, row.id));
    expect(receiver.received).toEqual([]);
    const [left] = await world.rows("select length(secret) as bytes from webhook_endpoint where id = $1", [
      row.id,
    ]);
    expect(left).toEqual({ bytes: 0 });
  });

  it("are sent once more by hand with a fresh set of tries", async () => {
    await subscribe(["customer.created"]);
    receiver.answers.push({ status: 410 });
    await makeCustomer(tenant);
    await world.drain();
    const [failed] = await deliveries();
    await expect(tenant.inTenant((tx) => retryDelivery(tx, failed?.id ?? ""))).rejects.toMatchObject({
      code: "webhook_endpoint_disabled",
    });
    await world.test.owner.query("update webhook_endpoint set enabled = true where tenant_id = $1", [
      tenant.tenantId,
    ]);
    receiver.answers.push({ status: 503 });
    await tenant.inTenant((tx) => retryDelivery(tx, failed?.id ?? ""));
    await world.drain();
    expect(await deliveries()).toMatchObject([{ state: "pending", attempts: 2, wait_s: 5 }]);
    await nextTry();
    expect(await deliveries()).toMatchObject([{ state: "delivered", attempts: 3 }]);
  });

  it("replay a range of time, also what happened before the endpoint existed, and nothing twice at once", async () => {
    await makeCustomer(tenant, { externalId: "before" });
    const { row } = await subscribe(["customer.created"]);
    await makeCustomer(tenant, { externalId: "after" });
    await world.drain();
    expect(receiver.received).toHaveLength(1);
    const range = {
      endpointId: row.id,
      from: new Date(Date.now() - 60_000),
      to: new Date(Date.now() + 60_000),
    };
    expect(await tenant.inTenant((tx) => replayWebhooks(tx, range))).toBe(2);
    await world.drain();
    const told = receiver.received.map(({ body }) => /before|after/.exec(body)?.[0]);
    expect(told.sort()).toEqual(["after", "after", "before"]);
    expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size).toBe(2);
    const later = { ...range, from: range.to, to: new Date(Date.now() + 120_000) };
    expect(await tenant.inTenant((tx) => replayWebhooks(tx, later))).toBe(0);
  });

  it("send a test event to one endpoint alone", async () => {
    const { row } = await subscribe(["invoice.paid"]);
    await subscribe([], receiver.url);
    await tenant.inTenant((tx) => testWebhook(tx, row.id));
    await world.drain();
    const types = receiver.received.map(({ body }) => (JSON.parse(body) as { type: string }).type);
    expect(types).toEqual(["webhook_endpoint.tested"]);
  });

  it("send the same message again after a crash between the answer and its record, never a different one", async () => {
    await subscribe(["customer.created"]);
    await makeCustomer(tenant);
    const crash = (name: string) => {
      if (name === "webhook.deliver:posted") throw new Error("killed");
    };
    const [{ id: deliveryId = "" } = {}] = await deliveries();
    const input = { tenantId: tenant.tenantId, deliveryId, attemptNo: 1 };
    await expect(deliverWebhook({ ...world.deps, failpoint: crash }, input)).rejects.toThrow("killed");
    expect(await deliveries()).toMatchObject([{ state: "pending", attempts: 0 }]);
    await world.drain();
    expect(await deliveries()).toMatchObject([{ state: "delivered", attempts: 1 }]);
    expect(receiver.received.map(({ headers }) => headers["webhook-id"])).toEqual(
      Array(2).fill(receiver.received[0]?.headers["webhook-id"]),
    );
  });

  it("tell no tenant of another's events", async () => {
    await subscribe();
    const other = await makeTenant(world.test);
    await makeCustomer(other);
    await world.drain();
    expect(receiver.received).toEqual([]);
  });
});
