import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { Temporal } from "temporal-polyfill";
import type { Causes } from "#libs/core/events.ts";
import { domainError } from "#libs/core/errors.ts";
import { oncePerObject } from "#libs/core/once-per-object.ts";
import { PrismaClient } from "#prisma/generated/client.ts";
import { jobNotices } from "./job-notices.ts";
import { inSql, type Sql } from "./sql-transaction.ts";

export type Db = Sql;

export type Database = {
  readonly prisma: PrismaClient;
  readonly pool: pg.Pool;
  readonly causes: Causes;
  /** Called after a commit that wrote jobs; whoever moves them need not look for them then. */
  readonly tellOfJobs: () => void;
  readonly close: () => Promise<void>;
};

/** Who acts and why: goes into the audit log. */
export type Actor = {
  readonly actor: string;
  readonly reason?: string | undefined;
  readonly requestId?: string | undefined;
  readonly address?: string | undefined;
};

/**
 * One open transaction of one tenant: row-level security shows this tenant's rows and no others.
 * `now` is the tenant's business time: its test clock, else the database's transaction time.
 */
export type TenantTx = Actor & {
  readonly db: Db;
  readonly tenantId: string;
  readonly now: Temporal.Instant;
  readonly causes: Causes;
  /** The run this work belongs to; events and jobs written here carry it. */
  readonly runId: string | null;
  /** Notes that this transaction wrote jobs. */
  readonly noteJobs: () => void;
};

/** As much of a tenant's transaction as the statements of usage need. */
export type TenantSql = Pick<TenantTx, "tenantId" | "now" | "db">;

export type TenantScope = Actor & {
  readonly tenantId: string;
  /** API key on whose behalf it is: asked for as the transaction begins. */
  readonly keyId?: string | undefined;
  readonly runId?: string | null;
  /** Upper bound of the whole transaction, in milliseconds; the client waits for the database for 2 seconds more. */
  readonly timeoutMs?: number;
  /** Ends the transaction when the process stops: the statement that runs is cancelled, and nothing is begun any more. */
  readonly stopping?: AbortSignal | undefined;
};

export type TenantSqlScope = Pick<TenantScope, "tenantId" | "timeoutMs"> & {
  /** Longest wait for a lock, in milliseconds; unless given the bound of the transaction, 10 seconds at most. */
  readonly lockTimeoutMs?: number;
};

/**
 * Connects lazily; `causes` is the job catalog, so that writers store the jobs their events cause.
 * @param options.tellsOfJobs whether a relay that listens is told of jobs at once; unless given they wait for its poll
 */
export function openDatabase(options: {
  readonly url: string;
  readonly poolSize: number;
  readonly causes: Causes;
  readonly tellsOfJobs?: boolean;
}): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize,
    connectionTimeoutMillis: 10_000, // as long as a transaction may wait for its turn
    idleTimeoutMillis: 30_000,
    application_name: "billwright",
  });
  pool.on("error", () => undefined); // an idle connection died; the pool replaces it
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  return {
    prisma,
    pool,
    causes: options.causes,
    tellOfJobs: options.tellsOfJobs ? jobNotices(pool) : () => undefined,
    close: async () => {
      await prisma.$disconnect();
      if (!pool.ended) await pool.end();
    },
  };
}

/**
 * The one opener of tenant transactions. Takes the application role, sets the tenant for row-level security and
 * bounds the transaction on the database side; everything ends with the transaction.
 * @throws `tenant_not_found`; `api_key_invalid` when `keyId` is revoked or expired; the reason of `stopping`
 */
export async function withTenant<T>(
  database: Database,
  scope: TenantScope,
  fn: (tx: TenantTx) => Promise<T>,
): Promise<T> {
  const { tenantId, keyId, timeoutMs = 30_000, runId = null, actor, reason, requestId, address } = scope;
  const { stopping } = scope;
  stopping?.throwIfAborted();
  const asked = keyId === undefined ? "" : `; ${askForKey(tenantId, keyId)}`;
  const terms = { enter: enterTenant(tenantId, timeoutMs) + asked, timeoutMs, isPrepared: false };
  let hasJobs = false;
  const noteJobs = () => {
    hasJobs = true;
  };
  type Asked = Entered & { readonly is_usable?: boolean };
  const done = await inSql<Asked, T>(database.pool, terms, (db, entered) => {
    const now = nowOf(tenantId, entered);
    if (keyId !== undefined && entered.is_usable !== true)
      throw domainError("api_key_invalid", "The API key is unknown, revoked or expired.");
    const { causes } = database;
    const tx = { db, tenantId, now, causes, runId, actor, reason, requestId, address, noteJobs };
    return stopping === undefined ? fn(tx) : endedBy(stopping, database, tx, fn);
  });
  if (hasJobs) database.tellOfJobs();
  return done;
}

