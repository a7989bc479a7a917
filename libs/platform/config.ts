import { CronExpressionParser } from "cron-parser";
import { z } from "zod";

const flag = z.enum(["true", "false", "1", "0"]).transform((text) => text === "true" || text === "1");
const port = z.coerce.number().int().min(0).max(65_535);
const count = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const text = z.string().min(1);

/** Every variable that Billwright reads, with what is allowed; `.env.example` and the README say the same. */
export const environmentSchema = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  MIGRATION_DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  DB_POOL_SIZE: count(1, 500).default(10),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  PORT: port.default(3000),
  PUBLIC_URL: z.url().optional(),
  TRUST_PROXY: text.optional(),
  LOG_LEVEL: z.enum(["error", "warn", "info", "debug"]).default("info"),
  LOG_FORMAT: z.enum(["json", "pretty"]).default("json"),
  BILLWRIGHT_DATA_DIR: text.default(".billwright"),
  BOOTSTRAP_API_KEY: z
    .string()
    .regex(/^bw_(live|test)_[A-Za-z0-9]{32,128}$/, "bw_live_ or bw_test_ and 32 to 128 letters or digits")
    .optional(),
  ADMIN_EMAIL: z.email().optional(),
  ADMIN_PASSWORD: z.string().min(12, "at least 12 characters").optional(),
  MASTER_KEY: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, "64 hexadecimal digits")
    .optional(),
  CHROMIUM_PATH: text.optional(),
  RUN_SCHEDULE: text
    .refine(isCron, 'a cron of six fields, seconds first, that comes round, such as "0 0 6 * * *"')
    .optional(),
  PROCESS_MONTH: z
    .string()
    .regex(/^\d{4}-(0[1-9]|1[0-2])$/, "a month as YYYY-MM")
    .optional(),
  DRY_RUN: flag.default(false),
  NOTIFY_ON_COMPLETION: flag.default(false),
  NOTIFY_EMAIL: z.email().optional(),
  INVOICE_ENABLE_S3: flag.default(false),
  INVOICE_S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "3 to 63 lower-case letters, digits, dots and hyphens")
    .optional(),
  INVOICE_S3_REGION: text.default("us-east-1"),
  INVOICE_S3_ENDPOINT: z.url().optional(),
  INVOICE_S3_PREFIX: z.string().default(""),
  INVOICE_S3_FORCE_PATH_STYLE: flag.default(false),
  AWS_ACCESS_KEY_ID: text.optional(),
  AWS_SECRET_ACCESS_KEY: text.optional(),
  AWS_SESSION_TOKEN: text.optional(),
  INVOICE_ENABLE_STRIPE: flag.default(false),
  STRIPE_API_KEY: text.optional(),
  STRIPE_SECRET_KEY: text.optional(),
  STRIPE_WEBHOOK_SECRET: text.optional(),
  STRIPE_API_BASE: z.url().optional(),
  INVOICE_ENABLE_EMAIL: flag.default(false),
  INVOICE_SMTP_HOST: text.optional(),
  INVOICE_SMTP_PORT: port.default(587),
  INVOICE_SMTP_USERNAME: text.optional(),
  INVOICE_SMTP_PASSWORD: text.optional(),
  INVOICE_SMTP_FROM: text.optional(),
  INVOICE_SMTP_TLS: flag.default(true),
  SENDGRID_API_KEY: text.optional(),
  SENDGRID_API_BASE: z.url().optional(),
  PAYMENT_LINK_SECRET: z.string().min(32, "at least 32 characters").optional(),
  INVOICE_BATCH_SIZE: count(1, 2_000).default(250),
  WORKER_QUEUES: text.optional(),
  JOB_LEASE_MS: count(500, 3_600_000).default(30_000),
  JOB_RETRY_SCALE: z.coerce.number().min(0.01).max(100).default(1),
  FAILPOINT_DIR: text.optional(),
});

export type Environment = z.infer<typeof environmentSchema>;

export type Config = Environment & {
  readonly stripe: {
    readonly apiKey: string;
    readonly webhookSecret: string;
    readonly apiBase: string | null;
  } | null;
  readonly emailEnabled: boolean;
  readonly storage: "folder" | "s3";
};

export type ConfigProblem = { readonly variable: string; readonly given: string; readonly allowed: string };

