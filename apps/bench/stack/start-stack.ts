import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Database, openDatabase } from "#libs/data/database.ts";
import { causes } from "#libs/jobs/catalog.ts";
import { freePort } from "#libs/platform/postgres/embedded-postgres.ts";
import { projectDir } from "./build-when-stale.ts";
import { createProcesses, type Processes, type Recipe } from "./processes.ts";
import { type StackPostgres, startStackPostgres } from "./stack-postgres.ts";
import { type StackRedis, startStackRedis } from "./stack-redis.ts";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";
import { until } from "./until.ts";

export type StackOptions = {
  readonly backend: "redis" | "postgres";
  /** Leaves the folder behind, with every process's log. */
  readonly keep: boolean;
  /** Puts a proxy before the database, Redis and the outside. */
  readonly isProxied?: boolean;
  /** How long a silent process is trusted with its work; 2 s unless said. */
  readonly leaseMs?: number;
};

/** What stands between our processes and everything else. */
export type StackProxies = {
  readonly postgres: TcpProxy;
  readonly redis: TcpProxy | null;
  readonly stripe: TcpProxy;
  readonly smtp: TcpProxy;
};

/** One connection of the harness to the database, to hold locks with or just to be there. */
export type Session = {
  readonly query: (sql: string, values?: readonly unknown[]) => Promise<unknown>;
  /** Ends it. */
  readonly release: () => void;
};

/** Everything that one run needs, in a folder of its own. */
export type BillingStack = {
  readonly dir: string;
  /** How long a silent process is trusted with its work. */
  readonly leaseMs: number;
  readonly failpointDir: string;
  readonly objectDir: string;
  readonly processes: Processes;
  readonly database: Database;
  /** Rows as the owner of the schema sees them: past row-level security. */
  readonly rows: <T>(sql: string, values?: readonly unknown[]) => Promise<T[]>;
  /** A session of its own, past any proxy, as the schema's owner or as the application's login. */
  readonly openSession: (as: "owner" | "application") => Promise<Session>;
  readonly postgres: StackPostgres;
  /** Null on the Postgres backend. */
  readonly redis: StackRedis | null;
  /** Null unless asked for. */
  readonly proxies: StackProxies | null;
  readonly apiUrl: string;
  readonly sandboxUrl: string;
  readonly recipeOf: (role: AppRole) => Recipe;
  readonly restart: (recipe: Recipe) => void;
  /** Waits until the api answers. Throws what a crashed process said. */
  readonly waitForApi: () => Promise<void>;
  readonly close: () => Promise<void>;
};

export type AppRole = "api" | "worker" | "scheduler";

/** What runs when all is well. */
export const appRoles: readonly AppRole[] = ["api", "worker", "worker", "scheduler", "scheduler"];

/** A machine with ten times more to do than it can starts a process within this. */
const startMs = 120_000;

const webhookSecret = "whsec_stack_loopback_only";

