import { join } from "node:path";
import { z } from "zod";
import { createTenant } from "#libs/billing/catalog/create-tenant.ts";
import { relayDueWork } from "#libs/billing/work/dispatch-work.ts";
import { arrayLiteral } from "#libs/data/array-literal.ts";
import { type TenantTx, withTenant } from "#libs/data/database.ts";
import { insertJobs } from "#libs/data/jobs.ts";
import { newId } from "#libs/data/new-id.ts";
import { createCarrier } from "#libs/jobs/carrier.ts";
import { type AnyJob, defineJob } from "#libs/jobs/define-job.ts";
import { queueSettings } from "#libs/jobs/queues.ts";
import { readConfig } from "#libs/platform/config.ts";
import { createLogger } from "#libs/platform/logger.ts";
import type { QueueName } from "#libs/platform/queue/queue-names.ts";
import { openQueueBackend, type QueueBackend } from "#libs/platform/queue/queue-backend.ts";
import { buildDeps } from "../../build-deps.ts";
import { startWorkers } from "../../worker/start-workers.ts";
import type { Bench, BenchCase, OpenBench, Sample } from "../bench.ts";
import { inPlace, type Place } from "../open-place.ts";
import { type GivenRedis, noRedis, openRedis } from "../open-redis.ts";
import { until } from "../stack/until.ts";
import { timeWork } from "../time-work.ts";

const QUEUE = "webhook-delivery" satisfies QueueName;
const { concurrency } = queueSettings[QUEUE];
const BATCH = 500;
/** What one job bills of a run. */
const CHUNK = 200;
const DONE_MS = 600_000;
const CLOSE_MS = 10_000;

const base = {
  ...{ timeoutMs: 30_000, retry: { attempts: 1, delayMs: 100, budget: 5 } },
  payload: z.object({ run: z.string(), steps: z.array(z.string()) }),
  key: ({ run, steps }: { readonly run: string; readonly steps: readonly string[] }) => `${run}/${steps[0]}`,
};

/** What every job costs: nothing else is done. */
const rest = defineJob({ ...base, name: "bench.rest", queue: QUEUE, external: async () => null });

/** A row a step, in the transaction that also ends the job. */
const alone = defineJob({
  ...{ ...base, name: "bench.alone", queue: QUEUE },
  transaction: (tx, { steps }) => insertEffects(tx, steps),
});

/** The same, which jobs that are in hand at once may do together. */
const together = defineJob({
  ...{ ...base, name: "bench.together", queue: QUEUE },
  transaction: (tx, { steps }) => insertEffects(tx, steps),
  together: async (tx, payloads) => {
    await insertEffects(
      tx,
      payloads.flatMap(({ steps }) => steps),
    );
    return payloads.map(() => null);
  },
});

async function insertEffects(tx: TenantTx, steps: readonly string[]): Promise<void> {
  await tx.db.$executeRaw`
    insert into bench_effect select unnest(${arrayLiteral(steps)}::text[]) on conflict do nothing`;
}

