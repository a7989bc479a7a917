import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { type Database, openDatabase } from "#libs/data/database.ts";
import { migrate } from "#libs/data/migrate.ts";
import { causes } from "#libs/jobs/catalog.ts";
import { freePort, startEmbeddedPostgres } from "#libs/platform/postgres/embedded-postgres.ts";
import { projectDir } from "./build-when-stale.ts";
import type { ChaosOptions } from "./chaos-options.ts";
import { createProcesses, type Processes, type Recipe, type Role } from "./processes.ts";
import { until } from "./until.ts";

/** Everything that one run of the chaos needs, in a folder of its own. */
export type ChaosStack = {
  readonly dir: string;
  readonly failpointDir: string;
  readonly objectDir: string;
  readonly processes: Processes;
  readonly database: Database;
  /** Rows as the owner of the schema sees them: past row-level security. */
  readonly rows: <T>(sql: string, values?: readonly unknown[]) => Promise<T[]>;
  readonly apiUrl: string;
  readonly sandboxUrl: string;
  readonly restart: (recipe: Recipe) => void;
  /** Null on the Postgres backend. */
  readonly flushRedis: (() => Promise<void>) | null;
  readonly close: () => Promise<void>;
};

const webhookSecret = "whsec_chaos_loopback_only";
/** How long a silent process is trusted with its work. */
export const leaseMs = 2_000;

/** Starts database, queue carrier, sandbox, api, two workers and two schedulers; the last five as compiled processes. */
export async function startStack(options: ChaosOptions): Promise<ChaosStack> {
  const { dir, logDir, failpointDir, dataDir } = makeFolders();
  const processes = createProcesses(logDir);
  const closers: (() => Promise<unknown>)[] = [];
  const close = closeOnce(closers, options.keep ? null : dir);
  closers.push(() => processes.endAll(8_000));
  try {
    const server = await startEmbeddedPostgres({
      dir: join(dir, "postgres"),
      database: "billwright",
      durable: false,
    });
    closers.unshift(() => server.stop());
    await migrate(server.ownerUrl, server.url, join(projectDir, "prisma"));
    const database = openDatabase({ url: server.url, poolSize: 4, causes });
    const owner = openDatabase({ url: server.ownerUrl, poolSize: 3, causes });
    closers.splice(
      1,
      0,
      () => database.close(),
      () => owner.close(),
    );
    const redis = options.backend === "redis" ? await startRedis(processes, dir) : null;
    if (redis !== null) closers.push(async () => redis.client.disconnect());
    const apiPort = await freePort(20_000 + Math.floor(process.pid % 20_000));
    const apiUrl = `http://127.0.0.1:${apiPort}`;
    const sandbox = await startSandbox(processes, dir, apiUrl);
    const env = {
      ...billingSettings(sandbox),
      DATABASE_URL: server.url,
      BILLWRIGHT_DATA_DIR: dataDir,
      FAILPOINT_DIR: failpointDir,
      PORT: String(apiPort),
      PUBLIC_URL: apiUrl,
      ...(redis === null ? {} : { REDIS_URL: redis.url }),
    };
    const recipeOf = (role: Role): Recipe => ({
      role,
      command: process.execPath,
      args: [join(projectDir, "dist/apps", role, "main.js")],
      env,
    });
    for (const role of ["api", "worker", "worker", "scheduler", "scheduler"] as const)
      processes.start(recipeOf(role));
    await answers(`${apiUrl}/health/live`, processes);
    return {
      dir,
      failpointDir,
      objectDir: join(dataDir, "objects"),
      processes,
      database,
      rows: async <T>(sql: string, values: readonly unknown[] = []) =>
        (await owner.pool.query(sql, [...values])).rows as T[],
      apiUrl,
      sandboxUrl: sandbox.url,
      restart: (recipe) => {
        processes.start(recipe);
      },
      flushRedis: redis === null ? null : async () => void (await redis.client.flushall()),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function makeFolders(): { dir: string; logDir: string; failpointDir: string; dataDir: string } {
  const dir = mkdtempSync(join(tmpdir(), "billwright-chaos-"));
  chmodSync(dir, 0o755);
  const folders = {
    logDir: join(dir, "logs"),
    failpointDir: join(dir, "failpoints"),
    dataDir: join(dir, "data"),
  };
  for (const made of Object.values(folders)) mkdirSync(made);
  return { dir, ...folders };
}

type SandboxPlace = { readonly url: string; readonly smtpPort: number };

async function startSandbox(processes: Processes, dir: string, apiUrl: string): Promise<SandboxPlace> {
  const port = await freePort(0);
  const smtpPort = await freePort(0);
  processes.start({
    role: "sandbox",
    command: process.execPath,
    args: [
      join(projectDir, "dist/apps/sandbox/main.js"),
      ...["--data-dir", join(dir, "sandbox"), "--port", String(port), "--smtp-port", String(smtpPort)],
      ...["--webhook-url", `${apiUrl}/webhooks/stripe`, "--webhook-secret", webhookSecret],
    ],
    env: {},
  });
  const url = `http://127.0.0.1:${port}`;
  await answers(`${url}/_sandbox/health`, processes);
  return { url, smtpPort };
}

function billingSettings(sandbox: SandboxPlace): Record<string, string> {
  return {
    DB_POOL_SIZE: "8",
    LOG_LEVEL: "info",
    JOB_LEASE_MS: String(leaseMs),
    JOB_RETRY_SCALE: "0.05",
    INVOICE_BATCH_SIZE: "6",
    INVOICE_ENABLE_STRIPE: "true",
    STRIPE_API_KEY: "sk_test_chaos",
    STRIPE_API_BASE: sandbox.url,
    STRIPE_WEBHOOK_SECRET: webhookSecret,
    INVOICE_ENABLE_EMAIL: "true",
    INVOICE_SMTP_HOST: "127.0.0.1",
    INVOICE_SMTP_PORT: String(sandbox.smtpPort),
    INVOICE_SMTP_TLS: "false",
    INVOICE_SMTP_FROM: "billing@chaos.example",
  };
}

async function startRedis(processes: Processes, dir: string): Promise<{ url: string; client: Redis }> {
  const port = await freePort(0);
  processes.start({
    role: "redis",
    command: "redis-server",
    args: [
      ...["--port", String(port), "--bind", "127.0.0.1", "--dir", dir],
      ...["--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction"],
    ],
    env: {},
  });
  const url = `redis://127.0.0.1:${port}`;
  const client = new Redis(url, { maxRetriesPerRequest: null });
  client.on("error", () => undefined); // it is starting: the connection is tried again
  await client.ping();
  return { url, client };
}

async function answers(url: string, processes: Processes): Promise<void> {
  const up = await until(async () => {
    const [crash] = processes.crashed();
    if (crash !== undefined) throw new Error(crash);
    const response = await fetch(url).catch(() => null);
    return response?.ok === true ? true : null;
  }, 30_000);
  if (up === null) throw new Error(`${url} did not answer within 30 s`);
}

/** Last opened, first closed; the folder goes last. */
function closeOnce(closers: (() => Promise<unknown>)[], dir: string | null): () => Promise<void> {
  let closing: Promise<void> | null = null;
  return () => {
    closing ??= (async () => {
      for (const step of [...closers].reverse()) await step().catch(() => undefined);
      if (dir !== null) rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    })();
    return closing;
  };
}
