import { openDatabase } from "#libs/data/database.ts";
import { relayDueWork } from "#libs/billing/work/dispatch-work.ts";
import type { Deps } from "#libs/billing/deps.ts";
import { createCarrier } from "#libs/jobs/carrier.ts";
import { causes, jobCatalog } from "#libs/jobs/catalog.ts";
import { type ApiWorld, openApiWorld } from "#libs/testkit/api-world.ts";
import { startWorkers } from "./start-workers.ts";

describe("a process that is stopped while it makes a report of many events", () => {
  let world: ApiWorld;
  beforeAll(async () => {
    world = await openApiWorld();
  });
  afterAll(() => world.close());

  const until = async (look: () => Promise<boolean>) => {
    while (!(await look())) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  const waitsForEvents = async () => {
    const { rows } = await world.test.owner.query(
      "select from pg_locks where relation = 'usage_event'::regclass and not granted",
    );
    return rows.length > 0;
  };
  const startWorker = () => {
    const database = openDatabase({ url: world.test.url, poolSize: 4, causes });
    const deps: Deps = { ...world.deps, database };
    const workers = startWorkers(deps, world.queues, {
      ...{ names: ["notification"], jobs: jobCatalog, schedules: new Map() },
    });
    return {
      relay: () => relayDueWork(deps, createCarrier(world.queues, jobCatalog, 1), 10),
      stop: async () => {
        await workers.close();
        await database.close();
      },
    };
  };
  const shown = async (path: string) => (await world.call("get", path).expect(200)).body;

  it("stops at once, and the next process makes the report as if nothing had been", async () => {
    const busy = await world.test.owner.connect();
    await busy.query("begin; lock table usage_event in access exclusive mode");
    const { body: asked } = await world
      .call("post", "/v1/reconciliations")
      .send({ checks: ["usage"] })
      .expect(202);
    const report = `/v1/reconciliations/${asked.reconciliation_id}`;
    const first = startWorker();
    await first.relay();
    await until(waitsForEvents);
    const startedMs = performance.now();
    await first.stop();
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    expect(await waitsForEvents()).toBe(false);
    expect(await shown(report)).toMatchObject({ state: "pending", looked: [] });
    expect(await shown(`/v1/jobs/${asked.job_id}`)).toMatchObject({ state: "pending", attempts: 0 });
    await busy.query("rollback");
    busy.release();
    const second = startWorker();
    await second.relay();
    await until(async () => (await shown(report)).state === "completed");
    expect(await shown(report)).toMatchObject({ looked: [{ check: "usage", outcome: "done" }] });
    await second.stop();
    expect(await shown(`/v1/jobs/${asked.job_id}`)).toMatchObject({ state: "succeeded", attempts: 1 });
  });
});
