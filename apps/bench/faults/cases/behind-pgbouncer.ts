import { waitForQuiet } from "../../stack/quiet.ts";
import { startPgbouncer } from "../../stack/stack-pgbouncer.ts";
import { appRoles, type BillingStack } from "../../stack/start-stack.ts";
import type { Fault, FaultGround } from "../fault.ts";
import { cutAtCommit } from "./cut-at-commit.ts";
import { killApiWhileIngesting } from "./kill-api-while-ingesting.ts";
import { killAtEveryPoint } from "./kill-at-every-point.ts";
import { manyGenerators } from "./many-generators.ts";
import { terminateBackends } from "./terminate-backends.ts";

/** What is broken meanwhile: what is broken between it and the database reaches it first. */
const quickly: readonly Fault[] = [cutAtCommit, terminateBackends];
const wholly: readonly Fault[] = [...quickly, killAtEveryPoint, killApiWhileIngesting, manyGenerators];

export const behindPgbouncer: Fault = {
  code: "F20",
  does: `pgbouncer in transaction mode stands before the database, where every transaction may meet another session: ${wholly.map(({ code }) => code).join(", ")} through it`,
  queues: "redis",
  program: "pgbouncer",
  boundMs: 900_000,
  run: async (ground) => {
    const { stack, proxies, tenant, inject } = ground;
    const proxied = stack.postgres.url.replace(/:\d+(?=\/)/, `:${proxies.postgres.port}`);
    const pooler = await startPgbouncer(stack.processes, stack.dir, proxied);
    try {
      await replaceAll(stack, pooler.url);
      const breaches: string[] = [];
      for (const fault of ground.isQuick ? quickly : wholly) breaches.push(...(await runOne(ground, fault)));
      const restless = await waitForQuiet(stack, tenant, 60_000);
      if (restless !== null) breaches.push(`not quiet behind pgbouncer: ${restless}`);
      const { clients, sessions, transactions } = await pooler.count();
      const direct = proxies.postgres.connections() - sessions;
      if (direct > 0) breaches.push(`${direct} sessions of our processes went past pgbouncer`);
      if (clients > sessions && transactions > 0)
        inject(`${transactions} transactions of ${clients} clients on ${sessions} sessions`);
      else breaches.push(`${clients} clients shared ${sessions} sessions: none was shared`);
      return breaches;
    } finally {
      await replaceAll(stack, null);
      await stack.processes.kill(pooler.pid);
    }
  },
};

async function runOne(ground: FaultGround, fault: Fault): Promise<string[]> {
  let injected = 0;
  const inject = (what: string) => {
    injected += 1;
    ground.inject(`${fault.code}: ${what}`);
  };
  const found = await fault.run({ ...ground, isQuick: true, inject });
  const all = injected === 0 ? [...found, "it was never really injected"] : found;
  return all.map((breach) => `${fault.code}: ${breach}`);
}

/** Kills every process of ours and starts it anew on the database at `url`; null = its own. */
async function replaceAll(stack: BillingStack, url: string | null): Promise<void> {
  const { processes } = stack;
  for (const role of new Set(appRoles)) {
    for (const { pid } of processes.running(role)) await processes.kill(pid);
  }
  for (const role of appRoles) {
    const recipe = stack.recipeOf(role);
    stack.restart(url === null ? recipe : { ...recipe, env: { ...recipe.env, DATABASE_URL: url } });
  }
  await stack.waitForApi();
}
