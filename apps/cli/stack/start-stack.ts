import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { migrate } from "#libs/data/migrate.ts";
import { causes, jobCatalog } from "#libs/jobs/catalog.ts";
import { schedulesOf } from "#libs/jobs/schedules.ts";
import { type Config, givenSettings, readConfig } from "#libs/platform/config.ts";
import { createLogger, type Logger } from "#libs/platform/logger.ts";
import { freePort, startEmbeddedPostgres } from "#libs/platform/postgres/embedded-postgres.ts";
import { queueNames } from "#libs/platform/queue/queue-names.ts";
import { startApi } from "../../api/start-api.ts";
import { buildDeps, type BuiltDeps } from "../../build-deps.ts";
import { type Sandbox, startSandbox } from "../../sandbox/start-sandbox.ts";
import { scheduleSettings } from "../../schedule-settings.ts";
import { outsideSweeps } from "../../scheduler/outside-sweeps.ts";
import { startScheduler } from "../../scheduler/start-scheduler.ts";
import { startWorkers } from "../../worker/start-workers.ts";
import { keptMasterKey, keptSecret } from "./kept-secret.ts";
import { prismaDir } from "./prisma-dir.ts";
import {
  apiSecrets,
  CliError,
  type Connection,
  connectionPath,
  exitCodes,
  readConnection,
} from "../cli-context.ts";

export type Stack = {
  readonly built: BuiltDeps;
  readonly config: Config;
  readonly logger: Logger;
  readonly apiUrl: string;
  readonly sandbox: Sandbox | null;
  /** Starts workers and scheduler; what is due begins to move. */
  readonly startWork: () => void;
  /** Tells other commands where this installation is. */
  readonly publish: (tenantId: string | null) => void;
  /** Stops everything in order. Safe to call twice. */
  readonly close: () => Promise<void>;
};

export type StackOptions = {
  readonly dataDir: string;
  readonly sandbox: boolean;
  readonly overrides?: Readonly<Record<string, string | undefined>>;
};

const webhookSecret = "whsec_sandbox_loopback_only";

/**
 * Starts a whole installation in this process: a database (embedded unless DATABASE_URL names one), migrations, the
 * sandbox when asked, and the API. A taken port becomes the next free one.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const running = readConnection(options.dataDir);
  if (running !== null && running.pid !== process.pid) {
    throw new CliError(
      exitCodes.badInput,
      `it runs already, as process ${running.pid} at ${running.apiUrl}: stop that one first (Ctrl-C in its terminal)`,
    );
  }
  mkdirSync(options.dataDir, { recursive: true });
  const closers: (() => Promise<void>)[] = [];
  const close = closeInOrder(closers);
  try {
    const given = readConfig();
    const database = await openServer(given, options.dataDir, closers);
    await migrate(database.ownerUrl, database.url, prismaDir);
    const port = await portNear(given.PORT);
    const apiUrl = `http://127.0.0.1:${port}`;
    const sandbox = options.sandbox
      ? await openSandbox(options.dataDir, `${apiUrl}/webhooks/stripe`, closers)
      : null;
    const environment = {
      ...givenSettings(),
      DATABASE_URL: database.url,
      BILLWRIGHT_DATA_DIR: resolve(options.dataDir),
      PORT: String(port),
      PUBLIC_URL: given.PUBLIC_URL ?? apiUrl,
      ...keptSecrets(given, options.dataDir),
      ...(sandbox === null ? {} : sandboxSettings(sandbox)),
      ...options.overrides,
    };
    const config = readConfig(environment);
    const log = { level: config.LOG_LEVEL, format: config.LOG_FORMAT, toStderr: true };
    const logger = createLogger({ ...log, process: "billwright" });
    const webhookAddresses = sandbox === null ? "public" : "any";
    const built = await buildDeps(config, logger, { causes, webhookAddresses });
    closers.push(() => built.close());
    const api = await startApi(config, built, "127.0.0.1");
    closers.push(() => api.close(5_000));
    return {
      built,
      config,
      logger,
      apiUrl,
      sandbox,
      startWork: () => startWork(built, config, closers),
      publish: (tenantId) => {
        const shared = Object.fromEntries(
          Object.entries(environment).filter(([name]) => !apiSecrets.has(name)),
        );
        const connection: Connection = {
          pid: process.pid,
          ...database,
          apiUrl,
          tenantId,
          environment: shared,
          hasPaymentLinks: built.deps.paymentLinks !== null,
          keepsMasterKey: given.MASTER_KEY === undefined,
        };
        writeFileSync(connectionPath(options.dataDir), JSON.stringify(connection), { mode: 0o600 });
        closers.push(async () => rmSync(connectionPath(options.dataDir), { force: true }));
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The secrets that nobody has set: made at the first start, and the same from then on. */
function keptSecrets(given: Config, dataDir: string): Record<string, string> {
  return {
    PAYMENT_LINK_SECRET: given.PAYMENT_LINK_SECRET?.join(",") ?? keptSecret(dataDir, "payment-link-secret"),
    MASTER_KEY: given.MASTER_KEY?.join(",") ?? keptMasterKey(dataDir),
  };
}

