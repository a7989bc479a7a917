import type { Fault } from "../fault.ts";
import { killAndReplace } from "../kill-and-replace.ts";

const batchSize = 8;

export const killApiWhileIngesting: Fault = {
  code: "F4",
  does: "kill -9 the API at random moments while usage comes in; unanswered batches are sent again",
  queues: "postgres",
  boundMs: 300_000,
  isQuick: true,
  run: async ({ stack, tenant, random, isQuick, inject }) => {
    const { month, events } = await tenant.useMonth();
    const batches = Array.from({ length: Math.ceil(events.length / batchSize) }, (_, at) =>
      events.slice(at * batchSize, (at + 1) * batchSize),
    );
    const unanswered = () => tenant.client.statuses.get("none") ?? 0;
    let isOver = false;
    const senders = [0, 1, 2].map(async (sender) => {
      // Each sends its share, and then goes on with what was sent before, until nobody is killed any more.
      for (let at = sender; at < batches.length || !isOver; at += 3) {
        await tenant.send(batches[at % batches.length] ?? []);
      }
    });
    const killing = async () => {
      for (let cycle = 0; cycle < (isQuick ? 3 : 25); cycle++) {
        await new Promise((resolve) => setTimeout(resolve, 20 + random(150)));
        const before = unanswered();
        const [api] = stack.processes.running("api");
        if (api === undefined) throw new Error("no api runs");
        await killAndReplace(stack, api.pid);
        await stack.waitForApi();
        if (unanswered() > before) inject(`${api.name} killed with requests in hand`);
      }
    };
    await Promise.all([killing().finally(() => (isOver = true)), ...senders]);
    await tenant.endMonth();
    await tenant.startRun({ month });
    return [];
  },
};
