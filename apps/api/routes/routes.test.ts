import supertest from "supertest";
import { z } from "zod";
import { insertJobs } from "#libs/data/jobs.ts";
import { withTenant } from "#libs/data/database.ts";
import { type ApiWorld, openApiWorld } from "#libs/testkit/api-world.ts";

const plan = {
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
    await world
      .call("post", "/v1/tax_rates")
      .send({ code: "vat", name: "VAT", percentage: "19" })
      .expect(201);
    await world
      .call("post", "/v1/customers")
      .send({ external_id: "acme", name: "Acme", tax_rate_ids: ["vat"] })
      .expect(201);
    await world
      .call("post", "/v1/meters")
      .send({ code: "calls", name: "Calls", aggregation: "sum", value_property: "n" })
      .expect(201);
    await world.call("post", "/v1/plans").send(plan).expect(201);
    const subscribed = await world
      .call("post", "/v1/subscriptions")
      .send({ customer: "acme", plan: "team", starts_at: start })
      .expect(201);
    const events = [1, 2, 2].map((n) => ({
      id: `e${n}`,
      event_type: "calls",
      customer: "acme",
      timestamp: at,
      properties: { n },
    }));
    const sent = await world
      .call("post", "/v1/events")
      .send({ events: [...events, { id: "bad" }] })
      .expect(200);
    expect(sent.body).toMatchObject({ accepted: 2, duplicates: 1, unresolved: 0, conflicts: [] });
    expect(sent.body.rejected).toMatchObject([{ index: 3, id: "bad" }]);
    const current = await world.call("get", `/v1/subscriptions/${subscribed.body.id}/usage`).expect(200);
    expect(current.body.data).toMatchObject([
      { price_code: "calls", meter_code: "calls", quantity: "3", event_count: "2" },
    ]);
    const from = new Date(Date.now() - 3_600_000).toISOString();
    const usage = await world
      .call("get", `/v1/usage?customer=acme&meter=calls&from=${from}&window=hour`)
      .expect(200);
    const total = usage.body.data.reduce(
      (sum: number, row: { quantity: string }) => sum + Number(row.quantity),
      0,
    );
    expect([total, usage.body.data.length]).toEqual([3, 2]);
    const listed = await world.call("get", "/v1/subscriptions?customer=acme&status=active").expect(200);
    expect(listed.body.data).toHaveLength(1);
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
    const job = await world.call("get", `/v1/jobs/${started.body.job_id}`).expect(200);
    expect(job.body).toMatchObject({
      name: "billing_run.plan",
      state: "pending",
      run_id: started.body.run_id,
    });
    const run = await world.call("get", `/v1/billing_runs/${started.body.run_id}`).expect(200);
    expect(run.body).toMatchObject({
      month: "2026-01",
      dry_run: true,
      state: "planning",
      errors: { generate: 0, pdf: 0 },
    });
    const list = await world.call("get", "/v1/billing_runs?month=2026-01").expect(200);
    expect(list.body.data.map((row: { id: string }) => row.id)).toEqual([started.body.run_id]);
    const future = await world.call("post", "/v1/billing_runs").send({ month: "2199-01" });
    expect([future.status, future.body.code]).toEqual([422, "month_not_over"]);
    const both = await world
      .call("post", "/v1/billing_runs")
      .send({ month: "2026-01", as_of: "2026-01-01T00:00:00Z" });
    expect(both.body.errors).toMatchObject([{ path: "as_of" }]);
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
    const listed = await world.call("get", "/v1/jobs?state=dead").expect(200);
    const id = z.object({ data: z.array(z.object({ id: z.string() })) }).parse(listed.body).data[0]?.id ?? "";
    const retried = await world.call("post", `/v1/jobs/${id}/retry`).expect(202);
    expect(retried.body).toMatchObject({ state: "pending", attempt_budget: 6 });
    const again = await world.call("post", `/v1/jobs/${id}/retry`);
    expect([again.status, again.body.code]).toEqual([422, "job_not_retryable"]);
    await world.test.owner.query("update job set state = 'failed' where id = $1", [fine]);
    const many = await world.call("post", "/v1/jobs/retry").send({ queue: "notification" }).expect(202);
    expect(many.body).toEqual({ retried: 1 });
  });

  it("keep settings and refuse a change to an older version", async () => {
    const before = await world.call("get", "/v1/settings").expect(200);
    const path = "/v1/settings";
    const changed = await world
      .call("patch", path)
      .set("If-Match", String(before.body.version))
      .send({ payment_terms_days: 14 });
    expect(changed.body).toMatchObject({ payment_terms_days: 14, version: before.body.version + 1 });
    await world
      .call("patch", path)
      .set("If-Match", String(before.body.version))
      .send({ payment_terms_days: 7 })
      .expect(409);
  });

  it("show the ledger balanced when nothing is posted", async () => {
    const balance = await world.call("get", "/v1/ledger/trial_balance").expect(200);
    expect(balance.body).toEqual({ accounts: [], totals: [], balanced: true });
    const entries = await world.call("get", "/v1/ledger/entries").expect(200);
    expect(entries.body.data).toEqual([]);
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
