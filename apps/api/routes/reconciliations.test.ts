import { parsePublicId } from "#libs/core/public-id.ts";
import { jobCatalog } from "#libs/jobs/catalog.ts";
import { runJob } from "#libs/jobs/run-job.ts";
import { type ApiWorld, openApiWorld } from "#libs/testkit/api-world.ts";
import { bodyOf } from "../client/create-client.ts";

describe("/v1/reconciliations", () => {
  let world: ApiWorld;
  beforeAll(async () => {
    world = await openApiWorld();
  });
  afterAll(() => world.close());

  const shown = async (id: string) =>
    bodyOf(
      await world.apiOf(world.keys.reader).GET("/v1/reconciliations/{id}", { params: { path: { id } } }),
    );
  const reconciled = async (body: object) => {
    const { body: asked } = await world.call("post", "/v1/reconciliations").send(body).expect(202);
    const jobId = parsePublicId("job", asked.job_id) ?? "";
    expect(await runJob(world.deps, jobCatalog, jobId)).toMatchObject({ outcome: "succeeded" });
    return shown(asked.reconciliation_id);
  };

  it("answers with a job before anything is compared, and audits who asked", async () => {
    const answer = await world
      .call("post", "/v1/reconciliations")
      .send({ checks: ["periods"] })
      .expect(202);
    expect(answer.headers["location"]).toBe(`/v1/jobs/${answer.body.job_id}`);
    expect(await shown(answer.body.reconciliation_id)).toMatchObject({
      ...{ state: "pending", checks: ["periods"], looked: [], findings: [], job_id: answer.body.job_id },
    });
    const log = bodyOf(await world.api.GET("/v1/audit_log", { params: { query: { limit: 1 } } }));
    expect(log.data).toMatchObject([{ action: "reconciliation.start" }]);
  });

  it("finds nothing where nothing is wrong, and says what is switched off", async () => {
    expect(await reconciled({})).toMatchObject({
      ...{ state: "completed", findings: [], counts: { critical: 0, error: 0, warning: 0 } },
      checks: ["ledger", "periods", "usage", "effects", "storage", "stripe"],
      looked: [
        { check: "ledger", outcome: "done", objects: 8 },
        { check: "periods", outcome: "done", objects: 4 },
        { check: "usage", outcome: "done", objects: 5 },
        { check: "effects", outcome: "done", objects: 7 },
        { check: "storage", outcome: "done", objects: 0 },
        { check: "stripe", outcome: "off", objects: 0 },
      ],
    });
  });

  it("reports a breach with its severity and what puts it right, and keeps the report", async () => {
    await world.test.owner.query(
      "insert into document_counter (tenant_id, series, last_number, last_issued_at) values ($1, 'INV-202601', 3, now())",
      [world.tenantId],
    );
    const report = await reconciled({ checks: ["ledger", "ledger"], since: "2026-01-01T00:00:00Z" });
    expect(report).toMatchObject({
      checks: ["ledger"],
      since: "2026-01-01T00:00:00Z",
      counts: { critical: 1 },
    });
    expect(report.findings).toEqual([
      {
        ...{ check: "ledger", code: "I11", severity: "critical", subject: { type: "series", id: null } },
        detail: "series INV-202601: 3 numbers were given, 0 are held",
        repair: expect.stringContaining("unpark"),
      },
    ]);
    await world.test.owner.query("delete from document_counter");
    const job = parsePublicId("job", report.job_id ?? "") ?? "";
    expect(await runJob(world.deps, jobCatalog, job)).toMatchObject({ outcome: "not_claimed" });
    expect(await shown(report.id)).toEqual(report);
    const listed = bodyOf(await world.api.GET("/v1/reconciliations", { params: { query: { limit: 1 } } }));
    const { findings: _, ...summary } = report;
    expect(listed.data).toEqual([summary]);
  });

  it("is incomplete, not completed, when a check could not be made, and says which and why", async () => {
    const store = {
      ...world.deps.store,
      list: () => Promise.reject(new Error("the store is away")),
    };
    const { body: asked } = await world
      .call("post", "/v1/reconciliations")
      .send({ checks: ["periods", "storage"] })
      .expect(202);
    const jobId = parsePublicId("job", asked.job_id) ?? "";
    await runJob({ ...world.deps, store }, jobCatalog, jobId);
    expect(await shown(asked.reconciliation_id)).toMatchObject({
      state: "incomplete",
      looked: [
        { check: "periods", outcome: "done" },
        { check: "storage", outcome: "failed", reason: "the store is away" },
      ],
    });
  });

  it.each([
    ["an unknown check", { checks: ["moon"] }],
    ["no check", { checks: [] }],
    ["a time without offset", { since: "2026-01-01T00:00:00" }],
  ])("refuses %s", async (_what, body) => {
    const answer = await world.call("post", "/v1/reconciliations").send(body);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(answer.body.errors).toHaveLength(1);
  });

  it("hides a report from strangers", async () => {
    const { body: asked } = await world.call("post", "/v1/reconciliations").send({}).expect(202);
    const path = `/v1/reconciliations/${asked.reconciliation_id}`;
    const answer = await world.call("get", path, world.strangerKey);
    expect([answer.status, answer.body.code]).toEqual([404, "reconciliation_not_found"]);
    expect(bodyOf(await world.apiOf(world.strangerKey).GET("/v1/reconciliations")).data).toEqual([]);
  });
});
