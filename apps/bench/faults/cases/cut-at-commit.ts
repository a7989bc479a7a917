import { until } from "../../stack/until.ts";
import type { Fault } from "../fault.ts";

export const cutAtCommit: Fault = {
  code: "F17",
  does: "the connection breaks at COMMIT: before the database has it, and after, when only the answer is lost",
  queues: "postgres",
  boundMs: 180_000,
  isQuick: true,
  run: async ({ proxies, tenant, random, isQuick, inject }) => {
    const times = isQuick ? 5 : 15;
    const missed: string[] = [];
    for (const side of ["before", "after"] as const) {
      const before = proxies.postgres.hits();
      const { month, events } = await tenant.useMonth();
      proxies.postgres.set({ kind: "reset-at", text: "COMMIT", side, oneIn: 2 + random(3), times });
      for (let at = 0; at < events.length; at += 20) await tenant.send(events.slice(at, at + 20));
      await tenant.endMonth();
      await tenant.startRun({ month });
      await until(() => (proxies.postgres.hits() - before >= times ? true : null), 20_000);
      proxies.postgres.heal();
      const cut = proxies.postgres.hits() - before;
      for (let n = 0; n < cut; n++) inject(`cut ${side} the COMMIT`);
      if (cut === 0) missed.push(`no COMMIT was cut ${side} it`);
    }
    return missed;
  },
};
