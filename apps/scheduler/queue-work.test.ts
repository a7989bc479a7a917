import { createHash } from "node:crypto";
import { Temporal } from "temporal-polyfill";
import type { Deps } from "#libs/billing/deps.ts";
import { noteSchedules } from "#libs/billing/run/note-schedules.ts";
import { sweepDueBoundaries } from "#libs/billing/run/sweep-due-boundaries.ts";
import { relayDueWork } from "#libs/billing/work/dispatch-work.ts";
import { createCarrier } from "#libs/jobs/carrier.ts";
import { causes, jobCatalog } from "#libs/jobs/catalog.ts";
import { queueNames } from "#libs/platform/queue/queue-names.ts";
import { schedulesOf } from "#libs/jobs/schedules.ts";
import { type ApiWorld, openApiWorld } from "#libs/testkit/api-world.ts";
import {
  flatPrice,
  makePlan,
  makeSubscription,
  makeTenant,
  type TestTenant,
} from "#libs/testkit/factories.ts";
import { openDatabase } from "#libs/data/database.ts";
import { insertJobs } from "#libs/data/jobs.ts";
import { startWorkers } from "../worker/start-workers.ts";
import { startScheduler } from "./start-scheduler.ts";

const schedules = schedulesOf({ runSchedule: "0 0 6 * * *", processMonth: undefined, dryRun: false });

describe("work through the queues", () => {
  let world: ApiWorld;
  let deps: Deps;
  let closeDatabase: () => Promise<void>;
  let tenant: TestTenant;

  beforeAll(async () => {
    world = await openApiWorld();
    const database = openDatabase({ url: world.test.url, poolSize: 8, causes, tellsOfJobs: true });
    closeDatabase = () => database.close();
    const bytes = new TextEncoder().encode("%PDF-1.4 a page");
    deps = {
      ...world.deps,
      database,
      leaseMs: 1_500,
      pdf: {
        render: async () => ({ bytes, sha256: sha256Of(bytes), pageCount: 1 }),
        close: async () => undefined,
      },
    };
    const clockNow = Temporal.Instant.from("2026-02-01T00:00:00Z");
    tenant = await makeTenant({ ...world.test, database }, { clockNow });
    const plan = await makePlan(tenant, { prices: [flatPrice()] });
    const startsAt = Temporal.Instant.from("2026-01-01T00:00:00Z");
    await makeSubscription(tenant, { plan: { id: plan.id }, startsAt });
  });
  afterAll(async () => {
    await closeDatabase();
    await world.close();
  });

  it("starts one run however many schedulers find the same boundary due", async () => {
    await Promise.all(Array.from({ length: 5 }, () => sweepDueBoundaries(deps)));
    expect(await count("billing_run")).toBe(1);
  });

  it("bills, though the queue forgot what it was given, and registers its schedules anew", async () => {
    const carrier = createCarrier(world.queues, jobCatalog, 0.05);
    await eventually(
      async () => (await relayDueWork(deps, carrier)) >= 0 && (await count("job", "state = 'queued'")) > 0,
    );
    for (const name of queueNames) await world.queues.queue(name).obliterate({ force: true });
    const workers = startWorkers(deps, world.queues, { names: queueNames, jobs: jobCatalog, schedules });
    const options = { jobs: jobCatalog, schedules, retryScale: 0.05, sweeps: [] };
    const schedulers = [
      startScheduler(deps, world.queues, options),
      startScheduler(deps, world.queues, options),
    ];
    try {
      await eventually(async () => (await count("billing_run", "state = 'completed'")) === 1);
      expect(await count("invoice", "invoice_status = 'finalized'")).toBe(1);
      expect(await count("artifact", "stored_at is not null")).toBe(1);
      expect(await count("job", "state <> 'succeeded' and queue <> 'notification'")).toBe(0);
      const registered = await Promise.all(
        queueNames.map(async (name) =>
          (await world.queues.queue(name).getJobSchedulers()).map((scheduler) => scheduler.key),
        ),
      );
      expect(registered.flat().sort()).toEqual([...schedules.keys()].sort());
    } finally {
      await Promise.all(schedulers.map((scheduler) => scheduler.close()));
      await workers.close();
    }
  });

  it("keeps a tick that waits for a worker when the schedules are told again", async () => {
    const queue = world.queues.queue("invoice-generation");
    await queue.obliterate({ force: true });
    const base = { timezone: "UTC", queue: "invoice-generation", tick: async () => null } as const;
    const told = new Map([
      ["test.second", { ...base, name: "test.second", cron: "* * * * * *" }],
      ["test.told", { ...base, name: "test.told", cron: "0 0 0 1 1 *" }],
    ]);
    const tell = async () => {
      await queue.removeJobScheduler("test.told");
      const options = { jobs: jobCatalog, schedules: told, retryScale: 0.05, sweeps: [] };
      const scheduler = startScheduler(deps, world.queues, options);
      await eventually(async () => (await queue.getJobScheduler("test.told")) !== undefined);
      await scheduler.close();
      return (await queue.getJobScheduler("test.second"))?.next ?? 0;
    };
    const due = await tell();
    await eventually(async () => Date.now() > due + 1_000);
    expect(await tell()).toBe(due);
  });

  it("hands each job over when its commit is told of, however long it is until the next look", async () => {
    const options = { jobs: jobCatalog, schedules: new Map(), retryScale: 0.05, sweeps: [] };
    const scheduler = startScheduler(deps, world.queues, { ...options, relayEveryMs: 3_600_000 });
    const base = { name: "test.told", queue: "notification", payload: {}, attemptBudget: 1 };
    try {
      // The scheduler looks when it starts, and when it begins to listen: what comes after those is only told of.
      for (const key of ["told/1", "told/2", "told/3", "told/4"]) {
        await tenant.inTenant((tx) => insertJobs(tx, [{ ...base, key }]));
        await eventually(async () => (await count("job", `key = '${key}' and state = 'queued'`)) === 1);
      }
    } finally {
      await scheduler.close();
    }
  });

  it("runs a tick that no worker has run, once", async () => {
    const options = { jobs: jobCatalog, schedules, retryScale: 0.05, sweeps: [] };
    await noteSchedules(deps, [...schedules.values()]);
    await world.test.owner.query(
      "update schedule set next_run_at = '2026-03-01T06:00:00Z' where name = 'billing.legacy'",
    );
    const last = startScheduler(deps, world.queues, options);
    const workers = startWorkers(deps, world.queues, { names: queueNames, jobs: jobCatalog, schedules });
    try {
      await eventually(async () => (await count("billing_run", "kind = 'legacy'")) === 1);
      expect(await count("billing_run", "key like 'legacy/%/2026-03-01T06:00:00Z'")).toBe(1);
      await eventually(async () => {
        const { rows } = await world.test.owner.query(
          "select from schedule where name = 'billing.legacy' and next_run_at > now() and last_run_at = '2026-03-01T06:00:00Z'",
        );
        return rows.length === 1;
      });
    } finally {
      await last.close();
      await workers.close();
    }
  });

  async function count(table: string, where = "true"): Promise<number> {
    const { rows } = await world.test.owner.query<{ n: string }>(
      `select count(*) as n from ${table} where tenant_id = $1 and ${where}`,
      [tenant.tenantId],
    );
    return Number(rows[0]?.n);
  }
});

/** Asks again until a fact holds; the test's own time-out bounds it. */
async function eventually(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
}

function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
