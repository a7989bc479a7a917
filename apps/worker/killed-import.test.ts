import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { jobCatalog } from "#libs/jobs/catalog.ts";
import { childEnvironment } from "#libs/platform/config.ts";
import { failpointFile } from "#libs/platform/failpoint.ts";
import { createFolderStore } from "#libs/platform/storage/folder-store.ts";
import { type ApiWorld, openApiWorld } from "#libs/testkit/api-world.ts";
import { testRedisUrl } from "#libs/testkit/test-queues.ts";
import { type Scheduler, startScheduler } from "../scheduler/start-scheduler.ts";

const leaseMs = 1_500;
const dir = mkdtempSync(join(tmpdir(), "billwright-killed-import-"));
const failpointDir = join(dir, "failpoints");
const children: ChildProcess[] = [];
let world: ApiWorld;
let scheduler: Scheduler;

beforeAll(async () => {
  mkdirSync(failpointDir);
  world = await openApiWorld({}, { leaseMs, store: createFolderStore({ dir: join(dir, "objects") }) });
  await world.call("post", "/v1/customers").send({ external_id: "acme", name: "Acme" }).expect(201);
  const meter = { code: "calls", name: "Calls", aggregation: "sum", event_type: "api_call" };
  await world.call("post", "/v1/meters").send(meter).expect(201);
  const options = { jobs: jobCatalog, schedules: new Map(), retryScale: 0.05, sweeps: [] };
  scheduler = startScheduler(world.deps, world.queues, options);
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await scheduler.close();
  await world.close();
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
});

/** A worker as it is started in production, in a process of its own. */
async function startWorker(): Promise<void> {
  const redisUrl = await testRedisUrl();
  const child = spawn(process.execPath, ["--import", "tsx", "--conditions=source", "apps/worker/main.ts"], {
    env: childEnvironment({
      ...{ DATABASE_URL: world.test.url, BILLWRIGHT_DATA_DIR: dir, FAILPOINT_DIR: failpointDir },
      ...{ WORKER_QUEUES: "usage-aggregation", JOB_LEASE_MS: String(leaseMs), LOG_LEVEL: "error" },
      ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
    }),
    stdio: ["ignore", "inherit", "inherit"],
  });
  children.push(child);
}

async function until<T>(look: () => Promise<T | null>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Waits for the process that stands at the point, and ends it as the kernel would. */
async function killAt(point: string): Promise<void> {
  const prefix = `${failpointFile("", point)}.`;
  const pid = await until(async () => {
    const hit = readdirSync(failpointDir).find((name) => name.startsWith(prefix));
    return hit === undefined ? null : Number(hit.slice(prefix.length, -".hit".length));
  });
  const child = children.find((each) => each.pid === pid);
  if (child === undefined) throw new Error(`process ${pid} is none of ours`);
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  expect(await ended).toEqual([null, "SIGKILL"]);
}

const shown = async (id: string) => (await world.call("get", `/v1/events/imports/${id}`).expect(200)).body;
const rows = 21_000;
/** One row of a thousand is sent twice. */
const file = () => {
  const line = (n: number): string =>
    n % 1_000 === 7
      ? line(n - 1)
      : `r${n},acme,2026-03-${String(1 + (n % 28)).padStart(2, "0")}T10:00:00Z,api_call,1.5\n`;
  return gzipSync(
    `id,customer,timestamp,event_type,value\n${Array.from({ length: rows }, (_, n) => line(n)).join("")}`,
  );
};

it("goes on with an import whose worker was killed with SIGKILL, wherever it stood, and counts nothing twice", async () => {
  for (const point of ["usage.import:before-commit", "usage.import:committed"])
    writeFileSync(failpointFile(failpointDir, point), "");
  for (let worker = 0; worker < 3; worker++) await startWorker();
  const { body: asked } = await world
    .call("post", "/v1/events/import", world.keys.ingest)
    .query({ format: "csv" })
    .set("Content-Type", "application/gzip")
    .serialize((sent) => sent as string)
    .send(file() as unknown as string)
    .expect(202);
  await killAt("usage.import:before-commit");
  expect(await shown(asked.import_id)).toMatchObject({ state: "pending", rows_read: 0, accepted: 0 });
  await killAt("usage.import:committed");
  expect(await shown(asked.import_id)).toMatchObject({ state: "running", rows_read: 20_000 });
  const parts = () =>
    readdirSync(join(dir, "objects", world.tenantId, "imports"), { recursive: true }).filter((name) =>
      /\/\d{4}$/.test(String(name)),
    );
  expect(parts()).toHaveLength(1);
  const job = await until(async () => {
    const { body } = await world.call("get", `/v1/jobs/${asked.job_id}`).expect(200);
    return body.state === "succeeded" ? body : null;
  });
  expect(job.attempts).toBeGreaterThanOrEqual(3);
  const repeats = rows / 1_000;
  expect(await shown(asked.import_id)).toMatchObject({
    ...{ state: "completed", rows_read: rows, accepted: rows - repeats, duplicates: repeats, rejected: 0 },
  });
  const { rows: sums } = await world.test.owner.query(
    `select (select count(*) from usage_event)::int as events, (select sum(n) from usage_hour)::int as counted,
       (select sum(sum) from usage_hour)::float8 as sum, (select part_count from event_import) as parts`,
  );
  const events = rows - repeats;
  expect(sums).toEqual([{ events, counted: events, sum: events * 1.5, parts: 0 }]);
  expect(parts()).toEqual([]);
}, 120_000);
