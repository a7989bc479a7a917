import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { runMigrations as migrateQueueTables } from "bullmq";

// The DOM types are not loaded; this is all of WebAssembly that is needed.
declare const WebAssembly: {
  instantiate(
    bytes: Uint8Array,
    imports: Record<string, unknown>,
  ): Promise<{ instance: { exports: Record<string, unknown> } }>;
};

type Connection = Awaited<ReturnType<PrismaPg["connect"]>>;

type SchemaEngine = {
  applyMigrations(input: object): Promise<{ appliedMigrationNames: string[] }>;
  diff(input: object): Promise<{ stdout: string | null }>;
};

export type MigrationResult = { readonly applied: readonly string[] };

const lockKey = 824_077_301;

/** Where BullMQ keeps its tables when queues live on Postgres. */
const queueSchema = "bullmq";

/**
 * Brings a database to the newest schema: Prisma's own migration engine (as WebAssembly, nothing is downloaded)
 * applies `prisma/migrations` and records them in `_prisma_migrations`; then the roles are granted to the
 * application's login and BullMQ's tables are made. Safe to repeat and to run from several processes at once. A
 * migration that failed is tried again.
 *
 * @param ownerUrl connects as the role that owns the schema; only migrations use it
 * @param applicationUrl connects as the login of api, workers and scheduler; may be the same as `ownerUrl`
 */
export async function migrate(
  ownerUrl: string,
  applicationUrl: string,
  prismaDir: string,
): Promise<MigrationResult> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await waitForLock(client);
    await clearFailed(client, prismaDir);
    const result = await withSchemaEngine(ownerUrl, prismaDir, (engine) =>
      engine.applyMigrations({
        migrationsList: readMigrations(join(prismaDir, "migrations")),
        filters: { externalTables: [], externalEnums: [] },
      }),
    );
    await grantApplication(client, decodeURIComponent(new URL(applicationUrl).username));
    return { applied: result.appliedMigrationNames };
  } finally {
    await client.end();
  }
}

/** By asking again: CREATE INDEX CONCURRENTLY waits for each statement that runs, and so for one that waits for its lock. */
async function waitForLock(client: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ mine: boolean }>("select pg_try_advisory_lock($1) as mine", [
      lockKey,
    ]);
    if (rows[0]?.mine) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/**
 * Lets the engine try failed migrations again, which it would not do by itself. Each was one transaction and left nothing,
 * but for the invalid index of a CREATE INDEX CONCURRENTLY that broke off.
 */
async function clearFailed(client: pg.Client, prismaDir: string): Promise<void> {
  const table = await client.query("select to_regclass('_prisma_migrations') as found");
  if (table.rows[0]?.found === null) return;
  const unfinished = "finished_at is null and rolled_back_at is null";
  const failed = await client.query<{ migration_name: string }>(
    `select migration_name from _prisma_migrations where ${unfinished}`,
  );
  if (failed.rows.length === 0) return;
  const invalid = await client.query<{ name: string; quoted: string }>(`
    select c.relname as name, c.oid::regclass::text as quoted
    from pg_index i join pg_class c on c.oid = i.indexrelid
    where not i.indisvalid and c.relnamespace = current_schema()::regnamespace`);
  const scripts = failed.rows.map(({ migration_name }) =>
    readScript(join(prismaDir, "migrations", migration_name)),
  );
  for (const { name, quoted } of invalid.rows) {
    if (scripts.some((script) => script.includes(name)))
      await client.query(`drop index concurrently ${quoted}`);
  }
  await client.query(`update _prisma_migrations set rolled_back_at = now() where ${unfinished}`);
}

function readScript(folder: string): string {
  const path = join(folder, "migration.sql");
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

/** SQL that would make an empty database look like `schema.prisma`: the starting point of a new migration. */
export async function printSchemaSql(ownerUrl: string, prismaDir: string): Promise<string> {
  const path = join(prismaDir, "schema.prisma");
  const { stdout } = await withSchemaEngine(ownerUrl, prismaDir, (engine) =>
    engine.diff({
      from: { tag: "empty" },
      to: { tag: "schemaDatamodel", files: [{ path, content: readFileSync(path, "utf8") }] },
      script: true,
      shadowDatabaseUrl: null,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    }),
  );
  return stdout ?? "";
}

async function withSchemaEngine<T>(
  url: string,
  prismaDir: string,
  use: (engine: SchemaEngine) => Promise<T>,
): Promise<T> {
  const opened: Connection[] = [];
  try {
    return await use(await openSchemaEngine(url, prismaDir, opened));
  } finally {
    for (const connection of opened) await connection.dispose();
  }
}

async function openSchemaEngine(url: string, prismaDir: string, opened: Connection[]): Promise<SchemaEngine> {
  loadedEngine ??= loadEngine();
  const glue = await loadedEngine;
  const path = join(prismaDir, "schema.prisma");
  return glue.SchemaEngine.new(
    { datamodels: [[path, readFileSync(path, "utf8")]] },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(
      wholeScripts(new PrismaPg({ connectionString: url, max: 1 }), opened),
    ),
  );
}

let loadedEngine: ReturnType<typeof loadEngine> | undefined;

/** Once in a process: the module keeps its memory in variables of its own, which a second instance would mix up. */
async function loadEngine() {
  const glue = await import("@prisma/schema-engine-wasm/schema_engine_bg");
  const wasmPath = join(
    dirname(require.resolve("@prisma/schema-engine-wasm/schema_engine_bg")),
    "schema_engine_bg.wasm",
  );
  const { instance } = await WebAssembly.instantiate(readFileSync(wasmPath), {
    "./schema_engine_bg.js": glue,
  });
  glue.__wbg_set_wasm(instance.exports);
  const start = instance.exports["__wbindgen_start"];
  if (typeof start === "function") start();
  return glue;
}

/**
 * The adapter cuts a script at every semicolon, which breaks function bodies; Postgres runs a script whole,
 * as one transaction, when it is sent as one simple query.
 */
function wholeScripts(factory: PrismaPg, opened: Connection[]): PrismaPg {
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const connection = await connect();
    opened.push(connection);
    connection.executeScript = async (script) => {
      await connection.executeRaw({ sql: script, args: [], argTypes: [] });
    };
    return connection;
  };
  return factory;
}

function readMigrations(baseDir: string): object {
  const lockPath = join(baseDir, "migration_lock.toml");
  const directories = readdirSync(baseDir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return {
    baseDir,
    lockfile: { path: "migration_lock.toml", content: readFileSync(lockPath, "utf8") },
    shadowDbInitScript: "",
    migrationDirectories: directories.map((path) => ({
      path,
      migrationFile: {
        path: "migration.sql",
        content: { tag: "ok", value: readFileSync(join(baseDir, path, "migration.sql"), "utf8") },
      },
    })),
  };
}

/** The login may take both roles, and owns nothing; BullMQ's tables are its to use. */
async function grantApplication(client: pg.Client, login: string): Promise<void> {
  const name = client.escapeIdentifier(login);
  await client.query(`grant billwright_app, billwright_system to ${name}`);
  await migrateQueueTables(client, queueSchema);
  await client.query(`
    grant usage, create on schema ${queueSchema} to ${name}; -- a queue makes its own sequence
    grant select, insert, update, delete on all tables in schema ${queueSchema} to ${name};
    grant usage, select on all sequences in schema ${queueSchema} to ${name};
    grant execute on all functions in schema ${queueSchema} to ${name}`);
}
