import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { childEnvironment } from "#libs/platform/config.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "#libs/platform/postgres/embedded-postgres.ts";
import { projectDir } from "./build-when-stale.ts";

/** A migrated server of its own, which may be stopped in the midst of everything. */
export type StackPostgres = {
  readonly url: string;
  readonly ownerUrl: string;
  /** As `pg_ctl stop -m immediate`: every session is gone, nothing is written down in order. */
  readonly stopNow: () => Promise<void>;
  /** On the same port, with the same files. */
  readonly startAgain: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** Starts and migrates a server in `dir`, which must be a folder of ours. */
export async function startStackPostgres(dir: string): Promise<StackPostgres> {
  const start = (port: number) =>
    startEmbeddedPostgres({ dir, port, database: "billwright", durable: false });
  let server: EmbeddedPostgres | null = await start(0);
  const { url, ownerUrl } = server;
  const stop = async () => {
    await server?.stop();
    server = null;
  };
  try {
    // The migration engine works once in a process, and a run may start several stacks.
    await promisify(execFile)(process.execPath, [join(projectDir, "dist/apps/cli/main.js"), "migrate"], {
      cwd: projectDir,
      env: childEnvironment({ DATABASE_URL: url, MIGRATION_DATABASE_URL: ownerUrl }),
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    ownerUrl,
    stopNow: async () => {
      const [pid = ""] = readFileSync(join(dir, "postmaster.pid"), "utf8").split("\n");
      process.kill(Number(pid), "SIGQUIT");
      await stop();
    },
    startAgain: async () => {
      server ??= await start(Number(new URL(url).port));
      if (server.url !== url) throw new Error(`the database came back at ${server.url}, not at ${url}`);
    },
    stop,
  };
}
