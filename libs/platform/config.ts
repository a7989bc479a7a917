import type { z } from "zod";
import { environmentSchema, type VariableName, wordsOf } from "./environment.ts";

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

export type ConfigProblem = {
  readonly variable: VariableName;
  readonly given: string;
  /** Unset: what the variable may hold at all. */
  readonly allowed?: string;
};

/** Thrown by `readConfig`; its message is one line per variable: what it is, what was given, what is allowed. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(lineOf).join("\n"));
    this.problems = problems;
  }
}

function lineOf({ variable, given, allowed }: ConfigProblem): string {
  const words = wordsOf(variable);
  return `${variable} (${words.is}): ${given}; allowed: ${allowed ?? words.allowed}`;
}

const variableNames = Object.keys(environmentSchema.shape) as VariableName[];
const longestShown = 80;

type Variables = Readonly<Record<string, string | undefined>>;

function isSecret(variable: VariableName): boolean {
  return /KEY|SECRET|PASSWORD|TOKEN|URL/.test(variable) && variable !== "PUBLIC_URL";
}

/** What an environment gives of our variables; empty ones count as unset. */
export function givenSettings(env: Variables = process.env): Partial<Record<VariableName, string>> {
  return Object.fromEntries(variableNames.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
}

/**
 * Reads the environment once. Empty variables count as unset.
 * @throws ConfigError with every problem in one go, also of variables that need each other; secrets are not repeated
 */
export function readConfig(env: Variables = process.env): Config {
  const given = givenSettings(env);
  const parsed = environmentSchema.safeParse(given);
  const wrong = new Set(parsed.error?.issues.map((issue) => String(issue.path[0])));
  const problems = [
    ...variableNames
      .filter((variable) => wrong.has(variable))
      .map((variable) => ({ variable, given: shown(variable, given[variable] ?? "") })),
    ...missingPartners(given),
  ];
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  return { ...parsed.data, ...derived(parsed.data) };
}

function shown(variable: VariableName, value: string): string {
  if (isSecret(variable)) return "given (not repeated)";
  const rest = value.length > longestShown ? " and more" : "";
  return `given ${JSON.stringify(value.slice(0, longestShown))}${rest}`;
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
export function describeEnvironment(config: Config, env: Variables = process.env): EnvironmentRow[] {
  const values: Readonly<Record<string, unknown>> = { ...config };
  return variableNames.map((variable) => {
    const value = values[variable];
    const text = value === undefined ? null : isSecret(variable) ? "(set, not shown)" : String(value);
    return { variable, value: text, isGiven: Boolean(env[variable]) };
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

/** Variables that another one needs beside it, and that are not given. */
function missingPartners(given: Partial<Record<VariableName, string>>): ConfigProblem[] {
  const isOn = (flag: VariableName) => given[flag] === "true" || given[flag] === "1";
  const need = (
    why: VariableName,
    isNeeded: boolean,
    variable: VariableName,
    instead: readonly VariableName[] = [],
  ): ConfigProblem[] => {
    if (!isNeeded || [variable, ...instead].some((name) => given[name] !== undefined)) return [];
    const because = isSecret(why) || !isOn(why) ? `${why} is set` : `${why}=${given[why]}`;
    const others = instead.map((name) => `, or ${name} instead`).join("");
    const allowed = `${wordsOf(variable).allowed}${others}, since ${because}`;
    return [{ variable, given: "nothing given", allowed }];
  };
  const whenOn = (flag: VariableName, variable: VariableName, instead: readonly VariableName[] = []) =>
    need(flag, isOn(flag), variable, instead);
  const besides = (one: VariableName, variable: VariableName, matters = true) =>
    need(one, matters && given[one] !== undefined, variable);
  return [
    ...besides("ADMIN_EMAIL", "ADMIN_PASSWORD"),
    ...whenOn("NOTIFY_ON_COMPLETION", "NOTIFY_EMAIL"),
    ...whenOn("INVOICE_ENABLE_S3", "INVOICE_S3_BUCKET"),
    ...besides("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID", isOn("INVOICE_ENABLE_S3")),
    ...besides("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", isOn("INVOICE_ENABLE_S3")),
    ...whenOn("INVOICE_ENABLE_STRIPE", "STRIPE_API_KEY", ["STRIPE_SECRET_KEY"]),
    ...whenOn("INVOICE_ENABLE_STRIPE", "STRIPE_WEBHOOK_SECRET"),
    ...whenOn("INVOICE_ENABLE_EMAIL", "INVOICE_SMTP_HOST", ["SENDGRID_API_KEY"]),
    ...whenOn("INVOICE_ENABLE_EMAIL", "INVOICE_SMTP_FROM"),
  ];
}
