import { duelForEffect } from "../../stack/duels.ts";
import { allPoints } from "../../stack/failpoints.ts";
import { waitForQuiet } from "../../stack/quiet.ts";
import type { Fault } from "../fault.ts";
import { shuffled, strikePoints } from "../strike-points.ts";

/** Points outside of any transaction: who stands there holds nothing but a lease. */
const leased = allPoints.filter((point) => point.startsWith("effect.") || point.startsWith("job.invoice.s"));

export const hangPastTheLease: Fault = {
  code: "F3",
  does: "a worker hangs until another one has taken over its work, and then wakes up and goes on",
  queues: "postgres",
  customers: 3,
  boundMs: 400_000,
  run: async (ground) => {
    const { stack, tenant, inject } = ground;
    const holdMs = 3 * stack.leaseMs;
    const points = shuffled(ground.random, leased).slice(0, ground.isQuick ? 1 : 10);
    const missed = await strikePoints(ground, points, async ({ point, pid, release }) => {
      await new Promise((resolve) => setTimeout(resolve, holdMs));
      release();
      inject(`${pid} hung at ${point} for ${holdMs} ms`);
    });
    await waitForQuiet(stack, tenant, 60_000);
    // A mail has no key at its provider: nothing but the fence stands between two workers that both would send it.
    const { name, story } = await duelForEffect(stack, tenant);
    if (story === null) missed.push(`it could not be played: ${name}`);
    else inject(story);
    const taken = await stack.rows("select 1 from job where tenant_id = $1 and attempts > 1", [
      tenant.tenantId,
    ]);
    return [...missed, ...(taken.length === 0 ? ["nobody took over from a worker that hung"] : [])];
  },
};
