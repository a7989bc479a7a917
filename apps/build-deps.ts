import { join } from "node:path";
import type { Deps, PaymentLinks } from "#libs/billing/deps.ts";
import type { Causes } from "#libs/core/events.ts";
import { providerCircuit, stripeCircuit } from "#libs/billing/effect/provider-circuit.ts";
import { type Database, openDatabase } from "#libs/data/database.ts";
import { paymentLinkKeys } from "#libs/core/payment/payment-link-token.ts";
import { type Config, ConfigError } from "#libs/platform/config.ts";
import { wordsOf } from "#libs/platform/environment.ts";
import { fileFailpoint, noFailpoint } from "#libs/platform/failpoint.ts";
import type { Logger } from "#libs/platform/logger.ts";
import { createMailer } from "#libs/platform/mail/create-mailer.ts";
import type { Mailer } from "#libs/platform/mail/mailer.ts";
import { createPdfRenderer, type PdfFigures } from "#libs/platform/pdf/pdf-renderer.ts";
import { openQueueBackend, type QueueBackend } from "#libs/platform/queue/queue-backend.ts";
import { createFolderStore } from "#libs/platform/storage/folder-store.ts";
import type { ObjectStore } from "#libs/platform/storage/object-store.ts";
import { createS3Store } from "#libs/platform/storage/s3-store.ts";
import { createSecretBox } from "#libs/platform/secret-box.ts";
import { stripeBrowser } from "#libs/platform/stripe/stripe-browser.ts";
import { createStripeClient } from "#libs/platform/stripe/stripe-client.ts";
import { createWebhookSender } from "#libs/platform/webhook/webhook-sender.ts";

export type BuiltDeps = {
  readonly deps: Deps;
  readonly queues: QueueBackend;
  readonly pdfFigures: () => Promise<PdfFigures>;
  /** Closes what was opened, in order. Safe to call twice. */
  readonly close: () => Promise<void>;
};

/**
 * Builds what the verbs need from the configuration: by hand, once per process. Nothing connects before it is used.
 * @throws ConfigError without a database; with Stripe's live key and without what payment links need
 */
export async function buildDeps(
  config: Config,
  logger: Logger,
  options: {
    readonly causes: Causes;
    /** `any`: also on this machine and in private networks, for the sandbox. */
    readonly webhookAddresses?: "public" | "any";
    /** The secrets of payment links are with the API of a stack that runs beside: none are made here, and none are missed. */
    readonly isBesideApi?: boolean;
  },
): Promise<BuiltDeps> {
  if (config.DATABASE_URL === undefined) {
    throw new ConfigError([
      {
        variable: "DATABASE_URL",
        given: "nothing given",
        allowed: `${wordsOf("DATABASE_URL").allowed} (\`billwright up\` starts a server by itself)`,
      },
    ]);
  }
  const paymentLinks = options.isBesideApi === true ? null : buildPaymentLinks(config);
  const database = openDatabase({
    url: config.DATABASE_URL,
    poolSize: config.DB_POOL_SIZE,
    causes: options.causes,
    tellsOfJobs: true,
  });
  const queues = openQueueBackend({ redisUrl: config.REDIS_URL, databaseUrl: config.DATABASE_URL });
  const pdf = createPdfRenderer({
    workDir: join(config.BILLWRIGHT_DATA_DIR, "pdf"),
    logger,
    ...(config.CHROMIUM_PATH === undefined ? {} : { chromiumPath: config.CHROMIUM_PATH }),
  });
  const deps: Deps = {
    database,
    logger,
    failpoint: config.FAILPOINT_DIR === undefined ? noFailpoint : fileFailpoint(config.FAILPOINT_DIR),
    leaseMs: config.JOB_LEASE_MS,
    pdf,
    store: buildStore(config),
    mailer: buildMailer(config),
    mailFrom: config.INVOICE_SMTP_FROM ?? "billing@localhost",
    stripe:
      config.stripe === null
        ? null
        : createStripeClient({
            ...config.stripe,
            gateOf: (account) => circuitOf(database, config, account),
          }),
    paymentLinks,
    secrets: config.MASTER_KEY === undefined ? null : createSecretBox(config.MASTER_KEY),
    webhooks: createWebhookSender(options.webhookAddresses ?? "public"),
    publicUrl: publicUrlOf(config),
    notifyEmail: config.NOTIFY_ON_COMPLETION ? (config.NOTIFY_EMAIL ?? null) : null,
    batchSize: config.INVOICE_BATCH_SIZE,
  };
  let closing: Promise<void> | null = null;
  return {
    deps,
    queues,
    pdfFigures: pdf.figures,
    close: () => {
      closing ??= closeAll([() => queues.close(), () => pdf.close(), () => database.close()]);
      return closing;
    },
  };
}

