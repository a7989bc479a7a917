import { seededRandom } from "#prisma/sample/seeded-random.ts";
import type { BilledTenant } from "../stack/make-billed-tenant.ts";
import type { ChaosOptions } from "./chaos-options.ts";
import { allPoints, arm, generationPoints, jobOfPoint, waitForHit } from "../stack/failpoints.ts";
import { unrestOf } from "../stack/quiet.ts";
import type { BillingStack } from "../stack/start-stack.ts";

export type Kill = { readonly point: string; readonly process: string; readonly pid: number };
export type Killing = {
  readonly kills: readonly Kill[];
  readonly missed: readonly string[];
  readonly flushes: number;
  readonly months: number;
};

const hitBoundMs = 2_000;
const maxMonths = 4;

/**
 * Bills month after month while it kills: arms one point at a time, kills who reaches it and starts a replacement. A
 * point that nobody reaches in time is disarmed for another. When the work of a month is used up, the next one begins.
 */
export async function killProcesses(
  stack: BillingStack,
  tenant: BilledTenant,
  options: ChaosOptions,
  endAt: number,
): Promise<Killing> {
  const random = seededRandom(options.seed ^ 0x5eed);
  const later = shuffled(random, allPoints);
  const kills: Kill[] = [];
  const missed: string[] = [];
  let months = 0;
  let flushes = 0;
  const flushOnce = async () => {
    if (stack.redis === null || flushes > 0) return;
    await stack.redis.client.flushall();
    flushes += 1;
  };
  const isQuiet = async () => (await unrestOf(stack, tenant)) === null;
  const isQuietNowAndThen = nowAndThen(isQuiet, 400);
  while (months === 0 || (kills.length < options.kills && Date.now() < endAt)) {
    const isNewMonth = months === 0 || (await isQuiet());
    if (isNewMonth && months === maxMonths) break;
    const point = isNewMonth
      ? pick(random, generationPoints)
      : takeNext(later, await waitingJobs(stack, tenant));
    if (options.kills > 0) arm(stack.failpointDir, point);
    if (isNewMonth) {
      await tenant.billNextMonth();
      months += 1;
    }
    if (options.kills === 0) continue;
    const hit = await waitForHit(stack.failpointDir, point, hitBoundMs, { isOver: isQuietNowAndThen });
    if (hit === null) {
      missed.push(point);
      continue;
    }
    const victim = await stack.processes.kill(hit.pid);
    hit.release();
    stack.restart(victim.recipe);
    kills.push({ point, process: victim.name, pid: hit.pid });
    if (kills.length === Math.ceil(options.kills / 2)) await flushOnce();
  }
  await flushOnce();
  return { kills, missed, flushes, months };
}

/** Asks at most once in `everyMs`; in between the answer is no. */
function nowAndThen(ask: () => Promise<boolean>, everyMs: number): () => Promise<boolean> {
  let askedAt = Date.now();
  return async () => {
    if (Date.now() - askedAt < everyMs) return false;
    askedAt = Date.now();
    return ask();
  };
}

function pick<T>(random: (below: number) => number, list: readonly T[]): T {
  return list[random(list.length)] as T;
}

function shuffled(random: (below: number) => number, list: readonly string[]): string[] {
  const rest = [...list];
  return list.map(() => rest.splice(random(rest.length), 1)[0] ?? "");
}

/** Names of the jobs that nobody has begun. */
async function waitingJobs(stack: BillingStack, tenant: BilledTenant): Promise<Set<string>> {
  const rows = await stack.rows<{ name: string }>(
    "select distinct name from job where tenant_id = $1 and state in ('pending', 'queued')",
    [tenant.tenantId],
  );
  return new Set(rows.map((row) => row.name));
}

/** Takes the first point that some waiting job will pass, else the first, and puts it last. */
function takeNext(queue: string[], waiting: ReadonlySet<string>): string {
  const at = queue.findIndex((point) => {
    const job = jobOfPoint(point);
    return waiting.size > 0 && (job === null || waiting.has(job));
  });
  const [next = "relay:taken"] = queue.splice(Math.max(at, 0), 1);
  queue.push(next);
  return next;
}
