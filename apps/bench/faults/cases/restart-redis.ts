import type { Fault } from "../fault.ts";

export const restartRedis: Fault = {
  code: "F11",
  does: "Redis is killed and comes back empty, and then with what it held some time ago",
  queues: "redis",
  boundMs: 240_000,
  run: async ({ stack, tenant, random, isQuick, inject }) => {
    const { redis } = stack;
    if (redis === null) throw new Error("there is no Redis");
    const downForMs = isQuick ? [2_000] : [5_000, 15_000];
    for (const ms of downForMs) {
      await tenant.billNextMonth();
      await new Promise((resolve) => setTimeout(resolve, random(1_500)));
      await redis.kill();
      await new Promise((resolve) => setTimeout(resolve, ms));
      await redis.startAgain("empty");
      inject(`away for ${ms} ms and back empty`);
    }
    await tenant.billNextMonth();
    await redis.client.save();
    const saved = await redis.client.dbsize();
    await new Promise((resolve) => setTimeout(resolve, 2_000 + random(2_000)));
    await tenant.billNextMonth();
    await redis.kill();
    await redis.startAgain("saved");
    inject(`back with ${saved} keys of some time ago`);
    return [];
  },
};
