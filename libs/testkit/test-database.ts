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
  const templateUrl = process.env["BILLWRIGHT_TEST_OWNER_URL"];
  const applicationUrl = process.env["BILLWRIGHT_TEST_URL"];
  if (!templateUrl || !applicationUrl)
    throw new Error("the test server is not running: run the tests through jest");
  const name = `t_${randomBytes(6).toString("hex")}`;
  await onPostgres(templateUrl, `create database ${name} template billwright_template`);
  const ownerUrl = withDatabase(templateUrl, name);
  const url = withDatabase(applicationUrl, name);
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
      await onPostgres(templateUrl, `drop database ${name} with (force)`);
    },
  };
}

function withDatabase(url: string, name: string): string {
  const next = new URL(url);
  next.pathname = `/${name}`;
  return next.href;
}

async function onPostgres(templateUrl: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: withDatabase(templateUrl, "postgres") });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
