import { generatePeriod } from "#libs/billing/invoice/generate-period.ts";
import { readInstant } from "#libs/billing/invoice/request-period.ts";
import { parsePublicId } from "#libs/core/public-id.ts";
import { withTenant } from "#libs/data/database.ts";
import { type ApiWorld, openApiWorld } from "#libs/testkit/api-world.ts";
import { bodyOf, type RequestBody } from "../client/create-client.ts";
import { firstOf } from "#libs/testkit/first-of.ts";

const period = { period_start: "2026-01-01", period_end: "2026-02-01" };

describe("the verbs of an invoice", () => {
  let world: ApiWorld;
  let subscription: string;

  beforeAll(async () => {
    world = await openApiWorld();
    bodyOf(
      await world.api.POST("/v1/meters", {
        body: { code: "calls", name: "Calls", aggregation: "sum", value_property: "n" },
      }),
    );
    const plan: RequestBody<"/v1/plans", "post"> = {
      ...{ code: "team", name: "Team", currency: "USD", interval: { unit: "month", count: 1 } },
      prices: [
        {
          ...{ code: "calls", name: "Calls", kind: "usage", meter: "calls", billing: "in_arrears" },
          ...{ charge_model: "per_unit", per_unit: { unit_amount: "0.10" } },
        },
      ],
    };
    bodyOf(await world.api.POST("/v1/plans", { body: plan }));
    const acme = { external_id: "acme", name: "Acme", email: "ap@acme.example" };
    bodyOf(await world.api.POST("/v1/customers", { body: acme }));
    const made = bodyOf(
      await world.api.POST("/v1/subscriptions", {
        body: { customer: "acme", plan: "team", starts_at: "2026-01-01T00:00:00Z" },
      }),
    );
    subscription = made.id;
    await send("e1", 100);
  });
  afterAll(() => world.close());

  const send = (id: string, n: number) =>
    world
      .call("post", "/v1/events")
      .send({
        ...{ id, event_type: "calls", customer: "acme" },
        ...{ timestamp: "2026-01-10T00:00:00Z", properties: { n } },
      })
      .expect(200);
  const post = (path: string, body: object = {}) => world.call("post", `/v1/invoices/${path}`).send(body);
  const refusal = (answer: { status: number; body: { code: string } }) => [answer.status, answer.body.code];

  it("POST /generate answers with the job, previews on request, and refuses what is no period", async () => {
    const preview = await post("generate", { subscription, ...period, options: { preview: true } });
    expect([preview.status, preview.body.total]).toEqual([200, "10.00"]);
    const asked = await post("generate", { subscription, ...period, idempotency_key: "jan" }).expect(202);
    expect(asked.headers["location"]).toBe(`/v1/jobs/${asked.body.job_id}`);
    const job = bodyOf(await world.api.GET("/v1/jobs/{id}", { params: { path: { id: asked.body.job_id } } }));
    expect(job).toMatchObject({
      name: "invoice.generate_period",
      payload: {
        subscription_id: subscription,
        period_start: "2026-01-01T00:00:00Z",
        period_end: "2026-02-01T00:00:00Z",
      },
    });
    const again = await post("generate", { subscription, ...period, idempotency_key: "jan" }).expect(202);
    expect(again.body).toEqual(asked.body);
    const wrong = await post("generate", { subscription, ...period, options: { timezone: "Asia/Tokyo" } });
    expect(refusal(wrong)).toEqual([422, "period_not_aligned"]);
    expect(wrong.body.detail).toMatch(
      /^\[2025-12-31T15:00:00Z, .* is not a period .*: its boundaries there are 2026-01-01T00:00:00Z/,
    );
  });

  it("POST /regenerate, /void, /mark_uncollectible and /send act once, on the version that was seen", async () => {
    const id = parsePublicId("subscription", subscription) ?? "";
    await withTenant(world.test.database, { tenantId: world.tenantId, actor: "test" }, (tx) =>
      generatePeriod(tx, {
        subscriptionId: id,
        period: {
          start: readInstant("s", period.period_start, "UTC"),
          end: readInstant("e", period.period_end, "UTC"),
        },
        idempotencyKey: "jan",
      }),
    );
    const list = bodyOf(await world.api.GET("/v1/invoices"));
    const first = firstOf(list.data);
    expect(first).toMatchObject({ total: "10.00", idempotency_key: "jan", invoice_status: "finalized" });
    const moved = await post(`${first.id}/regenerate`, { reason: "more usage" }).set("If-Match", "99");
    expect(refusal(moved)).toEqual([409, "version_conflict"]);
    await send("e2", 50);
    const fresh = await post(`${first.id}/regenerate`, { reason: "more usage" })
      .set("If-Match", String(first.version))
      .expect(200);
    expect(fresh.body).toMatchObject({ total: "15.00", replaces_invoice_id: first.id, status: "open" });
    const old = bodyOf(await world.api.GET("/v1/invoices/{id}", { params: { path: { id: first.id } } }));
    expect(old).toMatchObject({ status: "void", void_reason: "more usage", number: first.number });
    const mail = await post(`${fresh.body.id}/send`).expect(202);
    const job = bodyOf(await world.api.GET("/v1/jobs/{id}", { params: { path: { id: mail.body.job_id } } }));
    expect(job).toMatchObject({ name: "invoice.send", payload: { invoice_id: fresh.body.id } });
    const lost = await post(`${fresh.body.id}/mark_uncollectible`).expect(200);
    expect(lost.body.status).toBe("uncollectible");
    expect(refusal(await post(`${fresh.body.id}/refresh`))).toEqual([422, "invoice_already_finalized"]);
    const gone = await post(`${fresh.body.id}/void`, { reason: "lost" }).expect(200);
    expect(gone.body.status).toBe("void");
    expect(refusal(await post(`${fresh.body.id}/send`))).toEqual([422, "invoice_already_voided"]);
    expect(refusal(await post(`${fresh.body.id}/void`, {}))).toEqual([422, "fields_invalid"]);
    const balance = bodyOf(await world.api.GET("/v1/ledger/trial_balance"));
    expect(balance.balanced).toBe(true);
    for (const account of balance.accounts) expect(account.balance).toBe("0.00");
  });

  it("keeps them from readers and from strangers", async () => {
    const first = firstOf(bodyOf(await world.api.GET("/v1/invoices")).data);
    for (const verb of ["void", "regenerate", "mark_uncollectible", "send", "refresh", "finalize"]) {
      const body = verb === "void" ? { reason: "x" } : {};
      const path = `/v1/invoices/${first.id}/${verb}`;
      expect(refusal(await world.call("post", path, world.keys.reader).send(body))).toEqual([
        ...[403, "role_forbidden"],
      ]);
      expect(refusal(await world.call("post", path, world.strangerKey).send(body))).toEqual([
        ...[404, "invoice_not_found"],
      ]);
    }
  });
});
