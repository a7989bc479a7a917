import type { Session } from "../../stack/start-stack.ts";
import type { Fault, FaultGround } from "../fault.ts";

/** The pool gives up after 10 s. */
const longestMs = 15_000;

export const exhaustConnections: Fault = {
  code: "F19",
  does: "the database has no connection left, and then the pool of the API has none: it says 503 and hangs nobody",
  queues: "postgres",
  boundMs: 240_000,
  run: async (ground) => {
    await ground.tenant.billNextMonth();
    const exhausted = await withEveryConnectionTaken(ground, () => askMany(ground, 5));
    if (!exhausted.some((line) => line.status === "503")) return ["nobody was refused without a connection"];
    const starved = await withUsageLocked(ground, () => askMany(ground, 24));
    if (!starved.some((line) => line.status === "503")) return ["nobody was refused with a pool in use"];
    ground.inject("every connection of the database was taken");
    ground.inject("every connection of the API's pool waited for a lock");
    return [...exhausted, ...starved].flatMap(({ status, tookMs, retryAfter }) => {
      if (status !== "200" && status !== "503") return [`a request was answered ${status}`];
      if (status === "503" && !(Number(retryAfter) >= 1 && Number(retryAfter) <= 5))
        return [`a 503 says Retry-After: ${retryAfter}`];
      return tookMs > longestMs ? [`a request was answered after ${tookMs} ms`] : [];
    });
  },
};

type Told = { readonly status: string; readonly tookMs: number; readonly retryAfter: string | null };

/** Sends usage so many times at once. */
function askMany({ tenant }: FaultGround, times: number): Promise<Told[]> {
  const [customer = ""] = tenant.customers;
  const event = { id: `${customer}/2026-03/0`, event_type: "calls", customer };
  return Promise.all(
    Array.from({ length: times }, async () => {
      const startedAt = Date.now();
      return tenant.client.ask("POST", "/v1/events", { events: [event] }).then(
        ({ status, headers, tookMs }) => ({
          ...{ status: String(status), tookMs, retryAfter: headers.get("retry-after") },
        }),
        (error: Error) => ({
          ...{ status: `nothing: ${error.message}`, tookMs: Date.now() - startedAt, retryAfter: null },
        }),
      );
    }),
  );
}

async function withEveryConnectionTaken<T>({ stack }: FaultGround, work: () => Promise<T>): Promise<T> {
  const taken: Session[] = [];
  const takeOne = async () => {
    const session = await stack.openSession("application").catch(() => null);
    if (session !== null) taken.push(session);
    return session !== null;
  };
  try {
    while (await takeOne());
    // Those of the application are ended, and taken before it notices.
    await stack.rows(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and usename = 'billwright' and application_name <> 'stack'`,
    );
    while (await takeOne());
    return await work();
  } finally {
    for (const session of taken) session.release();
  }
}

async function withUsageLocked<T>({ stack }: FaultGround, work: () => Promise<T>): Promise<T> {
  const owner = await stack.openSession("owner");
  try {
    await owner.query("begin");
    await owner.query("lock table usage_event in access exclusive mode");
    return await work();
  } finally {
    await owner.query("rollback").catch(() => undefined);
    owner.release();
  }
}
