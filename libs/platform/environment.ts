import { CronExpressionParser } from "cron-parser";
import { z } from "zod";
import { type QueueName, queueNames } from "./queue/queue-names.ts";

/** A variable: what it is and what it may hold, in words for whoever set it wrong, and how it is read. */
function variable<S extends z.ZodType>(is: string, allowed: string, schema: S): S {
  return schema.meta({ is, allowed });
}

const text = z.string().min(1);
const url = "a URL such as";
const flag = (is: string, byDefault: boolean) =>
  variable(
    is,
    "true, false, 1 or 0",
    z
      .enum(["true", "false", "1", "0"])
      .transform((given) => given === "true" || given === "1")
      .default(byDefault),
  );
const whole = (is: string, min: number, max: number, byDefault: number) =>
  variable(
    is,
    `a whole number from ${min} to ${max}`,
    z.coerce.number().int().min(min).max(max).default(byDefault),
  );
const oneOf = <const T extends readonly [string, ...string[]]>(is: string, names: T, byDefault: T[number]) =>
  variable(is, `one of ${names.join(", ")}`, z.enum(names).default(byDefault));
const postgresUrl = (is: string) =>
  variable(
    is,
    `${url} postgresql://user:password@host:5432/database`,
    z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  );
const webUrl = (is: string, example: string) =>
  variable(is, `${url} ${example}`, z.url({ protocol: /^https?$/ }).optional());
const email = (is: string, example: string) =>
  variable(is, `an e-mail address such as ${example}`, z.email().optional());
const anyText = (is: string, allowed: string) => variable(is, allowed, text.optional());
const pattern = (is: string, allowed: string, form: RegExp) =>
  variable(is, allowed, z.string().regex(form).optional());

