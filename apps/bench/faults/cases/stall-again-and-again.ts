import { arm, type Hit, waitForHit } from "../../stack/failpoints.ts";
import { waitForQuiet } from "../../stack/quiet.ts";
import type { Fault } from "../fault.ts";

const wanted = 3;
const point = "pdf.render:rendered";
/** All of them together are shorter than a failpoint holds the first. */
const takeOverMs = 25_000;

export const stallAgainAndAgain: Fault = {
  code: "F8",
  does: "the same job stalls three times, more than the queue allows",
  queues: "redis",
  customers: 3,
  boundMs: 300_000,
  run: async ({ stack, tenant, inject }) => {
    await tenant.billNextMonth();
    const restless = await waitForQuiet(stack, tenant, 60_000);
    if (restless !== null) return [`the month was not over: ${restless}`];
    // Nothing else is printed from here on: whoever comes to the point has this one job. None of them goes on before the last,
    // as what one has printed nobody prints again: so there is a worker for each stall.
    while (stack.processes.running("worker").length < wanted) stack.restart(stack.recipeOf("worker"));
    await tenant.addCustomer("stalled");
    const standing: Hit[] = [];
    for (let stalls = 1; stalls <= wanted; stalls++) {
      arm(stack.failpointDir, point);
      if (stalls === 1) await tenant.startRun({ customers: ["stalled"] });
      const besides = standing.map(({ pid }) => pid);
      const next = await waitForHit(stack.failpointDir, point, takeOverMs, { besides });
      if (next === null) break;
      inject(`${next.pid} stalled at ${point}`);
      standing.push(next);
    }
    for (const { release } of standing) {
      await new Promise((resolve) => setTimeout(resolve, stack.leaseMs));
      release();
    }
    return standing.length === wanted
      ? []
      : [`the job stalled ${standing.length} times, not ${wanted} times`];
  },
};
