import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openDatabase } from "#libs/data/database.ts";
import { freePort } from "#libs/platform/postgres/embedded-postgres.ts";
import { findProgram } from "./find-program.ts";
import type { Processes } from "./processes.ts";
import { until } from "./until.ts";

/** A pgbouncer before the database: a session of the server serves whoever has a transaction. */
export type StackPgbouncer = {
  /** For the application's login. */
  readonly url: string;
  readonly pid: number;
  /** How many are connected to it, on how many sessions of the server, and how many transactions there were. */
  readonly count: () => Promise<{ clients: number; sessions: number; transactions: number }>;
};

/** So few that they have to be shared. */
const poolSize = 6;

/** Starts pgbouncer in transaction mode, with its files in `dir`, before the server at `postgresUrl`. */
export async function startPgbouncer(
  processes: Processes,
  dir: string,
  postgresUrl: string,
): Promise<StackPgbouncer> {
  const server = new URL(postgresUrl);
  const port = await freePort(0);
  const users = join(dir, "pgbouncer-users.txt");
  const settings = join(dir, "pgbouncer.ini");
  writeFileSync(users, `"${server.username}" "${server.password}"\n`);
  writeFileSync(
    settings,
    [
      "[databases]",
      `* = host=${server.hostname} port=${server.port}`,
      "[pgbouncer]",
      ...["listen_addr = 127.0.0.1", `listen_port = ${port}`, "unix_socket_dir ="],
      ...["auth_type = trust", `auth_file = ${users}`, `stats_users = ${server.username}`],
      ...["pool_mode = transaction", "max_client_conn = 500", `default_pool_size = ${poolSize}`, ""],
    ].join("\n"),
  );
  // It refuses to run as root.
  const user = process.getuid?.() === 0 ? ["-u", "nobody"] : [];
  const command = findProgram("pgbouncer") ?? "pgbouncer";
  const { pid } = processes.start({ role: "pgbouncer", command, args: [...user, settings], env: {} });
  const at = `postgres://${server.username}@127.0.0.1:${port}`;
  const ask = async (what: string) => {
    const database = openDatabase({ url: `${at}/pgbouncer`, poolSize: 1, causes: () => [] });
    return database.pool.query<Record<string, string>>(`show ${what}`).finally(() => database.close());
  };
  const isUp = await until(
    () =>
      ask("version").then(
        () => true,
        () => null,
      ),
    10_000,
  );
  if (isUp === null) throw new Error(`pgbouncer did not answer: ${processes.ofPid(pid)?.log()}`);
  return {
    url: `${at}${server.pathname}`,
    pid,
    count: async () => {
      const sum = (rows: readonly Record<string, string>[], ...columns: string[]) =>
        rows
          .filter((row) => row.database === server.pathname.slice(1))
          .reduce((total, row) => total + columns.reduce((n, column) => n + Number(row[column]), 0), 0);
      const pools = (await ask("pools")).rows;
      return {
        clients: sum(pools, "cl_active", "cl_waiting"),
        sessions: sum(pools, "sv_active", "sv_idle", "sv_used", "sv_tested"),
        transactions: sum((await ask("stats_totals")).rows, "xact_count"),
      };
    },
  };
}
