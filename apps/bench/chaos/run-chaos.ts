import { breakGuard } from "../stack/break-guard.ts";
import type { ChaosOptions } from "./chaos-options.ts";
import { makeBilledTenant } from "../stack/make-billed-tenant.ts";
import { type Duel, duelForClaims, duelForEffect } from "../stack/duels.ts";
import { type Finding, judgeFacts } from "../stack/judge-facts.ts";
import { killProcesses, type Killing } from "./kill-processes.ts";
import { waitForQuiet } from "../stack/quiet.ts";
import { readFacts } from "../stack/read-facts.ts";
import { duplicateWebhooks } from "../stack/sandbox-facts.ts";
import type { BillingStack } from "../stack/start-stack.ts";

const killingMs = 45_000;
const quietMs = 60_000;

/** Bills, kills, waits until all is quiet and looks at what is there. The stack stays the caller's. */
export async function runChaos(
  stack: BillingStack,
  options: ChaosOptions,
  say: (text: string) => void,
): Promise<Finding[]> {
  say("all processes run");
  await duplicateWebhooks(stack.sandboxUrl);
  const tenant = await makeBilledTenant(stack, options.seed);
  if (options.broken !== null) {
    await breakGuard(stack, options.broken);
    say(`the guard ${options.broken} is taken away`);
  }
  const killing = await killProcesses(stack, tenant, options, Date.now() + killingMs);
  say(`killed ${killing.kills.length}, waiting for quiet`);
  const restless = [await waitForQuiet(stack, tenant, quietMs)];
  say("the months are over");
  const duels: Duel[] = [];
  if (options.broken === null || options.broken === "claim") duels.push(await duelForClaims(stack, tenant));
  if (options.broken === null || options.broken === "effect-fence")
    duels.push(await duelForEffect(stack, tenant));
  say("looking at what is there");
  restless.push(await waitForQuiet(stack, tenant, quietMs));
  const facts = await readFacts(stack, tenant);
  return [
    ...killed(killing, options),
    ...duels.map(playedOut),
    {
      subject: "quiet",
      found: restless.every((told) => told === null) ? "nothing moves any more" : "not all came to an end",
      breaches: restless.flatMap((told) => (told === null ? [] : [`not quiet in time: ${told}`])),
    },
    ...judgeFacts(facts, tenant),
    {
      subject: "processes",
      found: `${stack.processes.crashed().length} ended by themselves`,
      breaches: stack.processes.crashed(),
    },
  ];
}

function killed({ kills, missed, flushes, months }: Killing, options: ChaosOptions): Finding[] {
  const hits = kills.map(({ point, process, pid }) => `\n    ${point} in ${process} (pid ${pid})`).join("");
  return [
    { subject: "months billed", found: String(months), breaches: [] },
    {
      subject: "kills",
      found: `${kills.length} of ${options.kills}; ${missed.length} points were not reached in time${hits}`,
      breaches:
        kills.length < options.kills ? [`only ${kills.length} of ${options.kills} kills could be made`] : [],
    },
    {
      subject: "Redis flushes",
      found: options.backend === "redis" ? String(flushes) : "none: queues on Postgres",
      breaches: options.backend === "redis" && flushes !== 1 ? ["Redis was not flushed once"] : [],
    },
  ];
}

function playedOut(duel: Duel): Finding {
  return {
    subject: duel.name,
    found: duel.story ?? "could not be played",
    breaches: duel.story === null ? [`the duel "${duel.name}" could not be played`] : [],
  };
}
