import { seededRandom } from "#prisma/sample/seeded-random.ts";
import { breachOfGuard, breakGuard, type Guard } from "../stack/break-guard.ts";
import { findProgram } from "../stack/find-program.ts";
import { judgeFacts } from "../stack/judge-facts.ts";
import { type BilledTenant, makeBilledTenant } from "../stack/make-billed-tenant.ts";
import { unrestOf, waitForQuiet } from "../stack/quiet.ts";
import { readFacts } from "../stack/read-facts.ts";
import { duplicateWebhooks } from "../stack/sandbox-facts.ts";
import { type BillingStack, startStack } from "../stack/start-stack.ts";
import { until } from "../stack/until.ts";
import type { Fault, FaultGround } from "./fault.ts";
import { healStack } from "./heal-stack.ts";

export type FaultResult = {
  readonly fault: Fault;
  readonly seconds: number;
  readonly injected: readonly string[];
  /** Why it was not run at all; null when it was. */
  readonly notRun: string | null;
  /** The folder of its logs, which is left behind when the run keeps it; null when it was not run. */
  readonly logDir: string | null;
  readonly breaches: readonly string[];
};

export type FaultRun = {
  readonly faults: readonly Fault[];
  readonly seed: number;
  readonly isQuick: boolean;
  readonly broken: Guard | null;
  readonly keep: boolean;
  readonly signal: AbortSignal;
};

/** Longer than a process of a busy machine is silent. */
const leaseMs = 4_000;
const quietMs = 60_000;

/** Runs the faults one after the other, those on the same queues on the same stack, a fresh one after a breach. */
export async function runFaults(
  run: FaultRun,
  onResult: (result: FaultResult) => void,
): Promise<FaultResult[]> {
  const results: FaultResult[] = [];
  for (const queues of ["postgres", "redis"] as const) {
    let stack: BillingStack | null = null;
    try {
      for (const fault of run.faults.filter((each) => each.queues === queues)) {
        if (run.signal.aborted) break;
        const startedAt = Date.now();
        const notRun = missingProgram(fault);
        if (notRun === null) stack ??= await openStack(queues, run);
        const outcome =
          notRun !== null || stack === null
            ? { injected: [], breaches: [] }
            : await runFault(stack, fault, run);
        const seconds = (Date.now() - startedAt) / 1_000;
        const logDir = notRun === null ? (stack?.dir ?? null) : null;
        const result = { fault, notRun, logDir, seconds, ...outcome };
        onResult(result);
        results.push(result);
        if (result.breaches.length === 0) continue;
        await stack?.close();
        stack = null;
      }
    } finally {
      await stack?.close();
    }
  }
  return results;
}

async function openStack(
  backend: Fault["queues"],
  { keep, signal, broken }: FaultRun,
): Promise<BillingStack> {
  const stack = await startStack({ backend, keep, isProxied: true, leaseMs });
  signal.addEventListener("abort", () => void stack.close(), { once: true });
  await duplicateWebhooks(stack.sandboxUrl);
  if (broken !== null) await breakGuard(stack, broken);
  return stack;
}

/** Why a fault cannot be injected here; null = it can. */
function missingProgram({ queues, program }: Pick<Fault, "queues" | "program">): string | null {
  const needed = [
    ...(queues === "redis" ? ["redis-server"] : []),
    ...(program === undefined ? [] : [program]),
  ];
  const missing = needed.find((name) => findProgram(name) === null);
  return missing === undefined ? null : `${missing} not found`;
}

/** What a fault found wrong; all of it counts, whichever step it comes from. */
async function runFault(
  stack: BillingStack,
  fault: Fault,
  { seed, isQuick, broken }: FaultRun,
): Promise<Pick<FaultResult, "injected" | "breaches">> {
  const injected: string[] = [];
  const crashedBefore = stack.processes.crashed().length;
  const ownSeed = (seed * 1_009 + Number(fault.code.slice(1))) >>> 0;
  try {
    if (stack.proxies === null) throw new Error("the stack has no proxies");
    const tenant = await makeBilledTenant(stack, ownSeed, isQuick ? 3 : (fault.customers ?? 6));
    const ground: FaultGround = {
      ...{ stack, proxies: stack.proxies, tenant, isQuick, random: seededRandom(ownSeed ^ 0x5eed) },
      inject: (what) => void injected.push(what),
    };
    const beyond = await within(fault.boundMs, fault.run(ground));
    await healStack(stack);
    if (broken !== null) await waitForNotice(stack, tenant, broken);
    const restless = broken === null ? await waitForQuiet(stack, tenant, quietMs) : null;
    const findings = judgeFacts(await readFacts(stack, tenant), tenant);
    const surprises = tenant.client.statuses.get("500") ?? 0;
    const breaches = [
      ...beyond,
      ...(injected.length === 0 ? ["it was never really injected"] : []),
      ...(restless === null ? [] : [`not quiet within ${quietMs / 1_000} s: ${restless}`]),
      ...findings.flatMap((finding) => finding.breaches),
      ...(surprises === 0 ? [] : [`the api answered 500 ${surprises} times`]),
      ...stack.processes.crashed().slice(crashedBefore),
    ];
    return { injected, breaches };
  } catch (error) {
    const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { injected, breaches: [told, ...stack.processes.crashed().slice(crashedBefore)] };
  }
}

/** Without a guard work may go in circles for ever: what is there twice ends the wait, as quiet does. */
async function waitForNotice(stack: BillingStack, tenant: BilledTenant, broken: Guard): Promise<void> {
  const breaches = async () =>
    judgeFacts(await readFacts(stack, tenant), tenant).flatMap((finding) => finding.breaches);
  const isOver = async () =>
    breachOfGuard(broken, await breaches()) !== null || (await unrestOf(stack, tenant)) === null;
  await until(async () => ((await isOver()) ? true : null), 2 * quietMs, 1_000);
}

async function within<T>(boundMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it did not end within ${boundMs / 1_000} s`)), boundMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
