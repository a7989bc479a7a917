import type { Fault } from "../fault.ts";
import { strikePoints } from "../strike-points.ts";

const places = ["pdf.render:rendered", "job.invoice.generate:before-commit"];

export const blockTheEventLoop: Fault = {
  code: "F7",
  does: "the event loop stands still in pricing and in printing for longer than the queue's lock",
  queues: "redis",
  customers: 3,
  boundMs: 180_000,
  run: (ground) => {
    // BullMQ's lock is twice the lease; it looks for stalled jobs all the time.
    const blockMs = 3 * ground.stack.leaseMs;
    const points = ground.isQuick ? places : [...places, ...places];
    return strikePoints(ground, points, async ({ point, pid, release }) => {
      await new Promise((resolve) => setTimeout(resolve, blockMs));
      release();
      ground.inject(`${pid} blocked at ${point} for ${blockMs} ms`);
    });
  },
};
