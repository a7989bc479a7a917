import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { z } from "zod";
import { createTenant } from "#libs/billing/catalog/create-tenant.ts";
import { relayDueWork } from "#libs/billing/work/dispatch-work.ts";
import { withTenant } from "#libs/data/database.ts";
import { insertJobs } from "#libs/data/jobs.ts";
import { newId } from "#libs/data/new-id.ts";
import { createCarrier } from "#libs/jobs/carrier.ts";
import { type AnyJob, defineJob } from "#libs/jobs/define-job.ts";
import { queueSettings } from "#libs/jobs/queues.ts";
import { givenSettings, readConfig } from "#libs/platform/config.ts";
import { createLogger } from "#libs/platform/logger.ts";
import { openQueueBackend, type QueueBackend } from "#libs/platform/queue/queue-backend.ts";
import { buildDeps } from "../../build-deps.ts";
import { startWorkers } from "../../worker/start-workers.ts";
import type { Bench, BenchCase, OpenBench, Sample } from "../bench.ts";
import { inPlace, type Place } from "../open-place.ts";
import { createProcesses } from "../stack/processes.ts";
import { startStackRedis } from "../stack/stack-redis.ts";
import { until } from "../stack/until.ts";
import { timeWork } from "../time-work.ts";

const QUEUE = "webhook-delivery";
const { concurrency } = queueSettings[QUEUE];
const REDIS_SERVER = "redis-server";
const BATCH = 500;
const DONE_MS = 600_000;
const CLOSE_MS = 10_000;
/** Longer than any run. */
const RUN_MS = 2 ** 31;

const step = defineJob({
  ...{ name: "bench.step", queue: QUEUE, timeoutMs: 30_000 },
  payload: z.object({ n: z.string() }),
  key: ({ n }) => n,
  retry: { attempts: 1, delayMs: 100, budget: 5 },
  transaction: async () => null,
});

/** What the ledger of work costs: a row that outlives its queue, claimed, fenced and ended. */
export const runJobsBench: Bench = {
  name: "run-jobs",
  about: `jobs that do nothing, from the row to its end through Redis, ${concurrency} at a time; peers: BullMQ alone`,
  open: (terms) =>
    inPlace(
      terms,
      async (place) => {
        const redis = await openRedis(place);
        if (redis === null) return { cases: [], notRun: "there is no REDIS_URL and no redis-server" };
        try {
          return await openCases(place, redis, { tiny: 50, small: 2_000, full: 100_000 }[terms.size]);
        } catch (error) {
          await redis.close();
          throw error;
        }
      },
      10,
    ),
};

type GivenRedis = {
  readonly url: string;
  /** The work, or an error once the server has ended: what waits for it would wait for ever. */
  readonly whileUp: <T>(work: Promise<T>) => Promise<T>;
  readonly close: () => Promise<void>;
};

/** The one that the environment names, else one of our own. */
async function openRedis({ dir }: Place): Promise<GivenRedis | null> {
  const { REDIS_URL: given } = givenSettings();
  if (given !== undefined) return { url: given, whileUp: (work) => work, close: async () => undefined };
  if (spawnSync(REDIS_SERVER, ["--version"]).status !== 0) return null;
  const processes = createProcesses(dir);
  const { url, client } = await startStackRedis(processes, dir);
  const hasEnded = () => (processes.running("redis").length === 0 ? true : null);
  const ended = until(hasEnded, RUN_MS).then((): never => {
    throw new Error("redis-server ended while it was needed");
  });
  ended.catch(() => undefined); // also when nobody waits
  return {
    url,
    whileUp: (work) => Promise.race([work, ended]),
    close: async () => {
      client.disconnect();
      await processes.endAll(5_000);
    },
  };
}