/** Five outages in a row, then a pause; what stretches every back-off stretches it. */
function circuitOf(database: Database, config: Config, account: string) {
  return providerCircuit(database, stripeCircuit(account), {
    limit: 5,
    pauseMs: 10_000 * config.JOB_RETRY_SCALE,
  });
}

/** Where people and providers reach us: without a trailing slash. */
function publicUrlOf(config: Config): string {
  return (config.PUBLIC_URL ?? `http://localhost:${config.PORT}`).replace(/\/+$/, "");
}

/** Customers who owe real money must be able to pay: a live key without links is a mistake, others do without. */
function buildPaymentLinks(config: Config): PaymentLinks | null {
  const { stripe, PAYMENT_LINK_SECRET: secrets, STRIPE_PUBLISHABLE_KEY: publishableKey } = config;
  if (stripe === null) return null;
  const browser = stripeBrowser({ publishableKey, apiBase: stripe.apiBase });
  if (secrets !== undefined && browser !== null) return { keys: paymentLinkKeys(secrets), browser };
  if (!/^[rs]k_live_/.test(stripe.apiKey)) return null;
  const missing = [
    ...(secrets === undefined ? (["PAYMENT_LINK_SECRET"] as const) : []),
    ...(browser === null ? (["STRIPE_PUBLISHABLE_KEY"] as const) : []),
  ];
  throw new ConfigError(
    missing.map((variable) => ({
      variable,
      given: "nothing given",
      allowed: `${wordsOf(variable).allowed}, since Stripe's key is live`,
    })),
  );
}

function buildStore(config: Config): ObjectStore {
  if (config.storage === "folder") {
    return createFolderStore({ dir: join(config.BILLWRIGHT_DATA_DIR, "objects") });
  }
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = config;
  const sessionToken = config.AWS_SESSION_TOKEN;
  return createS3Store({
    bucket: config.INVOICE_S3_BUCKET ?? "",
    region: config.INVOICE_S3_REGION,
    prefix: config.INVOICE_S3_PREFIX,
    forcePathStyle: config.INVOICE_S3_FORCE_PATH_STYLE,
    linkSeconds: config.INVOICE_S3_LINK_SECONDS,
    ...(config.INVOICE_S3_ENDPOINT === undefined ? {} : { endpoint: config.INVOICE_S3_ENDPOINT }),
    ...(accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : {
          credentials: {
            accessKeyId,
            secretAccessKey,
            ...(sessionToken === undefined ? {} : { sessionToken }),
          },
        }),
  });
}

function buildMailer(config: Config): Mailer | null {
  if (!config.emailEnabled) return null;
  const from = config.INVOICE_SMTP_FROM ?? "billing@localhost";
  if (config.SENDGRID_API_KEY !== undefined) {
    const apiBase = config.SENDGRID_API_BASE;
    return createMailer({
      kind: "sendgrid",
      apiKey: config.SENDGRID_API_KEY,
      from,
      ...(apiBase === undefined ? {} : { apiBase }),
    });
  }
  const { INVOICE_SMTP_USERNAME: username, INVOICE_SMTP_PASSWORD: password } = config;
  return createMailer({
    kind: "smtp",
    host: config.INVOICE_SMTP_HOST ?? "localhost",
    port: config.INVOICE_SMTP_PORT,
    tls: config.INVOICE_SMTP_TLS,
    from,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  });
}

async function closeAll(steps: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps) {
    await step().catch((error: unknown) => {
      failures.push(error);
    });
  }
  if (failures.length > 0) throw new AggregateError(failures, "not everything was closed");
}
