import { Queue } from "bullmq";
import { queueNames } from "#libs/platform/queue/queue-names.ts";
import { waitForQuiet } from "../../stack/quiet.ts";
import { until } from "../../stack/until.ts";
import type { Fault, FaultGround } from "../fault.ts";

const quietMs = 60_000;

export const retryWhatSucceeded: Fault = {
  code: "F15",
  does: "work that succeeded is retried by the API, by the queues' board and by its row: it says why not, or runs and changes nothing",
  queues: "redis",
  customers: 3,
  boundMs: 300_000,
  run: async (ground) => {
    const { stack, tenant } = ground;
    await tenant.billNextMonth();
    const restless = await waitForQuiet(stack, tenant, quietMs);
    if (restless !== null) return [`the month was not over: ${restless}`];
    return [...(await retryByApi(ground)), ...(await retryInQueues(ground)), ...(await runAgain(ground))];
  },
};

type Job = { readonly id: string; readonly name: string };

/** Each of them is refused with its state, all together are none. */
async function retryByApi({ tenant, inject }: FaultGround): Promise<string[]> {
  const { body } = await tenant.client.ask("GET", "/v1/jobs?state=succeeded&limit=100");
  const jobs = body.data as readonly Job[];
  const breaches: string[] = [];
  for (const { id, name } of jobs) {
    const { status, body: told } = await tenant.client.ask("POST", `/v1/jobs/${id}/retry`);
    const isTold = told.code === "job_not_retryable" && String(told.detail).includes("succeeded");
    if (status < 400 || status >= 500 || !isTold)
      breaches.push(`a retry of ${name}, which succeeded, was answered ${status}: ${JSON.stringify(told)}`);
  }
  const all = await tenant.client.ask("POST", "/v1/jobs/retry", {});
  if (all.body.retried !== 0) breaches.push(`a retry of what failed found ${JSON.stringify(all.body)}`);
  if (jobs.length > 0) inject(`${jobs.length} jobs that succeeded retried by the API`);
  return breaches;
}

/** As the queues' board does it: each delivery is made once more, and says that there was nothing to do. */
async function retryInQueues({ stack, inject }: FaultGround): Promise<string[]> {
  const { redis } = stack;
  if (redis === null) throw new Error("there is no Redis");
  const breaches: string[] = [];
  for (const name of queueNames) {
    const queue = new Queue<{ jobId?: string }>(name, { connection: redis.client, prefix: "billwright" });
    const jobs = (await queue.getCompleted(0, 99)).filter((job) => job.data.jobId !== undefined);
    for (const job of jobs) await job.retry("completed");
    for (const { id = "" } of jobs) {
      const again = await until(async () => {
        const job = await queue.getJob(id);
        return job !== undefined && (await job.isCompleted()) ? job : null;
      }, 20_000);
      if (again?.returnvalue !== "not_claimed")
        breaches.push(`${name} delivered ${id} again, and it said ${JSON.stringify(again?.returnvalue)}`);
    }
    if (jobs.length > 0) inject(`${jobs.length} deliveries of ${name} repeated`);
    await queue.close();
  }
  return breaches;
}

/** The rows themselves are set back, as after a restored backup: all of it runs again, and knows what was done. */
async function runAgain({ stack, tenant, inject }: FaultGround): Promise<string[]> {
  const before = await stack.rows<{ id: string; name: string; attempts: number }>(
    `update job set state = 'pending', run_at = now(), attempt_budget = attempts + greatest(attempt_budget, 1), ended_at = null
     where tenant_id = $1 and state = 'succeeded' returning id, name, attempts`,
    [tenant.tenantId],
  );
  const restless = await waitForQuiet(stack, tenant, quietMs);
  if (restless !== null) return [`what ran again did not come to an end: ${restless}`];
  const after = await stack.rows<{ id: string; state: string; attempts: number }>(
    "select id, state, attempts from job where tenant_id = $1",
    [tenant.tenantId],
  );
  const now = new Map(after.map((job) => [job.id, job]));
  inject(`${before.length} rows of jobs that succeeded set back`);
  return before.flatMap(({ id, name, attempts }) => {
    const job = now.get(id);
    const ran = job !== undefined && job.attempts > attempts && job.state === "succeeded";
    return ran ? [] : [`${name} was set back and did not run again to its end: ${JSON.stringify(job)}`];
  });
}