/** Thrown by `readConfig`; its message is one line per variable: what it is, what was given, what is allowed. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map((p) => `${p.variable}: ${p.given}; allowed: ${p.allowed}`).join("\n"));
    this.problems = problems;
  }
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

const secretNames = /KEY|SECRET|PASSWORD|TOKEN|URL/;

/**
 * Reads the environment once. Empty variables count as unset.
 * @throws ConfigError with every problem, secrets not repeated
 */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const given = Object.fromEntries(
    Object.keys(environmentSchema.shape).flatMap((name) => (env[name] ? [[name, env[name]]] : [])),
  );
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    throw new ConfigError(
      parsed.error.issues.map((issue) => {
        const variable = String(issue.path[0]);
        const value = secretNames.test(variable) ? "given (not repeated)" : `given "${env[variable] ?? ""}"`;
        return { variable, given: value, allowed: issue.message };
      }),
    );
  }
  const settings = parsed.data;
  const problems = missingPartners(settings);
  if (problems.length > 0) throw new ConfigError(problems);
  return { ...settings, ...derived(settings) };
}

/** Reads the environment with some variables set by us, such as the ports that a demo found free. */
export function readConfigWith(overrides: Readonly<Record<string, string | undefined>>): Config {
  return readConfig({ ...process.env, ...overrides });
}

/**
 * The environment of a process that we start: ours without what Billwright reads of it, except the browser's place,
 * and then `settings`.
 */
export function childEnvironment(
  settings: Readonly<Record<string, string>>,
): Record<string, string | undefined> {
  const kept = Object.entries(process.env).filter(
    ([name]) => name === "CHROMIUM_PATH" || !Object.hasOwn(environmentSchema.shape, name),
  );
  return { ...Object.fromEntries(kept), ...settings };
}

export type EnvironmentRow = {
  readonly variable: string;
  /** Masked when it is a secret; null when unset and without default. */
  readonly value: string | null;
  readonly isGiven: boolean;
};

/** Every variable as it is in force, for people to read: secrets are masked. */
export function describeEnvironment(
  config: Config,
  env: Readonly<Record<string, string | undefined>> = process.env,
): EnvironmentRow[] {
  const values: Readonly<Record<string, unknown>> = { ...config };
  return Object.keys(environmentSchema.shape).map((variable) => {
    const value = values[variable];
    const isSecret = secretNames.test(variable) && !/^(PUBLIC_URL)$/.test(variable);
    const shown = value === undefined ? null : isSecret ? "(set, not shown)" : String(value);
    return { variable, value: shown, isGiven: Boolean(env[variable]) };
  });
}

function derived(settings: Environment): Pick<Config, "stripe" | "emailEnabled" | "storage"> {
  const apiKey = settings.STRIPE_API_KEY ?? settings.STRIPE_SECRET_KEY;
  return {
    stripe:
      settings.INVOICE_ENABLE_STRIPE && apiKey && settings.STRIPE_WEBHOOK_SECRET
        ? { apiKey, webhookSecret: settings.STRIPE_WEBHOOK_SECRET, apiBase: settings.STRIPE_API_BASE ?? null }
        : null,
    emailEnabled: settings.INVOICE_ENABLE_EMAIL,
    storage: settings.INVOICE_ENABLE_S3 ? "s3" : "folder",
  };
}

function missingPartners(settings: Environment): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const need = (when: boolean, variable: string, present: unknown, why: string) => {
    if (when && !present) problems.push({ variable, given: "nothing given", allowed: why });
  };
  const stripe = settings.INVOICE_ENABLE_STRIPE;
  need(
    stripe,
    "STRIPE_API_KEY",
    settings.STRIPE_API_KEY ?? settings.STRIPE_SECRET_KEY,
    "a secret key, since INVOICE_ENABLE_STRIPE=true",
  );
  need(
    stripe,
    "STRIPE_WEBHOOK_SECRET",
    settings.STRIPE_WEBHOOK_SECRET,
    "the endpoint's signing secret (whsec_...), since INVOICE_ENABLE_STRIPE=true",
  );
  need(
    settings.INVOICE_ENABLE_S3,
    "INVOICE_S3_BUCKET",
    settings.INVOICE_S3_BUCKET,
    "a bucket name, since INVOICE_ENABLE_S3=true",
  );
  const mail = settings.INVOICE_ENABLE_EMAIL;
  need(
    mail,
    "INVOICE_SMTP_HOST",
    settings.INVOICE_SMTP_HOST ?? settings.SENDGRID_API_KEY,
    "an SMTP host or SENDGRID_API_KEY, since INVOICE_ENABLE_EMAIL=true",
  );
  need(
    mail,
    "INVOICE_SMTP_FROM",
    settings.INVOICE_SMTP_FROM,
    "a sender address, since INVOICE_ENABLE_EMAIL=true",
  );
  need(
    settings.NOTIFY_ON_COMPLETION,
    "NOTIFY_EMAIL",
    settings.NOTIFY_EMAIL,
    "an address, since NOTIFY_ON_COMPLETION=true",
  );
  need(
    Boolean(settings.ADMIN_EMAIL),
    "ADMIN_PASSWORD",
    settings.ADMIN_PASSWORD,
    "at least 12 characters, since ADMIN_EMAIL is set",
  );
  return problems;
}
