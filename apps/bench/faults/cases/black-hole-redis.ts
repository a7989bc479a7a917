import { until } from "../../stack/until.ts";
import type { Fault } from "../fault.ts";

/** How long nothing reaches Redis. */
const lostMs = 8_000;

export const blackHoleRedis: Fault = {
  code: "F12",
  does: "every connection to Redis dies without a word; only new ones get through afterwards",
  queues: "redis",
  boundMs: 180_000,
  run: async ({ stack, proxies, tenant, isQuick, inject }) => {
    const { redis } = proxies;
    if (redis === null) throw new Error("there is no Redis");
    for (let times = 0; times < (isQuick ? 1 : 2); times++) {
      await tenant.billNextMonth();
      const before = redis.hits();
      redis.set({ kind: "black-hole" });
      await until(() => (redis.hits() > before ? true : null), 10_000);
      await new Promise((resolve) => setTimeout(resolve, lostMs));
      redis.heal();
      const dead = redis.hits() - before;
      if (dead > 0) inject(`${dead} connections lost`);
    }
    // The processes find out by themselves: nobody starts them anew but who runs them.
    return stack.processes.running("worker").length === 0 ? ["no worker is left"] : [];
  },
};
