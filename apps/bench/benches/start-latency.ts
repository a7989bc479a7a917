import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { z } from "zod";
import { createTenant } from "#libs/billing/catalog/create-tenant.ts";
import type { Deps } from "#libs/billing/deps.ts";
import { withTenant } from "#libs/data/database.ts";
import { insertJobs } from "#libs/data/jobs.ts";
import { newId } from "#libs/data/new-id.ts";
import { type AnyJob, defineJob } from "#libs/jobs/define-job.ts";
import { readConfig } from "#libs/platform/config.ts";
import { createLogger } from "#libs/platform/logger.ts";
import { openQueueBackend, type QueueBackend } from "#libs/platform/queue/queue-backend.ts";
import { buildDeps } from "../../build-deps.ts";
import { startScheduler } from "../../scheduler/start-scheduler.ts";
import { startWorkers } from "../../worker/start-workers.ts";
import type { Bench, BenchCase, OpenBench, Sample } from "../bench.ts";
import { percentileOf } from "../http/send-at-rate.ts";
import { inPlace, type Place } from "../open-place.ts";
import { noRedis, openRedis } from "../open-redis.ts";

const QUEUE = "webhook-delivery";
/** Idle between two jobs, so that they come at any time between two looks of the relay. */
const REST_MS = { least: 20, most: 220 };

/** How long a job that was committed while nothing else was done waits until it runs. */
export const startLatency: Bench = {
  name: "start-latency",
  about:
    "from the commit of a job to its start, through Redis, while nothing else is done; peer: NOTIFY in the transaction",
  open: (terms) =>
    inPlace(terms, async (place) => {
      const redis = await openRedis(place);
      if (redis === null) return { cases: [], notRun: noRedis };
      const count = { tiny: 5, small: 40, full: 500 }[terms.size];
      return openCase(place, redis, count).catch(async (error: unknown) => {
        await redis.close();
        throw error;
      });
    }),
};

type Side = {
  /** Commits one job after the other; how long that share of them waited at most, in milliseconds. */
  readonly sample: (share: number) => Promise<Sample>;
  readonly close: () => Promise<void>;
};

async function openCase(
  place: Place,
  redis: { readonly url: string; readonly close: () => Promise<void> },
  count: number,
): Promise<OpenBench> {
  const env = { DATABASE_URL: place.url, BILLWRIGHT_DATA_DIR: join(place.dir, "data") };
  const logger = createLogger({ level: "warn", format: "json", process: "bench" });
  const { deps, close: closeDeps } = await buildDeps(readConfig(env), logger, { causes: () => [] });
  const open = () =>
    openQueueBackend({ redisUrl: redis.url, databaseUrl: place.url, prefix: `bench-${newId()}` });
  const [queues, peerQueues] = [open(), open()];
  await place.owner.query("update job set run_at = 'infinity' where state = 'pending'"); // of other benches
  const [ours, peer] = [await openOurs(deps, queues, count), await openPeer(place, peerQueues, count)];
  const caseOf = (name: string, share: number, target?: number): BenchCase => ({
    ...{ name: `${name} of ${count} jobs, one at a time`, unit: "ms", better: "lower" },
    ...(target === undefined ? {} : { target }),
    ours: { name: "relay and ledger of work", sample: () => ours.sample(share) },
    peer: { name: "LISTEN/NOTIFY and BullMQ", sample: () => peer.sample(share) },
    verify: async () => {
      await ours.sample(share);
      await peer.sample(share);
    },
  });
  return {
    cases: [caseOf("p50", 0.5, 60), caseOf("p99", 0.99)],
    close: async () => {
      await Promise.all([ours.close(), peer.close()]);
      await Promise.all([queues.close(), peerQueues.close()]);
      await closeDeps();
      await redis.close();
    },
  };
}

/** What says when each job started. */
function startsOf(count: number, commit: (key: string) => Promise<unknown>) {
  const starts = new Map<string, (atMs: number) => void>();
  return {
    started: (key: string) => starts.get(key)?.(performance.now()),
    sample: async (share: number): Promise<Sample> => {
      const waits: number[] = [];
      for (let n = 0; n < count; n++) {
        await setTimeout(REST_MS.least + Math.random() * (REST_MS.most - REST_MS.least));
        const key = newId();
        const started = new Promise<number>((resolve) => starts.set(key, resolve));
        await commit(key);
        const committedMs = performance.now();
        waits.push((await started) - committedMs);
        starts.delete(key);
      }
      waits.sort((a, b) => a - b);
      const latencyMs = { p50: percentileOf(waits, 0.5), p99: percentileOf(waits, 0.99) };
      return { value: percentileOf(waits, share), latencyMs };
    },
  };
}

async function openOurs(deps: Deps, queues: QueueBackend, count: number): Promise<Side> {
  const { tenantId } = await createTenant(deps.database, { name: "Bench", mode: "test", actor: "bench" });
  const { started, sample } = startsOf(count, (key) =>
    withTenant(deps.database, { tenantId, actor: "bench" }, (tx) => insertJobs(tx, [start.seed({ key })])),
  );
  const start = defineJob({
    ...{ name: "bench.start", queue: QUEUE, timeoutMs: 30_000 },
    payload: z.object({ key: z.string() }),
    key: ({ key }) => key,
    retry: { attempts: 1, delayMs: 100, budget: 5 },
    external: async (_, { key }) => started(key),
  });
  const jobs = new Map<string, AnyJob>([[start.name, start]]);
  const workers = startWorkers(deps, queues, { names: [QUEUE], jobs, schedules: new Map() });
  const scheduler = startScheduler(deps, queues, { jobs, schedules: new Map(), retryScale: 1, sweeps: [] });
  const close = async () => {
    await scheduler.close();
    await workers.close();
  };
  return { sample, close };
}

/** An outbox whose writers NOTIFY in their transaction, and whose relay is woken by that alone. */
async function openPeer(place: Place, queues: QueueBackend, count: number): Promise<Side> {
  await place.owner.query(
    "drop table if exists bench_start; create table bench_start (key text primary key)",
  );
  const { started, sample } = startsOf(count, async (key) => {
    const client = await place.owner.connect();
    try {
      await client.query("begin");
      await client.query("insert into bench_start values ($1)", [key]);
      await client.query("notify bench_start");
      await client.query("commit");
    } finally {
      client.release();
    }
  });
  const settings = {
    concurrency: 48,
    lockDuration: 30_000,
    stalledInterval: 30_000,
    onError: () => undefined,
  };
  queues.work("peer", async ({ data }) => started(data.jobId ?? ""), settings);
  const listener = await place.owner.connect();
  await listener.query("listen bench_start");
  const relay = async () => {
    const { rows } = await place.owner.query<{ key: string }>(
      "delete from bench_start where key in (select key from bench_start order by key limit 500 for update skip locked) returning key",
    );
    await queues.queue("peer").addBulk(rows.map(({ key }) => ({ name: "step", data: { jobId: key } })));
  };
  listener.on("notification", () => void relay());
  return { sample, close: async () => listener.release(true) };
}