/** Every variable that Billwright reads; `.env.example` and the README list them in this order. */
export const environmentSchema = z.object({
  DATABASE_URL: postgresUrl("the database, as the application's login"),
  MIGRATION_DATABASE_URL: postgresUrl("the database, as the schema's owner"),
  DB_POOL_SIZE: whole("database connections per process", 1, 500, 10),
  REDIS_URL: variable(
    "Redis for the queues",
    `${url} redis://host:6379`,
    z.url({ protocol: /^rediss?$/ }).optional(),
  ),
  PORT: whole("port of the API", 0, 65_535, 3000),
  PUBLIC_URL: webUrl("where people and providers reach the API", "https://billing.example.com"),
  TRUST_PROXY: anyText("whose X-Forwarded-For counts", "such as loopback or 10.0.0.0/8"),
  LOG_LEVEL: oneOf("how much is logged", ["error", "warn", "info", "debug"], "info"),
  LOG_FORMAT: oneOf("form of the logs", ["json", "pretty"], "json"),
  BILLWRIGHT_DATA_DIR: variable("folder of our files", "a folder's path", text.default(".billwright")),
  BOOTSTRAP_API_KEY: pattern(
    "the first administrator's key",
    "bw_live_ or bw_test_ and 32 to 128 letters or digits",
    /^bw_(live|test)_[A-Za-z0-9]{32,128}$/,
  ),
  ADMIN_EMAIL: email("login of the console", "ops@example.com"),
  ADMIN_PASSWORD: variable(
    "password of the console",
    "at least 12 characters",
    z.string().min(12).optional(),
  ),
  MASTER_KEY: variable(
    "encrypts tenants' secrets",
    "64 hexadecimal digits; several with commas between, the newest first",
    z.string().transform(readMasterKeys).optional(),
  ),
  CHROMIUM_PATH: anyText("browser that prints PDFs", "the path of a Chrome or Chromium"),
  RUN_SCHEDULE: variable(
    "when the legacy run starts, in UTC",
    'a cron of six fields, seconds first, that comes round, such as "0 0 6 * * *"',
    text.refine(isCron).optional(),
  ),
  PROCESS_MONTH: pattern(
    "month that scheduled runs bill",
    "a month as YYYY-MM, such as 2026-02",
    /^\d{4}-(0[1-9]|1[0-2])$/,
  ),
  DRY_RUN: flag("whether scheduled runs only compute and report", false),
  NOTIFY_ON_COMPLETION: flag("whether the summary of a run is mailed", false),
  NOTIFY_EMAIL: email("who gets the summary of a run", "billing@example.com"),
  INVOICE_ENABLE_S3: flag("whether PDFs are kept in S3", false),
  INVOICE_S3_BUCKET: pattern(
    "bucket of the PDFs",
    "3 to 63 lower-case letters, digits, dots and hyphens, no two dots together and no IP address",
    /^(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
  ),
  INVOICE_S3_REGION: variable(
    "region of the bucket",
    "a region such as eu-central-1",
    text.default("us-east-1"),
  ),
  INVOICE_S3_ENDPOINT: webUrl("another S3 server than Amazon's", "https://s3.example.com"),
  INVOICE_S3_PREFIX: variable("put before each key", "any text", z.string().default("")),
  INVOICE_S3_FORCE_PATH_STYLE: flag("whether the bucket stands in the path of its URLs", false),
  INVOICE_S3_LINK_SECONDS: whole("how long a link to a PDF may be used, in seconds", 60, 604_800, 900),
  AWS_ACCESS_KEY_ID: anyText("credentials of S3", "an access key's id"),
  AWS_SECRET_ACCESS_KEY: anyText("credentials of S3", "the access key's secret"),
  AWS_SESSION_TOKEN: anyText("credentials of S3", "the session's token"),
  INVOICE_ENABLE_STRIPE: flag("whether invoices go to Stripe", false),
  STRIPE_API_KEY: anyText("secret key of Stripe", "a secret key, sk_..."),
  STRIPE_SECRET_KEY: anyText("another name for STRIPE_API_KEY", "a secret key, sk_..."),
  STRIPE_PUBLISHABLE_KEY: pattern(
    "key of Stripe for the page where customers pay",
    "a publishable key, pk_live_... or pk_test_...",
    /^pk_(live|test)_\w+$/,
  ),
  STRIPE_WEBHOOK_SECRET: anyText(
    "signs Stripe's webhooks",
    "the endpoint's signing secret, whsec_...; two with a comma while it is changed",
  ),
  STRIPE_API_BASE: webUrl("another server that speaks Stripe", "http://127.0.0.1:12111"),
  INVOICE_ENABLE_EMAIL: flag("whether invoices are mailed", false),
  INVOICE_SMTP_HOST: anyText("SMTP server", "a host name such as smtp.example.com"),
  INVOICE_SMTP_PORT: whole("port of the SMTP server", 0, 65_535, 587),
  INVOICE_SMTP_USERNAME: anyText("login at the SMTP server", "any text"),
  INVOICE_SMTP_PASSWORD: anyText("password at the SMTP server", "any text"),
  INVOICE_SMTP_FROM: anyText("sender of mails", "an e-mail address such as billing@example.com"),
  INVOICE_SMTP_TLS: flag("whether SMTP is encrypted", true),
  SENDGRID_API_KEY: anyText("SendGrid instead of SMTP", "an API key, SG...."),
  SENDGRID_API_BASE: webUrl("another server that speaks SendGrid", "http://127.0.0.1:12111"),
  PAYMENT_LINK_SECRET: variable(
    "signs payment links",
    "at least 32 characters; several with commas between, the newest first",
    z.string().transform(readSecrets).optional(),
  ),
  INVOICE_BATCH_SIZE: whole("subscriptions billed in one transaction", 1, 2_000, 600),
  WORKER_QUEUES: variable(
    "queues that a worker takes",
    `names with commas between, out of ${queueNames.join(", ")}`,
    z.string().transform(readQueueNames).optional(),
  ),
  WORKER_PORT: variable(
    "port on which a worker says how it does",
    "a port from 0 to 65535 (0: any that is free)",
    z.coerce.number().int().min(0).max(65_535).optional(),
  ),
  JOB_LEASE_MS: whole("how long a silent worker keeps its work, in milliseconds", 500, 3_600_000, 30_000),
  JOB_RETRY_SCALE: variable(
    "stretches or shortens every back-off and sweep",
    "a number from 0.01 to 100",
    z.coerce.number().min(0.01).max(100).default(1),
  ),
  FAILPOINT_DIR: anyText("folder of files that stop processes, for tests", "a folder's path"),
});

export type VariableName = keyof typeof environmentSchema.shape;

/** What a variable is and what it may hold, in words. */
export function wordsOf(name: VariableName): { readonly is: string; readonly allowed: string } {
  const { is, allowed } = environmentSchema.shape[name].meta() ?? {};
  return { is: String(is), allowed: String(allowed) };
}

/** Whether a cron has six fields and a next instant. */
function isCron(cron: string): boolean {
  try {
    CronExpressionParser.parse(cron, { strict: true }).next();
    return true;
  } catch {
    return false;
  }
}

const finalizationQueue: QueueName = "invoice-finalization";

/**
 * The queues of a list such as `pdf-render,payment`. Who generates invoices finalizes them too: lists written before that had a
 * queue of its own would leave it to nobody.
 */
function readQueueNames(list: string, context: z.RefinementCtx): QueueName[] {
  const named = list.split(",").map((part) => {
    const name = queueNames.find((known) => known === part.trim());
    if (name === undefined) context.addIssue({ code: "custom", input: list });
    return name ?? queueNames[0];
  });
  return [
    ...new Set(named.flatMap((name) => (name === "invoice-generation" ? [name, finalizationQueue] : [name]))),
  ];
}

/** The secrets of a list, the newest first. */
function readSecrets(list: string, context: z.RefinementCtx): [string, ...string[]] {
  const [newest = "", ...older] = list.split(",").map((secret) => secret.trim());
  if ([newest, ...older].some((secret) => secret.length < 32))
    context.addIssue({ code: "custom", input: list });
  return [newest, ...older];
}

/** The keys of a list, the newest first. */
function readMasterKeys(list: string, context: z.RefinementCtx): [string, ...string[]] {
  const [newest = "", ...older] = list.split(",").map((key) => key.trim().toLowerCase());
  if ([newest, ...older].some((key) => !/^[0-9a-f]{64}$/.test(key)))
    context.addIssue({ code: "custom", input: list });
  return [newest, ...older];
}
