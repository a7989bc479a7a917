import { arm, type Hit, waitForHit } from "../../stack/failpoints.ts";
import { waitForQuiet } from "../../stack/quiet.ts";
import type { Fault } from "../fault.ts";

const wanted = 3;
const point = "pdf.render:rendered";
/** Shorter than a failpoint holds its process. */
const takeOverMs = 45_000;

export const stallAgainAndAgain: Fault = {
  code: "F8",
  does: "the same job stalls three times, more than the queue allows",
  queues: "redis",
  customers: 3,
  boundMs: 300_000,
  run: async ({ stack, tenant, inject }) => {
    await tenant.billNextMonth();
    const restless = await waitForQuiet(stack, tenant, takeOverMs);
    if (restless !== null) return [`the month was not over: ${restless}`];
    // Nothing else is printed from here on: whoever comes to the point has this one job.
    await tenant.addCustomer("stalled");
    let standing: Hit | null = null;
    for (let stalls = 1; stalls <= wanted; stalls++) {
      arm(stack.failpointDir, point);
      if (standing === null) await tenant.startRun({ customers: ["stalled"] });
      const besides: { besides?: number } = standing === null ? {} : { besides: standing.pid };
      const next = await waitForHit(stack.failpointDir, point, takeOverMs, besides);
      standing?.release();
      if (next === null) return [`the job stalled ${stalls - 1} times, not ${wanted} times`];
      inject(`${next.pid} stalled at ${point}`);
      standing = next;
    }
    await new Promise((resolve) => setTimeout(resolve, 2 * stack.leaseMs));
    standing?.release();
    const taken = await stack.rows(
      "select 1 from job where tenant_id = $1 and name = 'invoice.render_pdf' and attempts >= $2",
      [tenant.tenantId, wanted],
    );
    return taken.length === 1 ? [] : [`${taken.length} jobs were taken over ${wanted} times, not one`];
  },
};
