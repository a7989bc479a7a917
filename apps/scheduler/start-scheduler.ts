import type { Deps } from "#libs/billing/deps.ts";
import { noteSchedules } from "#libs/billing/run/note-schedules.ts";
import { settleRuns } from "#libs/billing/run/settle-runs.ts";
import { relayDueWork, sweepLostWork } from "#libs/billing/work/dispatch-work.ts";
import { createCarrier } from "#libs/jobs/carrier.ts";
import type { AnyJob } from "#libs/jobs/define-job.ts";
import type { Schedule } from "#libs/jobs/schedules.ts";
import type { QueueBackend } from "#libs/platform/queue/queue-backend.ts";

export type Scheduler = { readonly close: () => Promise<void> };

export type SchedulerOptions = {
  readonly jobs: ReadonlyMap<string, AnyJob>;
  readonly schedules: ReadonlyMap<string, Schedule>;
  readonly retryScale: number;
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
  const carrier = createCarrier(queues, options.jobs, options.retryScale);
  const loops = [
    loop(deps, stop.signal, "relay", 100, async () => {
      while (!stop.signal.aborted && (await relayDueWork(deps, carrier, batch)) === batch);
    }),
    loop(deps, stop.signal, "lost work", Math.max(500, deps.leaseMs / 6), () =>
      sweepLostWork(deps, carrier, {
        olderThanMs: deps.leaseMs,
        retryDelayMs: 5_000 * options.retryScale,
      }),
    ),
    loop(deps, stop.signal, "runs", 1_000, () => settleRuns(deps)),
    loop(deps, stop.signal, "schedules", 60_000, () => assertSchedules(deps, queues, options.schedules)),
    ...options.sweeps.map((sweep) => loop(deps, stop.signal, sweep.name, sweep.everyMs, sweep.run)),
  ];
  return {
    close: async () => {
      stop.abort();
      await Promise.allSettled(loops);
    },
  };
}

/** Tells the queues of every schedule again: a wiped Redis has forgotten them. */
async function assertSchedules(
  deps: Pick<Deps, "database">,
  queues: QueueBackend,
  schedules: ReadonlyMap<string, Schedule>,
): Promise<void> {
  await noteSchedules(deps, [...schedules.values()]);
  for (const schedule of schedules.values()) {
    await queues.queue(schedule.queue).upsertJobScheduler(
      schedule.name,
      { pattern: schedule.cron, tz: schedule.timezone },
      {
        name: schedule.name,
        data: { schedule: schedule.name },
        opts: { attempts: 3, backoff: { type: "exponential", delay: 1_000 } },
      },
    );
  }
}

/** Repeats a step until stopped, with a pause after each; a failure is logged, and the next turn tries again. */
async function loop(
  deps: Deps,
  signal: AbortSignal,
  name: string,
  pauseMs: number,
  step: () => Promise<unknown>,
): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    try {
      await step();
      failures = 0;
    } catch (error) {
      failures += 1;
      deps.logger.warn("scheduler step failed", { step: name, failures, error });
    }
    await pause(Math.min(pauseMs * 2 ** Math.min(failures, 6), Math.max(pauseMs, 30_000)), signal);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
  });
}