async function openCases(place: Place, redis: GivenRedis, count: number): Promise<OpenBench> {
  const env = { DATABASE_URL: place.url, BILLWRIGHT_DATA_DIR: join(place.dir, "data") };
  const logger = createLogger({ level: "warn", format: "json", process: "bench" });
  const { deps, close: closeDeps } = await buildDeps(readConfig(env), logger, { causes: () => [] });
  const open = () =>
    openQueueBackend({ redisUrl: redis.url, databaseUrl: place.url, prefix: `bench-${newId()}` });
  const [queues, peerQueues] = [open(), open()];
  const jobs = new Map<string, AnyJob>([[step.name, step]]);
  const workers = startWorkers(deps, queues, { names: [QUEUE], jobs, schedules: new Map() });
  const { tenantId } = await createTenant(place.database, { name: "Bench", mode: "test", actor: "bench" });
  await place.owner.query("update job set run_at = 'infinity' where state = 'pending'"); // of other benches
  await place.owner.query("create table if not exists bench_effect (key text primary key)");
  const carrier = createCarrier(queues, jobs, 1);
  const ours = () =>
    redis.whileUp(runOurs(place, { tenantId, count, relay: () => relayDueWork(deps, carrier, BATCH) }));
  const bare = startPeer(peerQueues, "bare", async () => undefined);
  const inserting = startPeer(peerQueues, "inserting", (key) =>
    place.owner.query({
      ...{ name: "effect", text: "insert into bench_effect values ($1) on conflict do nothing" },
      values: [key],
    }),
  );
  return {
    cases: [
      caseOf(
        `${count} jobs beside BullMQ alone, which keeps nothing`,
        ours,
        () => redis.whileUp(bare(count)),
        0.5,
      ),
      caseOf(`${count} jobs beside BullMQ and an INSERT a job`, ours, () => redis.whileUp(inserting(count))),
    ],
    close: async () => {
      await workers.close();
      // A queue without its Redis would wait for it.
      const closing = Promise.all([queues.close(), peerQueues.close()]);
      await Promise.race([closing, new Promise((resolve) => setTimeout(resolve, CLOSE_MS).unref())]);
      await closeDeps();
      await redis.close();
    },
  };
}

function caseOf(
  name: string,
  ours: () => Promise<Sample>,
  peer: () => Promise<Sample>,
  ratioTarget?: number,
): BenchCase {
  return {
    ...{ name, unit: "jobs/s", better: "higher", ...(ratioTarget === undefined ? {} : { ratioTarget }) },
    ours: { name: "ledger of work", sample: ours },
    peer: { name: "BullMQ", sample: peer },
    verify: async () => {
      await ours();
      await peer();
    },
  };
}

/** Writes the rows, relays them, and waits until each has ended well, once. */
async function runOurs(
  place: Place,
  given: {
    readonly tenantId: string;
    readonly count: number;
    readonly relay: () => Promise<number>;
  },
): Promise<Sample> {
  const { tenantId, count, relay } = given;
  const run = newId();
  const seeds = Array.from({ length: count }, (_, n) => step.seed({ n: `${run}/${n}` }));
  const isDone = async () => {
    const { rows } = await place.owner.query<{ n: string; ended: string }>(
      `select count(*) as n, count(*) filter (where state = 'succeeded' and attempts = 1) as ended from job
       where tenant_id = $1 and key like 'bench.step/' || $2 || '/%'`,
      [tenantId, run],
    );
    return rows[0]?.ended === String(count) ? true : null;
  };
  return timeWork(count, async () => {
    for (let from = 0; from < count; from += BATCH) {
      const batch = seeds.slice(from, from + BATCH);
      await withTenant(place.database, { tenantId, actor: "bench" }, (tx) => insertJobs(tx, batch));
    }
    while ((await relay()) > 0);
    if ((await until(isDone, DONE_MS, 50)) === null) throw new Error(`not all of ${count} jobs ended well`);
  });
}

/** A worker that stays, and a way to give it so many jobs and wait for all of them. */
function startPeer(
  queues: QueueBackend,
  name: string,
  work: (key: string) => Promise<unknown>,
): (count: number) => Promise<Sample> {
  let ended = 0;
  const processor = async (job: { readonly data: { readonly jobId?: string } }) => {
    await work(job.data.jobId ?? "");
    ended += 1;
  };
  const onError = () => undefined;
  queues.work(name, processor, { concurrency, lockDuration: 30_000, stalledInterval: 30_000, onError });
  return (count) => {
    const jobs = Array.from({ length: count }, () => ({ name: "step", data: { jobId: newId() } }));
    const wanted = ended + count;
    return timeWork(count, async () => {
      for (let from = 0; from < count; from += BATCH)
        await queues.queue(name).addBulk(jobs.slice(from, from + BATCH));
      const isDone = () => (ended === wanted ? true : null);
      if ((await until(isDone, DONE_MS, 5)) === null) throw new Error(`not all of ${count} jobs ended`);
    });
  };
}
