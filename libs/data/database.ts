import { PrismaPg } from "@prisma/adapter-pg";
import { hash } from "node:crypto";
import pg from "pg";
import { Temporal } from "temporal-polyfill";
import type { Causes } from "#libs/core/events.ts";
import { domainError } from "#libs/core/errors.ts";
import { oncePerObject } from "#libs/core/once-per-object.ts";
import { type Prisma, PrismaClient } from "#prisma/generated/client.ts";
import { jobNotices } from "./job-notices.ts";

export type Db = Prisma.TransactionClient;

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

/** What a statement needs of an open transaction; Prisma's client and the driver alone both have it. */
export type Sql = {
  readonly $queryRaw: <T>(text: TemplateStringsArray, ...values: unknown[]) => PromiseLike<T>;
};

/** As much of a tenant's transaction as statements need that are also run over the driver alone. */
export type TenantSql = Pick<TenantTx, "tenantId" | "now"> & { readonly db: Sql };

export type TenantScope = Actor & {
  readonly tenantId: string;
  readonly runId?: string | null;
  /** Upper bound of the whole transaction, in milliseconds; the client waits for the database for 2 seconds more. */
  readonly timeoutMs?: number;
};

/** Of a transaction over the driver. */
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
 * @throws `tenant_not_found`
 */
export async function withTenant<T>(
  database: Database,
  scope: TenantScope,
  fn: (tx: TenantTx) => Promise<T>,
): Promise<T> {
  const timeoutMs = scope.timeoutMs ?? 30_000;
  let hasJobs = false;
  const done = await database.prisma.$transaction(
    async (db) => {
      const [row] = await db.$queryRaw<{ now: Date | null }[]>`
        select enter_tenant(${scope.tenantId}::uuid, ${timeoutMs}::int) as now`;
      if (!row?.now) throw domainError("tenant_not_found", `no tenant ${scope.tenantId}`);
      return fn({
        db,
        tenantId: scope.tenantId,
        now: Temporal.Instant.fromEpochMilliseconds(row.now.getTime()),
        causes: database.causes,
        runId: scope.runId ?? null,
        actor: scope.actor,
        reason: scope.reason,
        requestId: scope.requestId,
        address: scope.address,
        noteJobs: () => {
          hasJobs = true;
        },
      });
    },
    { timeout: timeoutMs + 2_000, maxWait: 10_000 },
  );
  if (hasJobs) database.tellOfJobs();
  return done;
}

/**
 * As `withTenant`, over the driver alone: a tenth of the work of Prisma's transaction, for the one way in that is called
 * thousands of times a second. Role, tenant and time-outs end with the transaction in the same way.
 * @throws `tenant_not_found`
 */
export async function withTenantSql<T>(
  database: Database,
  scope: TenantSqlScope,
  fn: (tx: TenantSql) => Promise<T>,
): Promise<T> {
  const { tenantId, timeoutMs = 30_000, lockTimeoutMs } = scope;
  const entered = `select enter_tenant(${pg.escapeLiteral(tenantId)}::uuid, ${Number(timeoutMs)}) as now`;
  const enter =
    lockTimeoutMs === undefined ? entered : `${entered}; set local lock_timeout = ${Number(lockTimeoutMs)}`;
  return inSql<{ now: Date | null }, T>(database, enter, timeoutMs, (db, [row]) => {
    if (!row?.now) throw domainError("tenant_not_found", `no tenant ${tenantId}`);
    return fn({ db, tenantId, now: toInstant(row.now) });
  });
}

/** As `withSystem`, over the driver alone. */
export async function withSystemSql<T>(
  database: Database,
  fn: (db: Sql) => Promise<T>,
  timeoutMs = 15_000,
): Promise<T> {
  return inSql(database, `select enter_system(${Number(timeoutMs)})`, timeoutMs, (db) => fn(db));
}

/** Poolers in front of these do not take prepared statements along from session to session. */
const withoutPrepared = new WeakSet<Database>();

/**
 * A transaction over the driver; `fn` is given the rows of `enter`, which has taken the role. Where a pooler loses a prepared
 * statement, or has another process's under its name, that aborts the transaction: it is made once more, as are all after it,
 * with statements that have no name.
 */
async function inSql<Entered extends pg.QueryResultRow, T>(
  database: Database,
  enter: string,
  timeoutMs: number,
  fn: (db: Sql, entered: readonly Entered[]) => Promise<T>,
): Promise<T> {
  const isNamed = !withoutPrepared.has(database);
  const outcome = await inSqlOnce(database, { enter, timeoutMs, isNamed }, fn);
  if (outcome !== "misnamed") return outcome.done;
  withoutPrepared.add(database);
  return inSql(database, enter, timeoutMs, fn);
}

