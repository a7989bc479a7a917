import type { Sample } from "./bench.ts";

/** Does the work once; answers how many of its `count` things were done a second. */
export async function timeWork(count: number, work: () => Promise<unknown>): Promise<Sample> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await work();
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { value: (count * 1_000) / ms, cpuSeconds: (user + system) / 1e6 };
}
