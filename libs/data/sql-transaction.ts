import { hash } from "node:crypto";
import pg from "pg";
import { Prisma } from "#prisma/generated/client.ts";
import { columnTypes } from "./column-types.ts";

type Template = TemplateStringsArray | Prisma.Sql;

/** What a statement needs of an open transaction. Fragments of `Prisma.sql` may stand among the values. */
export type Sql = {
  readonly $queryRaw: <T>(template: Template, ...values: unknown[]) => Promise<T>;
  /** @returns how many rows it changed */
  readonly $executeRaw: (template: Template, ...values: unknown[]) => Promise<number>;
};

export type SqlTerms = {
  /** SQL that takes the role, without parameters: one round trip with `begin`. */
  readonly enter: string;
  /** Upper bound of the whole transaction; the client waits for the database for 2 seconds more. */
  readonly timeoutMs: number;
  /**
   * Whether each statement is planned once for a connection, whatever its parameters. Where a pooler loses a prepared statement,
   * `fn` is called once more.
   */
  readonly isPrepared: boolean;
};

/** Poolers in front of these do not take prepared statements along from session to session. */
const withoutPrepared = new WeakSet<pg.Pool>();

/**
 * A transaction over the driver; `fn` is given the columns of what `enter` has asked, which has taken the role. Where a pooler loses a prepared
 * statement, or has another process's under its name, that aborts the transaction: it is made once more, as are all after it,
 * with statements that have no name.
 */
export async function inSql<Entered extends pg.QueryResultRow, T>(
  pool: pg.Pool,
  terms: SqlTerms,
  fn: (db: Sql, entered: Partial<Entered>) => Promise<T>,
): Promise<T> {
  const isPrepared = terms.isPrepared && !withoutPrepared.has(pool);
  const outcome = await inSqlOnce(pool, { ...terms, isPrepared }, fn);
  if (outcome !== "misnamed") return outcome.done;
  withoutPrepared.add(pool);
  return inSql(pool, terms, fn);
}

/** 26000: no such prepared statement in this session; 42P05: there is one already. */
const misnamedCodes: ReadonlySet<string | undefined> = new Set(["26000", "42P05"]);

/** @returns "misnamed" when a session did not have what was prepared: nothing of the transaction was stored. */
async function inSqlOnce<Entered extends pg.QueryResultRow, T>(
  pool: pg.Pool,
  terms: SqlTerms,
  fn: (db: Sql, entered: Partial<Entered>) => Promise<T>,
): Promise<{ readonly done: T } | "misnamed"> {
  const client = await pool.connect();
  let lost: Error | undefined;
  let isMisnamed = false;
  const onLost = (error: Error) => {
    lost ??= error;
  };
  client.on("error", onLost);
  const deadline = openDeadline(client, terms.timeoutMs, (tooLate) => {
    lost = tooLate;
  });
  const send: Send = async (statement, assertOpen) => {
    try {
      if (statement.text !== "rollback") await deadline.bound();
      assertOpen?.();
      return await client.query(statement);
    } catch (error) {
      if (error === ended) throw error;
      if (!(error instanceof pg.DatabaseError))
        onLost(error as Error); // cut or silent: nothing more to be said there
      else if (statement.name !== undefined && misnamedCodes.has(error.code)) isMisnamed = true;
      throw error;
    }
  };
  const { db, end } = openStatements(send, terms.isPrepared);
  try {
    const begun = await send({ text: `begin; ${terms.enter}`, types: columnTypes });
    const results = begun as unknown as pg.QueryResult<Entered>[];
    const entered: Partial<Entered> = Object.assign({}, ...results.map(({ rows: [row] }) => row));
    const done = await Promise.race([fn(db, entered), deadline.expired]);
    end();
    const { command } = await send({ text: "commit" });
    if (command !== "COMMIT") throw new Error(`the transaction ended with ${command}`);
    return { done };
  } catch (error) {
    end();
    const cause = lost ?? error; // what the driver says of a connection that is lost does not say why
    if (lost === undefined) await send({ text: "rollback" }).catch(() => undefined);
    if (isMisnamed) return "misnamed";
    throw cause;
  } finally {
    deadline.close();
    client.off("error", onLost);
    client.release(lost);
  }
}

/** `assertOpen` is asked last, when nothing is awaited any more. */
type Send = (statement: Statement, assertOpen?: () => void) => Promise<pg.QueryResult>;

const ended = new Error("the transaction has ended");

/** The statements of one transaction, one after the other; none is sent after its `end`, when the connection is another's. */
function openStatements(send: Send, isPrepared: boolean) {
  let isOpen = true;
  let last: Promise<unknown> = Promise.resolve();
  const query = (template: Template, values: unknown[]): Promise<pg.QueryResult> => {
    const statement = statementOf(template, values, isPrepared);
    const assertOpen = () => {
      if (!isOpen) throw ended;
    };
    const next = async () => {
      assertOpen();
      return send(statement, assertOpen);
    };
    const result = last.then(next, next);
    last = result;
    return result;
  };
  const db: Sql = {
    $queryRaw: async <R>(template: Template, ...values: unknown[]) =>
      (await query(template, values)).rows as R,
    $executeRaw: async (template, ...values) => (await query(template, values)).rowCount ?? 0,
  };
  const end = () => {
    isOpen = false;
  };
  return { db, end };
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

type Statement = {
  readonly text: string;
  readonly name?: string;
  readonly values?: unknown[];
  readonly types?: pg.CustomTypesConfig;
};

function statementOf(template: Template, given: readonly unknown[], isPrepared: boolean): Statement {
  const isWhole = !(template instanceof Prisma.Sql) && !given.some((value) => value instanceof Prisma.Sql);
  const sql = isWhole ? null : sqlOf(template, given);
  const text = sql === null ? textOf(template as TemplateStringsArray) : sql.text;
  const values = (sql?.values ?? given).map(parameterOf);
  return { text, values, types: columnTypes, ...(isPrepared ? { name: nameOf(text) } : {}) };
}

function sqlOf(template: Template, values: readonly unknown[]): Prisma.Sql {
  return template instanceof Prisma.Sql ? template : Prisma.sql(template, ...values);
}

const texts = new WeakMap<TemplateStringsArray, string>();

function textOf(template: TemplateStringsArray): string {
  const known = texts.get(template);
  if (known !== undefined) return known;
  const text = template.reduce((sql, part, n) => `${sql}$${n}${part}`);
  texts.set(template, text);
  return text;
}

const names = new Map<string, string>();
const namesMax = 2_000;

/** Its text's, as processes behind a pooler share sessions: the same name never means something else. */
function nameOf(text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  if (names.size >= namesMax) names.clear();
  const name = `billwright_${hash("sha256", text, "hex").slice(0, 40)}`;
  names.set(text, name);
  return name;
}

/** In UTC: the driver would write the process's own zone, of which `::date` takes another day. Years of six digits take no sign. */
function parameterOf(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString().replace(/^\+0*/, "");
  return Array.isArray(value) ? value.map(parameterOf) : value;
}
