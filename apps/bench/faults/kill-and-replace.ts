import type { Running } from "../stack/processes.ts";
import type { BillingStack } from "../stack/start-stack.ts";

/** SIGKILL, and another one of its kind. */
export async function killAndReplace(stack: BillingStack, pid: number): Promise<Running> {
  const killed = await stack.processes.kill(pid);
  stack.restart(killed.recipe);
  return killed;
}
