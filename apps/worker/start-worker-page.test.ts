import { relayDueWork } from "#libs/billing/work/dispatch-work.ts";
import { createCarrier } from "#libs/jobs/carrier.ts";
import { jobCatalog } from "#libs/jobs/catalog.ts";
import { type ApiWorld, openApiWorld } from "#libs/testkit/api-world.ts";
import { startWorkerPage, type WorkerPage } from "./start-worker-page.ts";
import { startWorkers, type WorkedDelivery, type Workers } from "./start-workers.ts";
import { createWorkerMetrics } from "./worker-metrics.ts";

const queues = ["invoice-generation", "notification"] as const;
const pdfFigures = async () => ({ printed: 7, failed: 1, browserStarts: 2, browserMemoryBytes: 4_096 });

describe("what a worker says of itself", () => {
  let world: ApiWorld;
  let workers: Workers;
  let page: WorkerPage;
  let lastEndedMs = performance.now();
  const seen: WorkedDelivery[] = [];
  beforeAll(async () => {
    world = await openApiWorld();
    const metrics = createWorkerMetrics(pdfFigures);
    const observe = (delivery: WorkedDelivery) => {
      seen.push(delivery);
      metrics.observe(delivery);
    };
    workers = startWorkers(world.deps, world.queues, {
      ...{ names: queues, jobs: jobCatalog, schedules: new Map(), observe },
    });
    page = await startWorkerPage(world.deps, {
      ...{ port: 0, queues, workers, metrics, patienceMs: 60_000 },
      lastEndedMs: () => lastEndedMs,
    });
  });
  afterAll(async () => {
    await page.close();
    await workers.close();
    await world.close();
  });

  const get = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${page.port}${path}`);
    return { status: answer.status, text: await answer.text() };
  };

  it("counts its jobs by what came of them, why they failed, and its browser, by Prometheus' rules", async () => {
    await world.call("post", "/v1/billing_runs").send({ month: "2026-01", dry_run: true }).expect(202);
    await world.test.owner.query(
      `insert into job (tenant_id, id, name, queue, key, payload, attempt_budget)
       values ($1, gen_random_uuid(), 'invoice.generate', 'invoice-generation', 'broken', '{"no":"run"}', 1)`,
      [world.tenantId],
    );
    await relayDueWork(world.deps, createCarrier(world.queues, jobCatalog, 1), 10);
    const end = Date.now() + 20_000;
    while (seen.length < 2 && Date.now() < end) await get("/health/live");
    const { text } = await get("/metrics");
    expect(text).toMatch(
      /^billwright_job_duration_seconds_count\{job="billing_run\.plan",outcome="succeeded"\} 1$/m,
    );
    expect(text).toMatch(/^billwright_job_errors_total\{job="invoice\.generate",code="\w+"\} 1$/m);
    expect(text).toMatch(/^billwright_pdf_printed_documents 7$/m);
    expect(text).toMatch(/^billwright_chromium_memory_bytes 4096$/m);
    const names = [...text.matchAll(/^# TYPE (billwright_\S+) (\S+)/gm)];
    expect(names.length).toBeGreaterThan(4);
    for (const [, name = "", type] of names) expect(name.endsWith("_total")).toBe(type === "counter");
  });

  it("is ready while work moves, and not when due work stands still", async () => {
    expect((await get("/health/ready")).status).toBe(200);
    await world.test.owner.query(
      `insert into job (tenant_id, id, name, queue, key, payload, attempt_budget, run_at)
       values ($1, gen_random_uuid(), 'invoice.generate', 'invoice-generation', 'waits', '{}', 1, now() - interval '2 minutes')`,
      [world.tenantId],
    );
    // Old work, but this worker has ended something lately.
    expect((await get("/health/ready")).status).toBe(200);
    lastEndedMs = performance.now() - 120_000;
    const stuck = await get("/health/ready");
    expect(stuck.status).toBe(503);
    expect(JSON.parse(stuck.text)).toEqual({
      status: "down",
      detail: expect.stringMatching(/^work is due for 12\d s, and this process has ended none for 120 s$/),
    });
    await world.test.owner.query("update job set queue = 'payment' where key = 'waits'");
    expect((await get("/health/ready")).status).toBe(200);
    expect((await get("/health/live")).status).toBe(200);
  });

  it("is not ready when it takes no work any more", async () => {
    await workers.close();
    const stopped = await get("/health/ready");
    expect([stopped.status, JSON.parse(stopped.text).detail]).toEqual([503, "it takes no work"]);
  });
});
