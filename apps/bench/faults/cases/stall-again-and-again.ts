import { arm, waitForHit } from "../../stack/failpoints.ts";
import type { Fault } from "../fault.ts";
import { strikePoints } from "../strike-points.ts";

export const stallAgainAndAgain: Fault = {
  code: "F8",
  does: "the same job stalls three times, more than the queue allows",
  queues: "redis",
  customers: 3,
  boundMs: 180_000,
  run: (ground) => {
    const { stack, inject } = ground;
    return strikePoints(ground, ["pdf.render:rendered"], async (first) => {
      let [standing, stalls] = [first, 1];
      inject(`${first.pid} stalled at ${first.point}`);
      while (stalls < 3) {
        await new Promise((resolve) => setTimeout(resolve, 2 * stack.leaseMs));
        arm(stack.failpointDir, first.point);
        const next = await waitForHit(stack.failpointDir, first.point, 20_000);
        standing.release();
        if (next === null) return;
        stalls += 1;
        inject(`${next.pid} stalled at ${first.point}, the next one`);
        standing = next;
      }
      await new Promise((resolve) => setTimeout(resolve, 2 * stack.leaseMs));
      standing.release();
    });
  },
};
