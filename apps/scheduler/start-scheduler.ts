import { setMaxListeners } from "node:events";
import type { Deps } from "#libs/billing/deps.ts";
import { noteSchedules } from "#libs/billing/run/note-schedules.ts";
import { settleRuns } from "#libs/billing/run/settle-runs.ts";
import { relayDueWork, sweepLostWork, sweepLostWorkers } from "#libs/billing/work/dispatch-work.ts";
import { createCarrier } from "#libs/jobs/carrier.ts";
import { listenForJobs } from "#libs/data/job-notices.ts";
import type { AnyJob } from "#libs/jobs/define-job.ts";
import type { Schedule } from "#libs/jobs/schedules.ts";
import type { QueueBackend } from "#libs/platform/queue/queue-backend.ts";

export type Scheduler = { readonly close: () => Promise<void> };

export type SchedulerOptions = {
  readonly jobs: ReadonlyMap<string, AnyJob>;
  readonly schedules: ReadonlyMap<string, Schedule>;
  readonly retryScale: number;
  /** Between two looks for due jobs that nobody told of; 100 ms unless given. */
  readonly relayEveryMs?: number;
  /** Sweeps of the outside: webhooks that wait, payments that nobody told us about. */
  readonly sweeps: readonly {
    readonly name: string;
    readonly everyMs: number;
    readonly run: () => Promise<unknown>;
  }[];
};

const batch = 500;

/**
 * The clock and the relay. Any number of them may run: each step takes its rows with locks or is idempotent, so one
 * effect comes of it.
 */
export function startScheduler(deps: Deps, queues: QueueBackend, options: SchedulerOptions): Scheduler {
  const stop = new AbortController();
  setMaxListeners(0, stop.signal); // every loop listens, and Node would take so many for a leak
  const carrier = createCarrier(queues, options.jobs, options.retryScale);
  let sweptTo: string | null = null;
  const bell = createBell();
  const listener = listenForJobs(deps.database.pool, bell.ring);
  const relay = async () => {
    while (!stop.signal.aborted && (await relayDueWork(deps, carrier, batch)) === batch);
  };
  const loops = [
    loop(deps, stop.signal, "relay", options.relayEveryMs ?? 100, relay, bell),
    loop(deps, stop.signal, "lost work", Math.max(500, deps.leaseMs / 6), async () => {
      const swept = await sweepLostWork(deps, carrier, {
        ...{ olderThanMs: deps.leaseMs, retryDelayMs: 5_000 * options.retryScale, after: sweptTo },
      });
      sweptTo = swept.next;
    }),
    loop(deps, stop.signal, "lost workers", Math.max(500, deps.leaseMs / 6), () => sweepLostWorkers(deps)),
    loop(deps, stop.signal, "runs", 1_000, () => settleRuns(deps)),
    loop(deps, stop.signal, "failed runs", 5_000, () => settleRuns(deps, "failed")),
    loop(deps, stop.signal, "schedules", 60_000, () => assertSchedules(deps, queues, options.schedules)),
    ...options.sweeps.map((sweep) => loop(deps, stop.signal, sweep.name, sweep.everyMs, sweep.run)),
  ];
  return {
    close: async () => {
      stop.abort();
      await Promise.allSettled([...loops, listener.close()]);
    },
  };
}

/**
 * Tells the queues of every schedule that they do not have as it is: a wiped Redis has forgotten them. One that is there is
 * left alone, as telling it again would drop a tick that waits for a worker. A tick that nobody ran is delivered once more.
 */
async function assertSchedules(
  deps: Deps,
  queues: QueueBackend,
  schedules: ReadonlyMap<string, Schedule>,
): Promise<void> {
  const missed = await noteSchedules(deps, [...schedules.values()]);
  for (const { name, cron, timezone, queue: queueName } of schedules.values()) {
    const queue = queues.queue(queueName);
    const late = missed.find((tick) => tick.name === name);
    const known = await queue.getJobScheduler(name);
    const retry = { attempts: 3, backoff: { type: "exponential", delay: 1_000 } };
    if (late !== undefined || known?.pattern !== cron || known.tz !== timezone) {
      const repeat = { pattern: cron, tz: timezone };
      await queue.upsertJobScheduler(name, repeat, { name, data: { schedule: name }, opts: retry });
    }
    if (late === undefined) continue;
    deps.logger.warn("a tick was missed and is run now", { schedule: name, at: late.at.toString() });
    const atMs = late.at.epochMilliseconds;
    const once = { jobId: `${name}-${atMs}`, removeOnComplete: true, removeOnFail: true };
    await queue.add(name, { schedule: name, atMs }, { ...retry, ...once });
  }
}

/** Ends the pause that is being made, or else the next one. */
type Bell = { readonly ring: () => void; readonly rung: () => Promise<void> };

function createBell(): Bell {
  let hasRung = false;
  let wake = () => {};
  return {
    ring: () => {
      hasRung = true;
      wake();
    },
    rung: () =>
      new Promise((resolve) => {
        wake = () => {
          hasRung = false;
          wake = () => {};
          resolve();
        };
        if (hasRung) wake();
      }),
  };
}

/**
 * Repeats a step until stopped, with a pause after each, which a bell may end unless the step failed; a failure is logged, and the
 * next turn tries again.
 */
async function loop(
  deps: Deps,
  signal: AbortSignal,
  name: string,
  pauseMs: number,
  step: () => Promise<unknown>,
  bell?: Bell,
): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    try {
      await step();
      failures = 0;
    } catch (error) {
      failures += 1;
      deps.logger.warn("scheduler step failed", {
        step: name,
        failures,
        error,
      });
    }
    const early = failures === 0 ? bell?.rung() : undefined;
    await pause(Math.min(pauseMs * 2 ** Math.min(failures, 6), Math.max(pauseMs, 30_000)), signal, early);
  }
}

/** Until the time is over, or `early` comes true, or the signal. */
function pause(ms: number, signal: AbortSignal, early?: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
    void early?.then(done);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
  });
}
