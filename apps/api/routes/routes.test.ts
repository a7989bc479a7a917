import supertest from "supertest";
import { z } from "zod";
import { insertJobs } from "#libs/data/jobs.ts";
import { withTenant } from "#libs/data/database.ts";
import { type ApiWorld, openApiWorld } from "#libs/testkit/api-world.ts";
import { bodyOf, type RequestBody } from "../client/create-client.ts";

const plan: RequestBody<"/v1/plans", "post"> = {
  code: "team",
  name: "Team",
  currency: "USD",
  interval: { unit: "month", count: 1 },
  prices: [
    {
      code: "base",
      name: "Base",
      kind: "recurring",
      billing: "in_advance",
      charge_model: "flat",
      flat: { amount: "49.00" },
    },
    {
      ...{ code: "calls", name: "Calls", kind: "usage", meter: "calls", billing: "in_arrears" },
      ...{ charge_model: "per_unit", per_unit: { unit_amount: "0.0025" } },
    },
  ],
};

describe("the routes", () => {
  let world: ApiWorld;
  beforeAll(async () => {
    world = await openApiWorld();
  });
  afterAll(() => world.close());

  it("take a customer from the catalogue to usage of the current period", async () => {
    const start = new Date(Date.now() - 40 * 86_400_000).toISOString();
    const at = new Date(Date.now() - 60_000).toISOString();
    bodyOf(await world.api.POST("/v1/tax_rates", { body: { code: "vat", name: "VAT", percentage: "19" } }));
    bodyOf(
      await world.api.POST("/v1/customers", {
        body: { external_id: "acme", name: "Acme", tax_rate_ids: ["vat"] },
      }),
    );
    bodyOf(
      await world.api.POST("/v1/meters", {
        body: { code: "calls", name: "Calls", aggregation: "sum", value_property: "n" },
      }),
    );
    bodyOf(await world.api.POST("/v1/plans", { body: plan }));
    const subscribed = bodyOf(
      await world.api.POST("/v1/subscriptions", {
        body: { customer: "acme", plan: "team", starts_at: start },
      }),
    );
    const events = [1, 2, 2].map((n) => ({
      id: `e${n}`,
      event_type: "calls",
      customer: "acme",
      timestamp: at,
      properties: { n },
    }));
    const sent = bodyOf(
      await world.api.POST("/v1/events", { body: { events: [...events, { id: "bad", customer: "acme" }] } }),
    );
    expect(sent).toMatchObject({ accepted: 2, duplicates: 1, unresolved: 0, conflicts: [] });
    expect(sent.rejected).toMatchObject([{ index: 3, id: "bad" }]);
    const current = bodyOf(
      await world.api.GET("/v1/subscriptions/{id}/usage", { params: { path: { id: subscribed.id } } }),
    );
    expect(current.data).toMatchObject([
      { price_code: "calls", meter_code: "calls", quantity: "3", event_count: "2" },
    ]);
    const from = new Date(Date.now() - 3_600_000).toISOString();
    const usage = bodyOf(
      await world.api.GET("/v1/usage", {
        params: { query: { customer: "acme", meter: "calls", from, window: "hour" } },
      }),
    );
    const total = usage.data.reduce(
      (sum: number, row: { quantity: string }) => sum + Number(row.quantity),
      0,
    );
    expect([total, usage.data.length]).toEqual([3, 2]);
    const listed = bodyOf(
      await world.api.GET("/v1/subscriptions", { params: { query: { customer: "acme", status: "active" } } }),
    );
    expect(listed.data).toHaveLength(1);
  });

  it("take events as NDJSON and CloudEvents", async () => {
    const lines = [1, 2].map((n) =>
      JSON.stringify({ id: `n${n}`, event_type: "calls", customer: "acme", properties: { n } }),
    );
    const ndjson = await world
      .call("post", "/v1/events")
      .set("Content-Type", "application/x-ndjson")
      .send(lines.join("\n"))
      .expect(200);
    expect(ndjson.body.accepted).toBe(2);
    const event = {
      specversion: "1.0",
      type: "calls",
      source: "/shop",
      id: "c1",
      subject: "acme",
      data: { n: 4 },
    };
    const cloud = await world
      .call("post", "/v1/events")
      .set("Content-Type", "application/cloudevents+json")
      .send(JSON.stringify(event))
      .expect(200);
    expect(cloud.body).toMatchObject({ accepted: 1, rejected: [] });
  });

  it("start a billing run and answer 202 with its job", async () => {
    const started = await world.call("post", "/v1/billing_runs").send({ month: "2026-01", dry_run: true });
    expect([started.status, started.headers["location"]]).toEqual([202, `/v1/jobs/${started.body.job_id}`]);
    const job = bodyOf(
      await world.api.GET("/v1/jobs/{id}", { params: { path: { id: started.body.job_id } } }),
    );
    expect(job).toMatchObject({
      name: "billing_run.plan",
      state: "pending",
      run_id: started.body.run_id,
    });
    const run = bodyOf(
      await world.api.GET("/v1/billing_runs/{id}", { params: { path: { id: started.body.run_id } } }),
    );
    expect(run).toMatchObject({
      month: "2026-01",
      dry_run: true,
      state: "planning",
      errors: { generate: 0, pdf: 0 },
    });
    const list = bodyOf(await world.api.GET("/v1/billing_runs", { params: { query: { month: "2026-01" } } }));
    expect(list.data.map((row: { id: string }) => row.id)).toEqual([started.body.run_id]);
    const future = await world.api.POST("/v1/billing_runs", { body: { month: "2199-01" } });
    expect([future.response.status, future.error?.code]).toEqual([422, "month_not_over"]);
    const both = await world.api.POST("/v1/billing_runs", {
      body: { month: "2026-01", as_of: "2026-01-01T00:00:00Z" },
    });
    expect(both.error?.errors).toMatchObject([{ path: "as_of" }]);
  });

  it("retry a dead job, and refuse to retry one that is not", async () => {
    const [dead = "", fine = ""] = await withTenant(
      world.test.database,
      { tenantId: world.tenantId, actor: "test" },
      (tx) =>
        insertJobs(
          tx,
          ["a", "b"].map((key) => ({
            name: "test.job",
            queue: "notification",
            key,
            payload: {},
            attemptBudget: 3,
          })),
        ),
    );
    await world.test.owner.query("update job set state = 'dead', attempts = 3 where id = $1", [dead]);
    const listed = bodyOf(await world.api.GET("/v1/jobs", { params: { query: { state: "dead" } } }));
    const id = z.object({ data: z.array(z.object({ id: z.string() })) }).parse(listed).data[0]?.id ?? "";
    const retried = bodyOf(await world.api.POST("/v1/jobs/{id}/retry", { params: { path: { id } } }));
    expect(retried).toMatchObject({ state: "pending", attempt_budget: 6 });
    const again = await world.api.POST("/v1/jobs/{id}/retry", { params: { path: { id } } });
    expect([again.response.status, again.error?.code]).toEqual([422, "job_not_retryable"]);
    await world.test.owner.query("update job set state = 'failed' where id = $1", [fine]);
    const many = bodyOf(await world.api.POST("/v1/jobs/retry", { body: { queue: "notification" } }));
    expect(many).toEqual({ retried: 1 });
  });

  it("keep settings and refuse a change to an older version", async () => {
    const before = bodyOf(await world.api.GET("/v1/settings"));
    const path = "/v1/settings";
    const changed = await world
      .call("patch", path)
      .set("If-Match", String(before.version))
      .send({ payment_terms_days: 14 });
    expect(changed.body).toMatchObject({ payment_terms_days: 14, version: before.version + 1 });
    await world
      .call("patch", path)
      .set("If-Match", String(before.version))
      .send({ payment_terms_days: 7 })
      .expect(409);
  });

  it("show the ledger balanced when nothing is posted", async () => {
    const balance = bodyOf(await world.api.GET("/v1/ledger/trial_balance"));
    expect(balance).toEqual({ accounts: [], totals: [], balanced: true });
    const entries = bodyOf(await world.api.GET("/v1/ledger/entries"));
    expect(entries.data).toEqual([]);
  });

  it("answer health, metrics, the document and its pages without a key", async () => {
    const health = await supertest(world.app).get("/health").expect(200);
    expect(health.body.components).toMatchObject({
      database: { status: "ok" },
      queue: { status: "ok" },
      storage: { status: "ok" },
    });
    expect(health.body.components.schedules.status).toBe("degraded");
    await supertest(world.app).get("/health/ready").expect(200);
    const metrics = await supertest(world.app).get("/metrics").expect(200);
    expect(metrics.text).toContain('billwright_events_ingested_total{outcome="accepted"}');
    expect(metrics.text).toMatch(
      /billwright_http_request_duration_seconds_count\{method="POST",route="\/v1\/events"/,
    );
    const document = await supertest(world.app).get("/openapi.json").expect(200);
    expect(document.body.openapi).toBe("3.1.0");
    for (const path of ["/docs", "/docs/errors"]) {
      const page = await supertest(world.app).get(path).expect(200);
      expect(page.headers["content-type"]).toContain("text/html");
    }
  });

  it("keep Stripe's door shut while Stripe is off", async () => {
    const answer = await supertest(world.app).post("/webhooks/stripe").send({ id: "evt_1" });
    expect([answer.status, answer.body.code]).toEqual([404, "route_not_found"]);
  });

  it("refuse a webhook of Stripe that nobody signed", async () => {
    const signed = await openApiWorld({ stripeWebhookSecret: "whsec_test" });
    const answer = await supertest(signed.app)
      .post("/webhooks/stripe")
      .set("Stripe-Signature", "t=1,v1=00")
      .send({ id: "evt_1", type: "payment_intent.succeeded" });
    expect([answer.status, answer.body.code]).toEqual([400, "webhook_signature_invalid"]);
    await signed.close();
  });
});
