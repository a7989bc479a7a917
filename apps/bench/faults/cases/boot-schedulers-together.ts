import { Queue } from "bullmq";
import { schedulesOf } from "#libs/jobs/schedules.ts";
import { until } from "../../stack/until.ts";
import type { Fault, FaultGround } from "../fault.ts";

const bootMs = 90_000;
const schedules = [
  ...schedulesOf({ runSchedule: undefined, processMonth: undefined, dryRun: false }).values(),
];

export const bootSchedulersTogether: Fault = {
  code: "F13",
  does: "two and ten schedulers boot at once on a Redis that knows nothing, again and again: one period, one set of jobs, one tick",
  queues: "redis",
  customers: 3,
  boundMs: 600_000,
  run: async (ground) => {
    const { stack, tenant, isQuick, inject } = ground;
    const { processes } = stack;
    const breaches: string[] = [];
    const rounds = isQuick ? [2, 10] : [2, 10, 2, 10, 2, 10, ...Array.from({ length: 14 }, () => 2)];
    for (const [round, count] of rounds.entries()) {
      for (const { pid } of processes.running("scheduler")) await processes.kill(pid);
      await stack.redis?.client.flushall();
      // Work waits for whoever comes first.
      if (round < 4) await tenant.billNextMonth();
      const booted = Array.from({ length: count }, () => processes.start(stack.recipeOf("scheduler")));
      const areUp = await until(
        () => booted.every(({ log }) => log().includes("scheduler started")) || null,
        bootMs,
      );
      if (areUp === null) breaches.push(`${count} schedulers did not start within ${bootMs} ms`);
      else inject(`${count} schedulers booted together`);
      breaches.push(...(await oddTicks(ground, count)));
    }
    return breaches;
  },
};

/** Schedules that the queues do not know exactly once, each with exactly one tick to come. */
async function oddTicks({ stack }: FaultGround, count: number): Promise<string[]> {
  const { redis } = stack;
  if (redis === null) throw new Error("there is no Redis");
  const odd: string[] = [];
  for (const { name, queue: queueName } of schedules) {
    const queue = new Queue(queueName, { connection: redis.client, prefix: "billwright" });
    const look = async () => {
      const known = (await queue.getJobSchedulers()).filter((each) => each.key === name).length;
      const ticks = (await queue.getDelayed()).filter((job) => job.name === name).length;
      return { known, ticks };
    };
    const isOne = async () => {
      const { known, ticks } = await look();
      return (known === 1 && ticks === 1) || null;
    };
    if ((await until(isOne, 20_000)) === null)
      odd.push(`after ${count} boots ${name} is known ${JSON.stringify(await look())}`);
    await queue.close();
  }
  return odd;
}
