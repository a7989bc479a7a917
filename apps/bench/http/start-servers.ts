import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "#libs/platform/postgres/embedded-postgres.ts";
import { type Place, POOL_SIZE } from "../open-place.ts";
import { createProcesses } from "../stack/processes.ts";
import { until } from "../stack/until.ts";
import type { ServerKind } from "./server-kinds.ts";

export type Servers = {
  readonly portOf: (kind: ServerKind) => number;
  readonly close: () => Promise<void>;
};

const START_MS = 120_000;

/** Starts servers from the source, each in a process of its own. */
export async function startServers(
  place: Place,
  kinds: readonly ServerKind[],
  settings: Readonly<Record<string, string>> = {},
): Promise<Servers> {
  const logDir = join(place.dir, "logs");
  mkdirSync(logDir, { recursive: true });
  const processes = createProcesses(logDir);
  const ports = new Map<ServerKind, number>();
  const close = () => processes.endAll(5_000);
  try {
    for (const kind of kinds) {
      const port = await freePort(24_000 + Math.floor(Math.random() * 8_000));
      ports.set(kind, port);
      processes.start({
        role: "api",
        command: process.execPath,
        args: ["--conditions=source", "--import", "tsx", join("apps", "bench", "http", "main.ts"), kind],
        env: {
          ...{ DATABASE_URL: place.url, DB_POOL_SIZE: String(POOL_SIZE), PORT: String(port) },
          ...{ BILLWRIGHT_DATA_DIR: join(place.dir, "data"), LOG_LEVEL: "error" },
          ...settings,
        },
      });
      const isUp = await until(async () => {
        const [crash] = processes.crashed();
        if (crash !== undefined) throw new Error(crash);
        const answer = await fetch(`http://127.0.0.1:${port}/health/live`).catch(() => null);
        return answer?.ok === true ? true : null;
      }, START_MS);
      if (isUp === null) throw new Error(`the server ${kind} did not answer within ${START_MS / 1_000} s`);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { portOf: (kind) => ports.get(kind) ?? 0, close };
}