/** Works until the signal comes; then what the transaction runs is cancelled, and it fails with the signal's reason. */
async function endedBy<T>(
  stopping: AbortSignal,
  { pool }: Database,
  tx: TenantTx,
  fn: (tx: TenantTx) => Promise<T>,
): Promise<T> {
  const [backend] = await tx.db.$queryRaw<{ pid: number }[]>`select pg_backend_pid() as pid`;
  const cancel = () => void pool.query("select pg_cancel_backend($1)", [backend?.pid]).catch(() => undefined);
  stopping.addEventListener("abort", cancel);
  try {
    stopping.throwIfAborted();
    return await fn(tx);
  } catch (error) {
    stopping.throwIfAborted();
    throw error;
  } finally {
    stopping.removeEventListener("abort", cancel);
  }
}

/**
 * As `withTenant`, for the one way in that is called thousands of times a second: its statements are planned once for a connection,
 * for batches of any size, and must not go through all of one side for each row of the other.
 * @throws `tenant_not_found`
 */
export async function withTenantSql<T>(
  database: Database,
  scope: TenantSqlScope,
  fn: (tx: TenantSql) => Promise<T>,
): Promise<T> {
  const { tenantId, timeoutMs = 30_000, lockTimeoutMs } = scope;
  const locks = lockTimeoutMs === undefined ? "" : `; set local lock_timeout = ${Number(lockTimeoutMs)}`;
  const enter = `set local enable_nestloop = off; ${enterTenant(tenantId, timeoutMs)}${locks}`;
  return inSql<Entered, T>(database.pool, { enter, timeoutMs, isPrepared: true }, (db, entered) =>
    fn({ db, tenantId, now: nowOf(tenantId, entered) }),
  );
}

type Entered = { readonly now?: Date | null };

function enterTenant(tenantId: string, timeoutMs: number): string {
  return `select enter_tenant(${pg.escapeLiteral(tenantId)}::uuid, ${Number(timeoutMs)}) as now`;
}

function askForKey(tenantId: string, keyId: string): string {
  return `select exists (select from api_key where tenant_id = ${pg.escapeLiteral(tenantId)}::uuid and id = ${pg.escapeLiteral(keyId)}::uuid
    and revoked_at is null and (expires_at is null or expires_at > now())) as is_usable`;
}

function nowOf(tenantId: string, { now }: Entered): Temporal.Instant {
  if (!now) throw domainError("tenant_not_found", `no tenant ${tenantId}`);
  return toInstant(now);
}

/**
 * A transaction before a tenant is known: sees keys, links, inbox, jobs and what is due of every tenant, and
 * nothing of their business.
 */
export async function withSystem<T>(
  database: Database,
  fn: (db: Db) => Promise<T>,
  timeoutMs = 15_000,
): Promise<T> {
  return database.prisma.$transaction(
    async (db) => {
      await db.$executeRaw`select enter_system(${timeoutMs}::int)`;
      return fn(db);
    },
    { timeout: timeoutMs + 2_000, maxWait: 10_000 },
  );
}

/** As `withSystem`, over the driver alone: for what each request asks before its tenant is known. */
export async function withSystemSql<T>(
  database: Database,
  fn: (db: Db) => Promise<T>,
  timeoutMs = 15_000,
): Promise<T> {
  const enter = `select enter_system(${Number(timeoutMs)})`;
  return inSql(database.pool, { enter, timeoutMs, isPrepared: false }, (db) => fn(db));
}

/** The tenant's business time at this moment, which has moved on since the transaction began where it waited for a lock. */
export async function readNow(tx: TenantTx): Promise<Temporal.Instant> {
  const [row] = await tx.db.$queryRaw<{ now: Date }[]>`
    select coalesce(clock_now, clock_timestamp()) as now from tenant where id = ${tx.tenantId}::uuid`;
  return row === undefined ? tx.now : toInstant(row.now);
}

/**
 * One call of a function of the schema that enters the system role by itself: a transaction of its own in one trip, without
 * Prisma, for the few statements that every job needs. A time-out that a statement sets does not bound itself, so these never wait
 * for a lock, and a connection ends that has no answer in `timeoutMs`; what was asked for may be done then all the same.
 */
export async function callAsSystem<Row extends object>(
  database: Database,
  text: string,
  values: readonly unknown[],
  timeoutMs = 17_000,
): Promise<Row[]> {
  const query = { text, values: [...values], query_timeout: timeoutMs };
  const { rows } = await database.pool.query<Row>(query);
  return rows;
}

/** A row's instant as core wants it. */
export function toInstant(date: Date): Temporal.Instant {
  return Temporal.Instant.fromEpochMilliseconds(date.getTime());
}

/** As `toDate`, as text, written once for each instant: many rows share a few. */
export const toDateText = oncePerObject((instant: Temporal.Instant) => toDate(instant).toISOString());

/** Core's instant as a column wants it; milliseconds. */
export function toDate(instant: Temporal.Instant): Date {
  return new Date(instant.epochMilliseconds);
}
