import { Queue } from "bullmq";
import { queueNames } from "#libs/platform/queue/queue-names.ts";
import type { Fault } from "../fault.ts";

export const flushRedis: Fault = {
  code: "F9",
  does: "FLUSHALL again and again while a month is billed, then every queue is obliterated",
  queues: "redis",
  customers: 10,
  boundMs: 180_000,
  run: async ({ stack, tenant, random, isQuick, inject }) => {
    const { redis } = stack;
    if (redis === null) throw new Error("there is no Redis");
    await tenant.billNextMonth();
    for (let times = 0; times < (isQuick ? 5 : 20); times++) {
      await new Promise((resolve) => setTimeout(resolve, 200 + random(600)));
      const keys = await redis.client.dbsize();
      await redis.client.flushall();
      if (keys > 0) inject(`${keys} keys flushed`);
    }
    await tenant.billNextMonth();
    for (const name of queueNames) {
      const queue = new Queue(name, { connection: redis.client, prefix: "billwright" });
      await queue.obliterate({ force: true });
      await queue.close();
    }
    inject("every queue obliterated");
    return [];
  },
};