/** 26000: no such prepared statement in this session; 42P05: there is one already. */
const misnamedCodes: ReadonlySet<string | undefined> = new Set(["26000", "42P05"]);

/** @returns "misnamed" when a session did not have what was prepared: nothing of the transaction was stored. */
async function inSqlOnce<Entered extends pg.QueryResultRow, T>(
  database: Database,
  terms: { readonly enter: string; readonly timeoutMs: number; readonly isNamed: boolean },
  fn: (db: Sql, entered: readonly Entered[]) => Promise<T>,
): Promise<{ readonly done: T } | "misnamed"> {
  const client = await database.pool.connect();
  let lost: Error | undefined;
  let isMisnamed = false;
  const onLost = (error: Error) => {
    lost = error;
  };
  client.on("error", onLost);
  const deadline = openDeadline(client, terms.timeoutMs, onLost);
  const send = async (statement: Statement, values?: unknown[]) => {
    try {
      if (statement.text !== "rollback") await deadline.bound();
      return await client.query(values === undefined ? statement : { ...statement, values });
    } catch (error) {
      if (!(error instanceof pg.DatabaseError))
        onLost(error as Error); // cut or silent: nothing more to be said there
      else if (statement.name !== undefined && misnamedCodes.has(error.code)) isMisnamed = true;
      throw error;
    }
  };
  const db: Sql = {
    $queryRaw: async <R>(template: TemplateStringsArray, ...values: unknown[]) => {
      const { text, name } = preparedOf(template);
      return (await send(terms.isNamed ? { text, name } : { text }, values)).rows as R;
    },
  };
  try {
    // One round trip, which takes no parameters. What is planned once for batches of any size must not go through all of
    // one side for each row of the other.
    const begun = await send({ text: `begin; set local enable_nestloop = off; ${terms.enter}` });
    const results = begun as unknown as pg.QueryResult<Entered>[];
    const entered = results.find(({ command }) => command === "SELECT")?.rows ?? [];
    const done = await Promise.race([fn(db, entered), deadline.expired]);
    const { command } = await send({ text: "commit" });
    if (command !== "COMMIT") throw new Error(`the transaction ended with ${command}`);
    return { done };
  } catch (error) {
    if (lost === undefined) await send({ text: "rollback" }).catch(() => undefined);
    if (isMisnamed) return "misnamed";
    throw lost === deadline.tooLate ? lost : error;
  } finally {
    deadline.close();
    client.off("error", onLost);
    client.release(lost);
  }
}

/** `expired` fails, and the connection ends, 2 seconds after the database should have ended the transaction. */
function openDeadline(client: pg.PoolClient, timeoutMs: number, onLate: (error: Error) => void) {
  const begunAt = performance.now();
  let boundAt = begunAt;
  const tooLate = Object.assign(new Error(`the transaction took longer than ${timeoutMs} ms`), {
    code: "57014",
  });
  let fail = (_: Error) => {};
  const expired = new Promise<never>((_, reject) => {
    fail = reject;
  });
  expired.catch(() => undefined); // also where nobody waits for it yet
  const timer = setTimeout(() => {
    onLate(tooLate);
    void (client as pg.PoolClient & pg.Client).end();
    fail(tooLate);
  }, timeoutMs + 2_000);
  return {
    tooLate,
    expired,
    close: () => clearTimeout(timer),
    /** The database bounds each statement: what is left for the next one becomes less every second. */
    bound: async () => {
      const now = performance.now();
      if (now - boundAt < 1_000) return;
      const leftMs = Math.floor(timeoutMs - (now - begunAt));
      if (leftMs < 1) throw tooLate;
      boundAt = now;
      await client.query(`set local statement_timeout = ${leftMs}`);
    },
  };
}

type Statement = { readonly text: string; readonly name?: string };

const prepared = new WeakMap<TemplateStringsArray, Required<Statement>>();

/**
 * Each statement in the code is planned once for a connection: planning one takes as long as storing thirty events. Its name is
 * its text's, as processes behind a pooler share sessions: the same name never means something else.
 */
function preparedOf(template: TemplateStringsArray): Required<Statement> {
  const known = prepared.get(template);
  if (known !== undefined) return known;
  const text = template.reduce((sql, part, n) => `${sql}$${n}${part}`);
  const made = { text, name: `billwright_${hash("sha256", text, "hex").slice(0, 40)}` };
  prepared.set(template, made);
  return made;
}

/** The tenant's business time at this moment, which has moved on since the transaction began where it waited for a lock. */
export async function readNow(tx: TenantTx): Promise<Temporal.Instant> {
  const [row] = await tx.db.$queryRaw<{ now: Date }[]>`
    select coalesce(clock_now, clock_timestamp()) as now from tenant where id = ${tx.tenantId}::uuid`;
  return row === undefined ? tx.now : toInstant(row.now);
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
