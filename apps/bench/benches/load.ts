import { join } from "node:path";
import { startBillingRun } from "#libs/billing/run/start-billing-run.ts";
import type { Bench, BenchCase, OpenBench, Sample } from "../bench.ts";
import { linkSettings, type LoadKind, loadKinds, openLoad } from "../http/load-kinds.ts";
import { percentileOf, type PlannedRequest, sendAtRate } from "../http/send-at-rate.ts";
import { type Servers, startServers } from "../http/start-servers.ts";
import { type MonthlyTenant, openMonthlyTenant } from "../monthly-tenant.ts";
import { inPlace, type Place } from "../open-place.ts";
import { createProcesses, type Processes, type Running } from "../stack/processes.ts";
import { until } from "../stack/until.ts";

const PER_SECOND = 200;
const bars = { p95Ms: 50, limitMs: 200 } as const;
const START_MS = 120_000;
/** Requests before the first sample, so that it is not of code that nobody has run yet: a hundred of each kind. */
const WARM_UP = 100 * loadKinds.length;

const scales = {
  tiny: { seconds: 1, subscriptions: 120, billed: 400 },
  small: { seconds: 6, subscriptions: 600, billed: 1_500 },
  full: { seconds: 30, subscriptions: 2_000, billed: 6_000 },
} as const;

/** How long people and programs wait, with workers that have nothing to do, and with workers that bill a month. */
export const load: Bench = {
  name: "load",
  about: `${PER_SECOND} requests/s of ${loadKinds.length} kinds in turn to an API of its own, times from when each was due; a worker and a scheduler beside it, idle or billing and printing a month; peer: Express that answers at once, at the same rate`,
  open: (terms) =>
    inPlace(terms, async (place) => {
      const servers = await startServers(place, ["api", "bare"], linkSettings);
      const processes = createProcesses(join(place.dir, "logs"));
      const close = async () => {
        await processes.endAll(8_000);
        await servers.close();
      };
      try {
        const { cases } = await openCases(place, servers, processes, scales[terms.size]);
        return { cases, close };
      } catch (error) {
        await close();
        throw error;
      }
    }),
};

type Scale = (typeof scales)[keyof typeof scales];
type Times = ReadonlyMap<string, readonly number[]>;

async function openCases(
  place: Place,
  servers: Servers,
  processes: Processes,
  scale: Scale,
): Promise<OpenBench> {
  await place.owner.query("update job set run_at = 'infinity' where state = 'pending'"); // of other benches
  const plan = await openLoad(place, servers.portOf("api"), scale.subscriptions);
  const busy = await openMonthlyTenant(place, scale.billed);
  await startWork(place, processes);
  const count = PER_SECOND * scale.seconds;
  const send = (kind: "api" | "bare", planned: (n: number) => PlannedRequest, requests = count) =>
    sendAtRate({ port: servers.portOf(kind), perSecond: PER_SECOND, count: requests, plan: planned });
  await send("api", plan, WARM_UP);
  await send("bare", bare, WARM_UP);
  const whileBusy = billing(place, busy);
  const idle = { ours: runs(() => send("api", plan)), peer: runs(() => send("bare", bare)) };
  const working = {
    ours: runs(() => whileBusy(() => send("api", plan))),
    peer: runs(() => whileBusy(() => send("bare", bare))),
  };
  const both = { "workers idle": idle, "workers busy": working } as const;
  return {
    cases: (["workers idle", "workers busy"] as const).flatMap((state) =>
      loadKinds.flatMap((kind) =>
        ([0.95, 0.99] as const).map((share) =>
          caseOf({ kind, share, state, ...both[state], each: count / loadKinds.length }),
        ),
      ),
    ),
  };
}

const bare = (n: number): PlannedRequest => ({
  ...{ kind: "bare", method: "POST", path: "/v1/events" },
  ...{ headers: { "content-type": "application/json" }, body: Buffer.from(`{"id":"${n}"}`) },
});

/** The run number `n`, made when it is asked for first: a run has the times of every kind, so all their cases read it. */
function runs(run: () => Promise<Times>): (n: number) => Promise<Times> {
  const done = new Map<number, Promise<Times>>();
  return (n) => {
    const known = done.get(n) ?? run();
    done.set(n, known);
    return known;
  };
}

function caseOf(given: {
  readonly kind: LoadKind;
  readonly share: 0.95 | 0.99;
  readonly state: "workers idle" | "workers busy";
  readonly ours: (n: number) => Promise<Times>;
  readonly peer: (n: number) => Promise<Times>;
  readonly each: number;
}): BenchCase {
  const { kind, share, state, ours, peer, each } = given;
  const side = (run: (n: number) => Promise<Times>, of: string) => {
    let n = 0;
    return async (): Promise<Sample> => {
      const times = (await run(n++)).get(of) ?? [];
      const latencyMs = { p50: percentileOf(times, 0.5), p99: percentileOf(times, 0.99) };
      return { value: percentileOf(times, share), latencyMs };
    };
  };
  return {
    ...{ name: `${kind}, p${share * 100}, ${state}`, unit: "ms", better: "lower" },
    target: share === 0.95 && state === "workers idle" ? bars.p95Ms : bars.limitMs,
    ours: { name: kind, sample: side(ours, kind) },
    peer: { name: "Express that answers at once", sample: side(peer, "bare") },
    verify: async () => {
      const answered = (await ours(0)).get(kind)?.length ?? 0;
      if (answered < Math.floor(each)) throw new Error(`${answered} of ${each} requests were answered`);
    },
  };
}

/** One worker for all queues and one scheduler, as in production. */
async function startWork(place: Place, processes: Processes): Promise<void> {
  const start = (role: "worker" | "scheduler") =>
    processes.start({
      role,
      command: process.execPath,
      args: ["--conditions=source", "--import", "tsx", join("apps", role, "main.ts")],
      env: {
        ...{ DATABASE_URL: place.url, BILLWRIGHT_DATA_DIR: join(place.dir, "data"), LOG_LEVEL: "info" },
      },
    });
  for (const running of [start("worker"), start("scheduler")]) await untilStarted(running, processes);
}

async function untilStarted({ recipe, log }: Running, processes: Processes): Promise<void> {
  const isUp = () => {
    const [crash] = processes.crashed();
    if (crash !== undefined) throw new Error(crash);
    return log().includes(`${recipe.role} started`) ? true : null;
  };
  if ((await until(isUp, START_MS)) === null) throw new Error(`the ${recipe.role} did not start: ${log()}`);
}

/** Does something while the worker bills and prints another month. @throws Error when its work is over before that is */
function billing(place: Place, tenant: MonthlyTenant): <T>(work: () => Promise<T>) => Promise<T> {
  let months = 0;
  const jobs = async (states: string) => {
    const { rows } = await place.owner.query<{ n: string }>(
      `select count(*) as n from job where tenant_id = $1 and state in (${states})`,
      [tenant.tenantId],
    );
    return Number(rows[0]?.n);
  };
  return async (work) => {
    const month = await tenant.reach(months++);
    await tenant.inTenant((tx) =>
      startBillingRun(tx, { kind: "month", month: month.start.toString().slice(0, 7), dryRun: false }),
    );
    const begun = await until(async () => ((await jobs("'queued', 'running'")) > 0 ? true : null), START_MS);
    if (begun === null) throw new Error("the worker did not begin with the month");
    const done = await work();
    if ((await jobs("'pending', 'queued', 'running'")) === 0)
      throw new Error("the worker was done with the month before the load was");
    return done;
  };
}
