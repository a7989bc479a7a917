import type { Fault } from "../fault.ts";

export const stopPostgres: Fault = {
  code: "F16",
  does: "the database is stopped at once (pg_ctl stop -m immediate) while a month is billed, and started again",
  queues: "postgres",
  boundMs: 180_000,
  run: async ({ stack, tenant, random, isQuick, inject }) => {
    for (let times = 0; times < (isQuick ? 1 : 3); times++) {
      await tenant.billNextMonth();
      await new Promise((resolve) => setTimeout(resolve, random(2_000)));
      await stack.postgres.stopNow();
      await new Promise((resolve) => setTimeout(resolve, 500 + random(1_500)));
      await stack.postgres.startAgain();
      inject("stopped at once and started again");
    }
    return [];
  },
};
