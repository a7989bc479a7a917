import { allPoints } from "../../stack/failpoints.ts";
import type { Fault } from "../fault.ts";
import { killAndReplace } from "../kill-and-replace.ts";
import { shuffled, strikePoints } from "../strike-points.ts";

export const killAtEveryPoint: Fault = {
  code: "F1",
  does: "kill -9 at every step of an invoice: claims, commits, relay, PDF, storage, Stripe, charge, mail",
  queues: "postgres",
  customers: 3,
  boundMs: 900_000,
  isQuick: true,
  run: async (ground) => {
    const points = shuffled(ground.random, allPoints).slice(0, ground.isQuick ? 3 : undefined);
    return strikePoints(ground, points, async ({ point, pid, release }) => {
      const { name } = await killAndReplace(ground.stack, pid);
      release();
      ground.inject(`${name} killed at ${point}`);
    });
  },
};
