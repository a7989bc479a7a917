import { chmodSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { startBillingRun } from "#libs/billing/run/start-billing-run.ts";
import { relayDueWork } from "#libs/billing/work/dispatch-work.ts";
import { createCarrier } from "#libs/jobs/carrier.ts";
import { jobCatalog } from "#libs/jobs/catalog.ts";
import { noFailpoint } from "#libs/platform/failpoint.ts";
import { createLogger } from "#libs/platform/logger.ts";
import { openQueueBackend } from "#libs/platform/queue/queue-backend.ts";
import type { Bench, BenchCase, OpenBench } from "../bench.ts";
import { CHUNK, eachChunk, type MonthlyTenant, openMonthlyTenant } from "../monthly-tenant.ts";
import { inPlace, type Place, POOL_SIZE } from "../open-place.ts";
import { generateRaw, openRawTables } from "../peers/raw-generation.ts";
import { buildWhenStale, projectDir } from "../stack/build-when-stale.ts";
import { createProcesses, type Running } from "../stack/processes.ts";
import { until } from "../stack/until.ts";

/** Of each of three meters by every subscription: with them, a hundred events a month. */
const USES = 33;
const DONE_MS = 900_000;
const MB = 1_024;

/** From the events of a month to its issued invoices, through a run, its jobs and a worker process. */
export const monthEnd: Bench = {
  name: "month-end",
  about: `ingest of ${3 * USES} events a subscription, then a run by a worker process over the database's own queue, to issued invoices; peers: sum of COPY and one raw statement a chunk; the worker before it had work`,
  open: (terms) =>
    inPlace(terms, async (place) => {
      buildWhenStale((text) => process.stderr.write(`${text}\n`));
      const processes = createProcesses(place.dir);
      const close = () => processes.endAll(8_000);
      try {
        const worker = processes.start({
          role: "worker",
          command: process.execPath,
          args: [join(projectDir, "dist", "apps", "worker", "main.js")],
          env: {
            ...{ DATABASE_URL: place.url, BILLWRIGHT_DATA_DIR: join(place.dir, "data"), LOG_LEVEL: "info" },
            WORKER_QUEUES: "invoice-generation",
          },
        });
        if ((await until(() => (worker.log().includes("worker started") ? true : null), 120_000)) === null)
          throw new Error(`the worker did not start: ${worker.log()}`);
        const { cases } = await openCases(
          place,
          worker,
          { tiny: 20, small: 1_000, full: 10_000 }[terms.size],
        );
        return { cases, close };
      } catch (error) {
        await close();
        throw error;
      }
    }),
};

async function openCases(place: Place, worker: Running, count: number): Promise<OpenBench> {
  const idleMb = residentMb(worker, "VmRSS");
  await place.owner.query("update job set run_at = 'infinity' where state = 'pending'"); // of other benches
  const tenant = await openMonthlyTenant(place, count, USES);
  const peer = await openMonthlyTenant(place, count, USES);
  await openRawTables(place, [peer]);
  const cases = [wholePath(place, tenant, peer)];
  return { cases: idleMb === null ? cases : [...cases, memory(worker, idleMb)] };
}

function wholePath(place: Place, tenant: MonthlyTenant, peer: MonthlyTenant): BenchCase {
  const count = tenant.subscriptionIds.length;
  const months = { ours: 0, peer: 0 };
  const ours = async () => {
    const month = await tenant.moveTo(months.ours++);
    await place.owner.query("checkpoint");
    return timeSeconds(async () => {
      await tenant.ingest(month);
      await runMonth(place, tenant, {
        wanted: count * months.ours,
        month: month.start.toString().slice(0, 7),
      });
    });
  };
  const floors = async () => {
    const month = await peer.reach(months.peer++);
    const file = await copyOut(place, peer, month.start.toString());
    return timeSeconds(async () => {
      await place.owner.query(`copy raw.usage_event from '${file}'`);
      await eachChunk(peer.subscriptionIds, { chunk: CHUNK, workers: POOL_SIZE }, (subscriptionIds) =>
        generateRaw(place, peer, { month, subscriptionIds }),
      );
    });
  };
  return {
    ...{ name: `${count} subscriptions, ${count * 3 * USES} events`, unit: "s", better: "lower" },
    ratioTarget: 1 / 3,
    ours: { name: "run of a month", sample: ours },
    peer: { name: "sum of the floors", sample: floors },
    verify: async () => {
      await ours();
      await floors();
      const words = [
        await billed(place, tenant, { invoices: "public", events: "public" }),
        await billed(place, peer, { invoices: "raw", events: "raw" }),
      ];
      if (words[0] !== words[1] || !words[0]?.startsWith(`${count} invoices`))
        throw new Error(`ours: ${words[0]}; peer: ${words[1]}`);
    },
  };
}

async function timeSeconds(work: () => Promise<void>): Promise<{ value: number }> {
  const start = performance.now();
  await work();
  return { value: (performance.now() - start) / 1_000 };
}

/** Asks for the run and relays its jobs, as the API and the scheduler do, until the worker has issued every invoice. */
async function runMonth(
  place: Place,
  tenant: MonthlyTenant,
  given: { readonly wanted: number; readonly month: string },
): Promise<void> {
  const queues = openQueueBackend({ redisUrl: undefined, databaseUrl: place.url });
  const carrier = createCarrier(queues, jobCatalog, 1);
  const logger = createLogger({ level: "warn", format: "json", process: "bench" });
  try {
    await tenant.inTenant((tx) => startBillingRun(tx, { kind: "month", month: given.month, dryRun: false }));
    const isDone = async () => {
      await relayDueWork({ database: place.database, logger, failpoint: noFailpoint }, carrier);
      const { rows } = await place.owner.query<{ n: string }>(
        "select count(*) as n from invoice where tenant_id = $1 and invoice_status = 'finalized'",
        [tenant.tenantId],
      );
      return rows[0]?.n === String(given.wanted) ? true : null;
    };
    if ((await until(isDone, DONE_MS)) === null) throw new Error(`not all of ${given.wanted} invoices came`);
  } finally {
    await queues.close();
  }
}

async function copyOut(place: Place, { tenantId }: MonthlyTenant, from: string): Promise<string> {
  const dir = join(place.dir, "copies");
  if (!existsSync(dir)) {
    mkdirSync(dir);
    chmodSync(dir, 0o777);
  }
  const file = join(dir, `${from.slice(0, 7)}.copy`);
  await place.owner.query(
    `copy (select * from usage_event where tenant_id = '${tenantId}' and timestamp >= '${from}') to '${file}'`,
  );
  return file;
}

async function billed(
  { owner }: Place,
  { tenantId }: MonthlyTenant,
  schemas: { readonly invoices: string; readonly events: string },
): Promise<string> {
  const { rows } = await owner.query<{ words: string }>(
    `select (select count(*) || ' invoices of ' || sum(total_minor) from ${schemas.invoices}.invoice where tenant_id = $1) || ', ' ||
       (select count(*) || ' events of ' || trim_scale(sum(value)) from ${schemas.events}.usage_event where tenant_id = $1) as words`,
    [tenantId],
  );
  return rows[0]?.words ?? "";
}

/** What the built worker held at most, in all the months so far. */
function memory(worker: Running, idleMb: number): BenchCase {
  return {
    ...{ name: "memory of the worker process, without Chromium", unit: "MB", better: "lower", target: 400 },
    ours: {
      name: "most, while it billed",
      sample: () => ({ value: residentMb(worker, "VmHWM") ?? Number.NaN }),
    },
    peer: { name: "before it had work", sample: () => ({ value: idleMb }) },
    verify: () => undefined,
  };
}

/** As Linux tells it; null elsewhere. */
function residentMb({ pid }: Running, what: "VmRSS" | "VmHWM"): number | null {
  const file = `/proc/${pid}/status`;
  if (!existsSync(file)) return null;
  const [, kilobytes] = new RegExp(`^${what}:\\s+(\\d+) kB`, "m").exec(readFileSync(file, "utf8")) ?? [];
  return kilobytes === undefined ? null : Number(kilobytes) / MB;
}
