import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { healSandbox } from "../stack/sandbox-facts.ts";
import { appRoles, type BillingStack } from "../stack/start-stack.ts";

/** Mends everything that a fault may have broken: wires, servers, processes, stops. */
export async function healStack(stack: BillingStack): Promise<void> {
  const { processes, proxies, postgres, redis } = stack;
  for (const proxy of Object.values(proxies ?? {})) proxy?.heal();
  // Whoever stands at a point goes on.
  for (const file of readdirSync(stack.failpointDir)) rmSync(join(stack.failpointDir, file), { force: true });
  await postgres.startAgain();
  if (redis !== null) {
    await redis.startAgain("saved");
    await redis.client.config("SET", "maxmemory", "0");
    await redis.client.config("SET", "maxmemory-policy", "noeviction");
  }
  await healSandbox(stack.sandboxUrl);
  for (const role of new Set(appRoles)) {
    const wanted = appRoles.filter((each) => each === role).length;
    const running = processes.running(role);
    for (const { pid } of running) processes.signal(pid, "SIGCONT");
    for (const { pid } of running.slice(wanted)) await processes.kill(pid);
    for (let at = running.length; at < wanted; at++) stack.restart(stack.recipeOf(role));
  }
  await stack.waitForApi();
}