function startWork(built: BuiltDeps, config: Config, closers: (() => Promise<void>)[]): void {
  const schedules = schedulesOf(scheduleSettings(config));
  const workers = startWorkers(built.deps, built.queues, {
    names: config.WORKER_QUEUES ?? queueNames,
    jobs: jobCatalog,
    schedules,
  });
  closers.push(() => workers.close(10_000));
  const scheduler = startScheduler(built.deps, built.queues, {
    jobs: jobCatalog,
    schedules,
    retryScale: config.JOB_RETRY_SCALE,
    sweeps: outsideSweeps(built.deps, config.JOB_RETRY_SCALE, scheduleSettings(config)),
  });
  closers.push(() => scheduler.close());
}

async function openServer(
  config: Config,
  dataDir: string,
  closers: (() => Promise<void>)[],
): Promise<{ url: string; ownerUrl: string }> {
  if (config.DATABASE_URL !== undefined) {
    return { url: config.DATABASE_URL, ownerUrl: config.MIGRATION_DATABASE_URL ?? config.DATABASE_URL };
  }
  const server = await startEmbeddedPostgres({
    dir: join(resolve(dataDir), "postgres"),
    database: "billwright",
    durable: true,
  });
  closers.push(() => server.stop());
  return { url: server.url, ownerUrl: server.ownerUrl };
}

/** The wanted port, or the next free one, which is said. */
async function portNear(wanted: number): Promise<number> {
  const port = await freePort(wanted);
  if (wanted !== 0 && port !== wanted) process.stdout.write(`port ${wanted} is taken, using ${port}\n`);
  return port;
}

async function openSandbox(
  dataDir: string,
  webhookUrl: string,
  closers: (() => Promise<void>)[],
): Promise<Sandbox> {
  const sandbox = await startSandbox({
    dataDir: join(dataDir, "sandbox"),
    stripePort: await portNear(12_111),
    webhookUrl,
    webhookSecret,
  });
  closers.push(() => sandbox.close());
  return sandbox;
}

function sandboxSettings(sandbox: Sandbox): Record<string, string | undefined> {
  return {
    INVOICE_ENABLE_STRIPE: "true",
    STRIPE_API_KEY: "sk_test_sandbox",
    STRIPE_SECRET_KEY: undefined,
    STRIPE_PUBLISHABLE_KEY: undefined,
    STRIPE_API_BASE: sandbox.stripeUrl,
    STRIPE_WEBHOOK_SECRET: webhookSecret,
    INVOICE_ENABLE_EMAIL: "true",
    SENDGRID_API_KEY: undefined,
    INVOICE_SMTP_HOST: "127.0.0.1",
    INVOICE_SMTP_PORT: String(sandbox.smtpPort),
    INVOICE_SMTP_USERNAME: undefined,
    INVOICE_SMTP_PASSWORD: undefined,
    INVOICE_SMTP_TLS: "false",
    INVOICE_SMTP_FROM: "billing@billwright.example",
  };
}

/** Last opened, first closed; a step that fails does not keep the others from closing. */
function closeInOrder(closers: (() => Promise<void>)[]): () => Promise<void> {
  let closing: Promise<void> | null = null;
  return () => {
    closing ??= (async () => {
      for (const step of [...closers].reverse()) await step().catch(() => undefined);
    })();
    return closing;
  };
}
