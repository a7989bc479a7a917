import { UnrecoverableError } from "bullmq";
import { Temporal } from "temporal-polyfill";
import type { Deps } from "#libs/billing/deps.ts";
import { domainError } from "#libs/core/errors.ts";
import type { AnyJob } from "#libs/jobs/define-job.ts";
import { queueSettings } from "#libs/jobs/queues.ts";
import { runJob } from "#libs/jobs/run-job.ts";
import { runSchedule, type Schedule } from "#libs/jobs/schedules.ts";
import type { QueueName } from "#libs/platform/queue/queue-names.ts";
import type { Delivery, QueueBackend, QueueWorker } from "#libs/platform/queue/queue-backend.ts";

export type Workers = {
  /** Stops taking work, ends long readings, lets what else is in hand finish within the bound, then closes. */
  readonly close: (boundMs?: number) => Promise<void>;
  readonly isRunning: () => boolean;
};

/** One delivery of a job that has ended. */
export type WorkedDelivery = {
  readonly name: string;
  readonly outcome: string;
  /** Why it failed; null when it did not. */
  readonly code: string | null;
  readonly seconds: number;
};

/** Starts one BullMQ worker per queue; the ledger row decides what a delivery may do. */
export function startWorkers(
  deps: Deps,
  queues: QueueBackend,
  options: {
    readonly names: readonly QueueName[];
    readonly jobs: ReadonlyMap<string, AnyJob>;
    readonly schedules: ReadonlyMap<string, Schedule>;
    readonly observe?: (delivery: WorkedDelivery) => void;
  },
): Workers {
  const { observe = () => undefined } = options;
  const stop = new AbortController();
  const tick = async (delivery: Delivery, id: string) => {
    const schedule = options.schedules.get(delivery.schedule ?? "");
    return schedule === undefined ? "no such schedule" : runSchedule(deps, schedule, tickOf(delivery, id));
  };
  const deliver = async (delivery: Delivery, id: string, name: string) => {
    if (delivery.schedule !== undefined) return tick(delivery, id);
    if (delivery.jobId === undefined) return "nothing to do";
    const startedMs = performance.now();
    const done = await runJob(deps, options.jobs, delivery.jobId, stop.signal);
    const code = "error" in done ? done.error.code : null;
    observe({ name, code, outcome: done.outcome, seconds: (performance.now() - startedMs) / 1_000 });
    if (done.outcome === "dead") throw new UnrecoverableError(`${done.error.code}: ${done.error.message}`);
    if (done.outcome === "failed") throw new Error(`${done.error.code}: ${done.error.message}`);
    return done.outcome;
  };
  const workers: QueueWorker[] = options.names.map((name) => {
    const { concurrency, limiter } = queueSettings[name];
    return queues.work(name, (job) => deliver(job.data, job.id ?? "", job.name), {
      concurrency,
      // The row's lease decides; BullMQ's lock only says when it looks for another worker.
      lockDuration: 2 * deps.leaseMs,
      stalledInterval: Math.max(500, deps.leaseMs / 2),
      ...(limiter === undefined ? {} : { limiter }),
      onError: (error) => deps.logger.warn("queue worker error", { queue: name, error }),
    });
  });
  return {
    isRunning: () => workers.every((worker) => worker.isRunning()),
    close: async (boundMs = 20_000) => {
      stop.abort(
        domainError("work_stopped", "the process stopped before it was done; the next one takes it up"),
      );
      const closing = Promise.allSettled(workers.map((worker) => worker.close()));
      await Promise.race([closing, new Promise((resolve) => setTimeout(resolve, boundMs).unref())]);
    },
  };
}

/** BullMQ names a scheduler's job `repeat:NAME:MILLISECONDS`, with the instant that the cron meant. */
function tickOf(delivery: Delivery, id: string): Temporal.Instant {
  if (delivery.atMs !== undefined) return Temporal.Instant.fromEpochMilliseconds(delivery.atMs);
  const [, millisecondsText] = /:(\d{12,})$/.exec(id) ?? [];
  return millisecondsText === undefined
    ? Temporal.Now.instant()
    : Temporal.Instant.fromEpochMilliseconds(Number(millisecondsText));
}
