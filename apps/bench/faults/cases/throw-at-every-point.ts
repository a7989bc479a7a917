import { allPoints } from "../../stack/failpoints.ts";
import type { Fault } from "../fault.ts";
import { shuffled, strikePoints } from "../strike-points.ts";

/** An exception in the pricing of one customer parks them, as it must, until somebody has looked. */
const parking = "job.invoice.generate:before-commit";

export const throwAtEveryPoint: Fault = {
  code: "F2",
  does: "an exception at every step of an invoice",
  queues: "postgres",
  customers: 3,
  boundMs: 600_000,
  run: async (ground) => {
    const points = shuffled(
      ground.random,
      allPoints.filter((point) => point !== parking),
    ).slice(0, ground.isQuick ? 6 : undefined);
    const strike = async (hit: { point: string; pid: number; release: () => void }) => {
      hit.release();
      ground.inject(`an exception at ${hit.point} in ${hit.pid}`);
    };
    return strikePoints(ground, points, strike, "throw");
  },
};
