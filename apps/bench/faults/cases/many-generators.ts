import { appRoles } from "../../stack/start-stack.ts";
import type { Fault } from "../fault.ts";
import { shuffled } from "../strike-points.ts";

const runCount = 10;

export const manyGenerators: Fault = {
  code: "F21",
  does: "ten runs bill the same customers at once in different orders, on four workers",
  queues: "postgres",
  customers: 24,
  boundMs: 240_000,
  run: async ({ stack, tenant, random, isQuick, inject }) => {
    const extra = appRoles.filter((role) => role === "worker");
    for (const role of extra) stack.restart(stack.recipeOf(role));
    for (let months = 0; months < (isQuick ? 1 : 2); months++) {
      const { month, events } = await tenant.useMonth();
      await tenant.send(events);
      await tenant.endMonth();
      const orders = Array.from({ length: runCount }, (_, at) =>
        at % 2 === 0 ? [...tenant.customers].reverse() : shuffled(random, tenant.customers),
      );
      await Promise.all(orders.map((customers) => tenant.startRun({ month, customers })));
      inject(`${runCount} runs of ${month} at once`);
    }
    return [];
  },
};
