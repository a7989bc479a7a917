import type { Fault } from "../fault.ts";

export const terminateBackends: Fault = {
  code: "F18",
  does: "a session of the application is ended (pg_terminate_backend) every 200 ms while a month is billed",
  queues: "postgres",
  boundMs: 180_000,
  isQuick: true,
  run: async ({ stack, tenant, random, isQuick, inject }) => {
    const ending = async () => {
      for (let times = 0; times < (isQuick ? 10 : 60); times++) {
        await new Promise((resolve) => setTimeout(resolve, 200));
        const sessions = await stack.rows<{ pid: number; doing: string }>(
          `select pid, coalesce(state, '') as doing from pg_stat_activity
           where datname = current_database() and usename = 'billwright' and pid <> pg_backend_pid() order by pid`,
        );
        const session = sessions[random(Math.max(1, sessions.length))];
        if (session === undefined) continue;
        await stack.rows("select pg_terminate_backend($1)", [session.pid]);
        inject(`ended a session that was ${session.doing}`);
      }
    };
    await Promise.all([ending(), tenant.billNextMonth()]);
    return [];
  },
};
