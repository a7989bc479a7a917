import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DomainError, errorTable, isRetryable } from "#libs/core/errors.ts";
import { parsePublicId, publicId } from "#libs/core/public-id.ts";
import { type Database, openDatabase, withSystem } from "#libs/data/database.ts";
import { listTenantIds } from "#libs/data/tenants.ts";
import { type Config, ConfigError, readConfig } from "#libs/platform/config.ts";
import { createLogger, type Logger } from "#libs/platform/logger.ts";
import type { BuiltDeps } from "../build-deps.ts";
import { keptMasterKey } from "./stack/kept-secret.ts";

/** Exit codes of every command: 0 ok, 2 bad input, 3 partly done, 4 something is unavailable, 130 stopped. */
export const exitCodes = { ok: 0, badInput: 2, partial: 3, unavailable: 4, stopped: 130 } as const;

/** Ends a command with a message and an exit code. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: number;

  constructor(exitCode: number, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** What `billwright up` and `demo` leave for other commands, so that they find the embedded server. */
export type Connection = {
  readonly pid: number;
  readonly url: string;
  readonly ownerUrl: string;
  readonly apiUrl: string;
  readonly tenantId: string | null;
  /** Every variable that it runs with, but for those that only its API needs. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether it makes payment links: the variables do not say, as their secret is its API's. */
  readonly hasPaymentLinks: boolean;
  /** Whether its MASTER_KEY is the one that its data folder keeps. */
  readonly keepsMasterKey: boolean;
};

/** Variables that only the API needs: the running stack keeps them to itself. */
export const apiSecrets: ReadonlySet<string> = new Set([
  ...(["ADMIN_EMAIL", "ADMIN_PASSWORD", "BOOTSTRAP_API_KEY"] as const),
  ...(["MASTER_KEY", "PAYMENT_LINK_SECRET"] as const),
]);

export type Installation = BuiltDeps & {
  /** What the installation runs with: of the running stack when there is one. */
  readonly config: Config;
  /** What this shell says. */
  readonly ownConfig: Config;
  readonly running: Connection | null;
  readonly logger: Logger;
  readonly database: Database;
  /** Tenant of the running demo, when that is what was found. */
  readonly defaultTenantId: string | null;
};

const connectionFile = "connection.json";

export function connectionPath(dataDir: string): string {
  return join(dataDir, connectionFile);
}

/** The running `up` or `demo` of a data folder; null when there is none. */
export function readConnection(dataDir: string): Connection | null {
  const path = connectionPath(dataDir);
  if (!existsSync(path)) return null;
  try {
    const connection = JSON.parse(readFileSync(path, "utf8")) as Connection;
    process.kill(connection.pid, 0);
    return connection;
  } catch {
    return null;
  }
}

/**
 * The running stack that a command means: of the data folder, else the demo in it. A DATABASE_URL of this shell means
 * only a stack on that very database.
 */
export function findRunning(own: Config): Connection | null {
  const dirs = [own.BILLWRIGHT_DATA_DIR, join(own.BILLWRIGHT_DATA_DIR, "demo")];
  for (const dir of dirs) {
    const running = readConnection(dir);
    if (running !== null && (own.DATABASE_URL === undefined || own.DATABASE_URL === running.url))
      return running;
  }
  return null;
}

type FoundInstallation = {
  readonly config: Config & { readonly DATABASE_URL: string };
  readonly ownConfig: Config;
  readonly running: Connection | null;
  readonly logger: Logger;
  readonly defaultTenantId: string | null;
};

/** What opens the running stack's stored secrets: the key that its data folder keeps, or else this shell's. */
function masterKeyOf({ keepsMasterKey, environment }: Connection, own: Config): Record<string, string> {
  const dataDir = environment["BILLWRIGHT_DATA_DIR"];
  const key = keepsMasterKey && dataDir !== undefined ? keptMasterKey(dataDir) : own.MASTER_KEY?.join(",");
  return key === undefined ? {} : { MASTER_KEY: key };
}

