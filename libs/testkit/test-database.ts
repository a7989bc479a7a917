import { randomBytes } from "node:crypto";
import pg from "pg";
import { type Database, openDatabase } from "#libs/data/database.ts";
import type { Causes } from "#libs/core/events.ts";

export type TestDatabase = {
  readonly database: Database;
  /** Login of the application. */
  readonly url: string;
  /** Owner of the schema: sees everything, for assertions and for breaking things on purpose. */
  readonly owner: pg.Pool;
  readonly ownerUrl: string;
  readonly close: () => Promise<void>;
};

/** A clone of the migrated template for one suite; call `close` in afterAll. */
export async function openTestDatabase(causes: Causes = () => []): Promise<TestDatabase> {
  const { ownerUrl, url, drop } = await cloneTemplate();
  const owner = new pg.Pool({ connectionString: ownerUrl, max: 2 });
  owner.on("error", () => undefined); // the database is dropped under an idle connection
  const database = openDatabase({ url, poolSize: 8, causes });
  return {
    database,
    url,
    owner,
    ownerUrl,
    close: async () => {
      await database.close();
      await owner.end();
      await drop();
    },
  };
}

/** A clone of the migrated template that nobody is connected to. */
export type TemplateClone = {
  readonly ownerUrl: string;
  readonly url: string;
  readonly drop: () => Promise<void>;
};

/** The template is the database that the environment names. @param change statements that the owner sends to the clone */
export async function cloneTemplate(change: readonly string[] = []): Promise<TemplateClone> {
  const templateUrl = process.env["BILLWRIGHT_TEST_OWNER_URL"];
  const applicationUrl = process.env["BILLWRIGHT_TEST_URL"];
  if (!templateUrl || !applicationUrl)
    throw new Error("the test server is not running: run the tests through jest");
  const name = `t_${randomBytes(6).toString("hex")}`;
  const template = new URL(templateUrl).pathname.slice(1);
  const server = withDatabase(templateUrl, "postgres");
  await send(server, [`create database ${name} template ${template}`]);
  const ownerUrl = withDatabase(templateUrl, name);
  if (change.length > 0) await send(ownerUrl, change);
  return {
    ownerUrl,
    url: withDatabase(applicationUrl, name),
    drop: () => send(server, [`drop database ${name} with (force)`]),
  };
}

function withDatabase(url: string, name: string): string {
  const next = new URL(url);
  next.pathname = `/${name}`;
  return next.href;
}

async function send(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