/** What the ledger of work costs: a row that outlives its queue, claimed, fenced and ended. */
export const runJobsBench: Bench = {
  name: "run-jobs",
  about: `jobs from the row to its end through Redis, ${concurrency} at a time; peers: BullMQ, which keeps nothing, with and without an INSERT a job`,
  open: (terms) =>
    inPlace(
      terms,
      async (place) => {
        const redis = await openRedis(place);
        if (redis === null) return { cases: [], notRun: noRedis };
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

async function openCases(place: Place, redis: GivenRedis, count: number): Promise<OpenBench> {
  const env = { DATABASE_URL: place.url, BILLWRIGHT_DATA_DIR: join(place.dir, "data") };
  const logger = createLogger({ level: "warn", format: "json", process: "bench" });
  const { deps, close: closeDeps } = await buildDeps(readConfig(env), logger, { causes: () => [] });
  const open = () =>
    openQueueBackend({ redisUrl: redis.url, databaseUrl: place.url, prefix: `bench-${newId()}` });
  const [queues, peerQueues] = [open(), open()];
  const jobs = new Map<string, AnyJob>([rest, alone, together].map((job) => [job.name, job]));
  let ended = 0;
  const workers = startWorkers(deps, queues, {
    ...{ names: [QUEUE], jobs, schedules: new Map() },
    observe: ({ outcome }) => {
      if (outcome === "succeeded") ended += 1;
    },
  });
  const { tenantId } = await createTenant(place.database, { name: "Bench", mode: "test", actor: "bench" });
  await place.owner.query("update job set run_at = 'infinity' where state = 'pending'"); // of other benches
  await place.owner.query(`
    create table if not exists bench_effect (key text primary key);
    grant select, insert on bench_effect to billwright_app`);
  const carrier = createCarrier(queues, jobs, 1);
  const ledger = { tenantId, relay: () => relayDueWork(deps, carrier, BATCH), ended: () => ended };
  const runOurs = (job: Step, perJob: number) => () =>
    redis.whileUp(runLedger(place, ledger, { job, count, perJob }));
  const bare = startPeer(peerQueues, "bare", async () => undefined);
  const inserting = startPeer(peerQueues, "inserting", (key) =>
    place.owner.query({
      ...{ name: "effect", text: "insert into bench_effect values ($1) on conflict do nothing" },
      values: [key],
    }),
  );
  const beside = (name: string, ours: () => Promise<Sample>, peer: typeof bare, ratioTarget?: number) =>
    caseOf(`${count} ${name}`, ours, () => redis.whileUp(peer(count)), ratioTarget);
  return {
    cases: [
      beside("jobs that do nothing", runOurs(rest, 1), bare, 0.5),
      beside("jobs of one INSERT, a transaction each", runOurs(alone, 1), inserting),
      beside("jobs of one INSERT, done together", runOurs(together, 1), inserting, 0.5),
      beside(`INSERTs, ${CHUNK} in a job of ours`, runOurs(alone, CHUNK), inserting, 5),
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
    ...{ name, unit: "steps/s", better: "higher" },
    ...(ratioTarget === undefined ? {} : { ratioTarget }),
    ours: { name: "ledger of work", sample: ours },
    peer: { name: "BullMQ", sample: peer },
    verify: async () => {
      await ours();
      await peer();
    },
  };
}

type Step = typeof rest;

/** Writes the rows and relays them, waits until all have ended, and looks that each ended well, once. */
async function runLedger(
  place: Place,
  ledger: {
    readonly tenantId: string;
    readonly relay: () => Promise<number>;
    /** Jobs of this process that have ended well. */
    readonly ended: () => number;
  },
  { job, count, perJob }: { readonly job: Step; readonly count: number; readonly perJob: number },
): Promise<Sample> {
  const { tenantId, relay, ended } = ledger;
  const run = newId();
  const steps = Array.from({ length: count }, () => newId());
  const seeds = Array.from({ length: Math.ceil(count / perJob) }, (_, n) =>
    job.seed({ run, steps: steps.slice(n * perJob, (n + 1) * perJob) }),
  );
  const wanted = ended() + seeds.length;
  const isDone = () => (ended() >= wanted ? true : null);
  const handOver = async () => {
    while ((await relay()) === BATCH);
  };
  const write = async () => {
    let handed = Promise.resolve();
    for (let from = 0; from < seeds.length; from += BATCH) {
      const batch = seeds.slice(from, from + BATCH);
      await withTenant(place.database, { tenantId, actor: "bench" }, (tx) => insertJobs(tx, batch));
      handed = handed.then(handOver); // beside the next batch, as in production
    }
    await handed;
  };
  const sample = await timeWork(count, async () => {
    await write();
    if ((await until(isDone, DONE_MS, 5)) === null) throw new Error(`not all of ${count} jobs ended`);
  });
  const { rows } = await place.owner.query<{ ended: string; effects: string }>(
    `select count(*) filter (where state = 'succeeded' and attempts = 1) as ended,
       (select count(*) from bench_effect where key = any($3)) as effects
     from job where tenant_id = $1 and starts_with(key, $2)`,
    [tenantId, `${job.name}/${run}/`, steps],
  );
  const words = `${rows[0]?.ended} jobs, ${rows[0]?.effects} effects`;
  const expected = `${seeds.length} jobs, ${job === rest ? 0 : count} effects`;
  if (words !== expected) throw new Error(`${words} instead of ${expected}`);
  return sample;
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
