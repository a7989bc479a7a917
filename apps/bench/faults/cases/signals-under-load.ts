import { until } from "../../stack/until.ts";
import type { Fault, FaultGround } from "../fault.ts";

export const signalsUnderLoad: Fault = {
  code: "F6",
  does: "SIGTERM under load, SIGTERM twice, and a process that is stopped past its lease and continued",
  queues: "postgres",
  boundMs: 240_000,
  run: async (ground) => {
    const { stack, tenant, inject } = ground;
    const { processes } = stack;
    const breaches: string[] = [];
    const end = async (pid: number, boundMs: number) => {
      const ended = await processes.waitForEnd(pid, boundMs);
      const recipe = processes.ofPid(pid)?.recipe;
      if (recipe !== undefined) stack.restart(recipe);
      return ended;
    };
    await tenant.billNextMonth();
    const gentle = await busyWorker(ground);
    processes.signal(gentle, "SIGTERM");
    const clean = await end(gentle, 30_000);
    inject(`SIGTERM to a worker with work in hand: ${clean}`);
    if (clean !== "exit 0") breaches.push(`a worker that was asked to end did so with ${clean}`);

    const hasty = await busyWorker(ground);
    processes.signal(hasty, "SIGTERM");
    await new Promise((resolve) => setTimeout(resolve, 50));
    processes.signal(hasty, "SIGTERM");
    const hard = await end(hasty, 5_000);
    inject(`SIGTERM twice: ${hard}`);
    if (hard === null) breaches.push("a worker that was asked twice did not end within 5 s");

    const stopped = await busyWorker(ground);
    processes.signal(stopped, "SIGSTOP");
    await new Promise((resolve) => setTimeout(resolve, 4 * stack.leaseMs));
    processes.signal(stopped, "SIGCONT");
    inject(`SIGSTOP for ${4 * stack.leaseMs} ms`);

    const [api] = processes.running("api");
    if (api === undefined) return [...breaches, "no api runs"];
    const asking = tenant.billNextMonth();
    processes.signal(api.pid, "SIGTERM");
    const drained = await end(api.pid, 30_000);
    inject(`SIGTERM to the api while it is asked: ${drained}`);
    if (drained !== "exit 0") breaches.push(`the api that was asked to end did so with ${drained}`);
    await asking;
    return breaches;
  },
};

/** A worker while some work is in hand. */
async function busyWorker({ stack, tenant, random }: FaultGround): Promise<number> {
  await until(async () => {
    const busy = await stack.rows("select 1 from job where tenant_id = $1 and state = 'running'", [
      tenant.tenantId,
    ]);
    return busy.length > 0 || null;
  }, 20_000);
  const workers = stack.processes.running("worker");
  const worker = workers[random(workers.length)];
  if (worker === undefined) throw new Error("no worker runs");
  return worker.pid;
}