/** Starts database, queue carrier, sandbox, api, two workers and two schedulers; the last five as compiled processes. */
export async function startStack(options: StackOptions): Promise<BillingStack> {
  const { dir, logDir, failpointDir, dataDir } = makeFolders();
  const { leaseMs = 2_000 } = options;
  const processes = createProcesses(logDir);
  const closers: (() => Promise<unknown>)[] = [];
  const close = closeOnce(closers, options.keep ? null : dir);
  closers.push(() => processes.endAll(8_000));
  try {
    const postgres = await startStackPostgres(join(dir, "postgres"));
    closers.unshift(() => postgres.stop());
    const database = openDatabase({ url: postgres.url, poolSize: 4, causes });
    const owner = openDatabase({ url: postgres.ownerUrl, poolSize: 3, causes });
    closers.splice(
      1,
      0,
      () => database.close(),
      () => owner.close(),
    );
    const rows = async <T>(sql: string, values: readonly unknown[] = []) =>
      (await owner.pool.query(sql, [...values])).rows as T[];
    // The server forgets nothing that it has committed when it is stopped at once, whatever it is told at its start.
    await rows("alter database billwright set synchronous_commit = on");
    const redis = options.backend === "redis" ? await startStackRedis(processes, dir) : null;
    if (redis !== null) closers.push(async () => redis.client.disconnect());
    const apiPort = await freePort(20_000 + Math.floor(process.pid % 20_000));
    const apiUrl = `http://127.0.0.1:${apiPort}`;
    const sandbox = await startSandbox(processes, dir, apiUrl);
    const proxies = options.isProxied === true ? await startProxies(closers, postgres, redis, sandbox) : null;
    const env = {
      ...billingSettings(
        proxies === null
          ? sandbox
          : { url: `http://127.0.0.1:${proxies.stripe.port}`, smtpPort: proxies.smtp.port },
      ),
      JOB_LEASE_MS: String(leaseMs),
      DATABASE_URL: through(postgres.url, proxies?.postgres),
      BILLWRIGHT_DATA_DIR: dataDir,
      FAILPOINT_DIR: failpointDir,
      PORT: String(apiPort),
      PUBLIC_URL: apiUrl,
      ...(redis === null ? {} : { REDIS_URL: through(redis.url, proxies?.redis) }),
    };
    const recipeOf = (role: AppRole): Recipe => ({
      role,
      command: process.execPath,
      args: [join(projectDir, "dist/apps", role, "main.js")],
      env,
    });
    for (const role of appRoles) processes.start(recipeOf(role));
    const waitForApi = () => answers(`${apiUrl}/health/live`, processes);
    await waitForApi();
    return {
      openSession: (as) => openSession(postgres, as),
      ...{ dir, leaseMs, failpointDir, objectDir: join(dataDir, "objects"), processes, database, rows },
      ...{ postgres, redis, proxies, apiUrl, sandboxUrl: sandbox.url, recipeOf, waitForApi, close },
      restart: (recipe) => void processes.start(recipe),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openSession(postgres: StackPostgres, as: "owner" | "application"): Promise<Session> {
  const url = `${as === "owner" ? postgres.ownerUrl : postgres.url}?application_name=stack`;
  const only = openDatabase({ url, poolSize: 1, causes });
  const client = await only.pool.connect().catch(async (error: unknown) => {
    await only.close();
    throw error;
  });
  client.on("error", () => undefined);
  return {
    query: (sql, values = []) => client.query(sql, [...values]),
    release: () => {
      client.release(true);
      void only.close();
    },
  };
}

async function startProxies(
  closers: (() => Promise<unknown>)[],
  postgres: StackPostgres,
  redis: StackRedis | null,
  sandbox: SandboxPlace,
): Promise<StackProxies> {
  const before = async (port: number) => {
    const proxy = await startTcpProxy(port);
    closers.unshift(() => proxy.close());
    return proxy;
  };
  return {
    postgres: await before(Number(new URL(postgres.url).port)),
    redis: redis === null ? null : await before(Number(new URL(redis.url).port)),
    stripe: await before(Number(new URL(sandbox.url).port)),
    smtp: await before(sandbox.smtpPort),
  };
}

/** The same address, by way of the proxy. */
function through(url: string, proxy: TcpProxy | null | undefined): string {
  return proxy ? url.replace(/:\d+(?=\/|$)/, `:${proxy.port}`) : url;
}

function makeFolders(): { dir: string; logDir: string; failpointDir: string; dataDir: string } {
  const dir = mkdtempSync(join(tmpdir(), "billwright-stack-"));
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
    DB_POOL_SIZE: "12",
    LOG_LEVEL: "info",
    JOB_RETRY_SCALE: "0.05",
    INVOICE_BATCH_SIZE: "6",
    INVOICE_ENABLE_STRIPE: "true",
    STRIPE_API_KEY: "sk_test_stack",
    STRIPE_API_BASE: sandbox.url,
    STRIPE_WEBHOOK_SECRET: webhookSecret,
    INVOICE_ENABLE_EMAIL: "true",
    INVOICE_SMTP_HOST: "127.0.0.1",
    INVOICE_SMTP_PORT: String(sandbox.smtpPort),
    INVOICE_SMTP_TLS: "false",
    INVOICE_SMTP_FROM: "billing@stack.example",
  };
}

async function answers(url: string, processes: Processes): Promise<void> {
  const before = processes.crashed().length;
  const up = await until(async () => {
    const [crash] = processes.crashed().slice(before);
    if (crash !== undefined) throw new Error(crash);
    const response = await fetch(url).catch(() => null);
    return response?.ok === true ? true : null;
  }, startMs);
  if (up === null) throw new Error(`${url} did not answer within ${startMs / 1_000} s`);
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