function findInstallation(): FoundInstallation {
  const ownConfig = readConfig();
  const running = findRunning(ownConfig);
  const config =
    running === null ? ownConfig : readConfig({ ...masterKeyOf(running, ownConfig), ...running.environment });
  const { DATABASE_URL } = config;
  if (DATABASE_URL === undefined) {
    throw new CliError(
      exitCodes.unavailable,
      "no database: set DATABASE_URL, or start one with `billwright up` (or `npm run demo`) in another terminal",
    );
  }
  const logger = createLogger({ level: "warn", format: "pretty", process: "cli", toStderr: true });
  return {
    config: { ...config, DATABASE_URL },
    ...{ ownConfig, running, logger, defaultTenantId: running?.tenantId ?? null },
  };
}

/**
 * Opens the installation that runs in the data folder, else the one that the environment names.
 * @throws CliError 4 when there is none
 */
async function openInstallation(): Promise<Installation> {
  const { config, logger, ...found } = findInstallation();
  const { buildDeps } = await import("../build-deps.ts");
  const { causes } = await import("#libs/jobs/catalog.ts");
  const built = await buildDeps(config, logger, { causes, isBesideApi: found.running !== null });
  return { ...built, ...found, config, logger, database: built.deps.database };
}

/** What a command needs that works on the database alone and causes no jobs: little memory, quick to start. */
export type DatabaseInstallation = Pick<Installation, "database" | "logger" | "defaultTenantId">;

/** As `withInstallation`, with nothing but the database. */
export async function withDatabaseOnly<T>(use: (found: DatabaseInstallation) => Promise<T>): Promise<T> {
  const { config, logger, defaultTenantId } = findInstallation();
  const database = openDatabase({ url: config.DATABASE_URL, poolSize: 2, causes: () => [] });
  try {
    return await use({ database, logger, defaultTenantId });
  } finally {
    await database.close();
  }
}

/** Runs something with the installation open, and closes it whatever happens. */
export async function withInstallation<T>(use: (installation: Installation) => Promise<T>): Promise<T> {
  const installation = await openInstallation();
  try {
    return await use(installation);
  } finally {
    await installation.close();
  }
}

/** The tenant a command works for: the one named, the demo's, or the only one there is. */
export async function pickTenant(
  installation: DatabaseInstallation,
  named: string | undefined,
): Promise<string> {
  if (named !== undefined) return namedTenant(installation, named);
  if (installation.defaultTenantId !== null) return installation.defaultTenantId;
  const ids = await withSystem(installation.database, listTenantIds);
  const [only] = ids;
  if (ids.length === 1 && only !== undefined) return only;
  throw new CliError(
    exitCodes.badInput,
    ids.length === 0
      ? "there is no tenant yet: `billwright tenant create NAME` makes one"
      : `there are ${ids.length} tenants: name one with --tenant (${ids
          .slice(0, 5)
          .map((id) => publicId("tenant", id))
          .join(", ")}${ids.length > 5 ? ", ..." : ""})`,
  );
}

/** A tenant by its id, as a UUID or as `ten_...`. */
async function namedTenant({ database }: DatabaseInstallation, named: string): Promise<string> {
  const wanted = parsePublicId("tenant", named) ?? named.toLowerCase();
  const ids = await withSystem(database, listTenantIds);
  if (ids.includes(wanted)) return wanted;
  const known = ids.slice(0, 5).map((id) => publicId("tenant", id));
  throw new CliError(
    exitCodes.badInput,
    `--tenant: there is no tenant "${named}"; there are ${known.join(", ") || "none"}${ids.length > 5 ? ", ..." : ""}`,
  );
}

/** What a failure says to a person, and how the command ends. */
export function explainFailure(error: unknown): { message: string; exitCode: number } {
  if (error instanceof CliError) return { message: error.message, exitCode: error.exitCode };
  if (error instanceof ConfigError) return { message: error.message, exitCode: exitCodes.badInput };
  if (error instanceof DomainError) {
    const places = (error.details.errors ?? [])
      .map((place) => `\n  ${place.path}: ${place.message}`)
      .join("");
    const unavailable = isRetryable(error.kind) || error.kind === "misconfigured";
    const isSaid = (error.details.errors ?? []).some((place) => error.message.includes(place.message));
    return {
      message: `${error.code}: ${places !== "" && isSaid ? errorTable[error.code].title : error.message}${places}`,
      exitCode: unavailable ? exitCodes.unavailable : exitCodes.badInput,
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { message, exitCode: exitCodes.unavailable };
}

export function printJson(value: unknown): void {
  const text = JSON.stringify(value, (_, v: unknown) => (typeof v === "bigint" ? v.toString() : v), 2);
  process.stdout.write(`${text}\n`);
}
