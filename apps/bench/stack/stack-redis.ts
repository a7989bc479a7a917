import { rmSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import { freePort } from "#libs/platform/postgres/embedded-postgres.ts";
import type { Processes } from "./processes.ts";

/** A redis-server of its own, which may be emptied, starved, killed and sent back in time. */
export type StackRedis = {
  readonly url: string;
  /** Straight to the server, past any proxy. */
  readonly client: Redis;
  readonly kill: () => Promise<void>;
  /** On the same port: with what it last saved, or `empty`. */
  readonly startAgain: (what: "saved" | "empty") => Promise<void>;
};

/** Starts `redis-server`, which saves only when it is told to. */
export async function startStackRedis(processes: Processes, dir: string): Promise<StackRedis> {
  const port = await freePort(0);
  const start = () =>
    processes.start({
      role: "redis",
      command: "redis-server",
      args: [
        ...["--port", String(port), "--bind", "127.0.0.1", "--dir", dir],
        ...["--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction"],
      ],
      env: {},
    });
  start();
  const url = `redis://127.0.0.1:${port}`;
  const client = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 100 });
  client.on("error", () => undefined); // it is starting: the connection is tried again
  await client.ping();
  return {
    url,
    client,
    kill: async () => {
      for (const { pid } of processes.running("redis")) await processes.kill(pid);
    },
    startAgain: async (what) => {
      if (processes.running("redis").length > 0) return;
      if (what === "empty") rmSync(join(dir, "dump.rdb"), { force: true });
      start();
      await client.ping();
    },
  };
}
