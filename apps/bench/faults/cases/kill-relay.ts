import type { Fault } from "../fault.ts";
import { killAndReplace } from "../kill-and-replace.ts";
import { strikePoints } from "../strike-points.ts";

export const killRelay: Fault = {
  code: "F5",
  does: "kill -9 the relay after it took work, before and after the queue has it",
  queues: "postgres",
  customers: 3,
  boundMs: 180_000,
  run: async (ground) => {
    const rounds = ground.isQuick ? 1 : 4;
    const points = Array.from({ length: rounds }, () => ["relay:taken", "relay:added"]).flat();
    return strikePoints(ground, points, async ({ point, pid, release }) => {
      const { name } = await killAndReplace(ground.stack, pid);
      release();
      ground.inject(`${name} killed at ${point}`);
    });
  },
};
