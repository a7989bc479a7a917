import { spawnSync } from "node:child_process";
import { givenSettings } from "#libs/platform/config.ts";
import type { Place } from "./open-place.ts";
import { createProcesses } from "./stack/processes.ts";
import { startStackRedis } from "./stack/stack-redis.ts";
import { until } from "./stack/until.ts";

const REDIS_SERVER = "redis-server";
/** Longer than any run. */
const RUN_MS = 2 ** 31;

export type GivenRedis = {
  readonly url: string;
  /** The work, or an error once the server has ended: what waits for it would wait for ever. */
  readonly whileUp: <T>(work: Promise<T>) => Promise<T>;
  readonly close: () => Promise<void>;
};

export const noRedis = "there is no REDIS_URL and no redis-server";

/** The one that the environment names, else one of our own. */
export async function openRedis({ dir }: Place): Promise<GivenRedis | null> {
  const { REDIS_URL: given } = givenSettings();
  if (given !== undefined) return { url: given, whileUp: (work) => work, close: async () => undefined };
  if (spawnSync(REDIS_SERVER, ["--version"]).status !== 0) return null;
  const processes = createProcesses(dir);
  const { url, client } = await startStackRedis(processes, dir);
  const hasEnded = () => (processes.running("redis").length === 0 ? true : null);
  const ended = until(hasEnded, RUN_MS).then((): never => {
    throw new Error("redis-server ended while it was needed");
  });
  ended.catch(() => undefined); // also when nobody waits
  return {
    url,
    whileUp: (work) => Promise.race([work, ended]),
    close: async () => {
      client.disconnect();
      await processes.endAll(5_000);
    },
  };
}
