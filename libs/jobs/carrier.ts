import type { Carrier } from "#libs/billing/work/dispatch-work.ts";
import type { QueueBackend } from "#libs/platform/queue/queue-backend.ts";
import type { AnyJob } from "./define-job.ts";

/** BullMQ refuses a custom id that holds a colon or only digits; a row's id and dispatch are neither. */
const deliveryId = (row: { readonly id: string; readonly dispatch: number }) => `${row.id}-${row.dispatch}`;

const alive: ReadonlySet<string> = new Set([
  "waiting",
  "prioritized",
  "delayed",
  "active",
  "waiting-children",
]);

/**
 * Carries ledger rows on BullMQ: attempts and exponential back-off with jitter of one dispatch are BullMQ's, as the
 * job declares them.
 * @param retryScale stretches or shortens every delay; 1 in production
 */
export function createCarrier(
  queues: QueueBackend,
  jobs: ReadonlyMap<string, AnyJob>,
  retryScale: number,
): Carrier {
  return {
    add: async (rows) => {
      const byQueue = groupByQueue(rows);
      for (const [queue, of] of byQueue) {
        await queues.queue(queue).addBulk(
          of.map((row) => {
            const retry = jobs.get(row.name)?.retry ?? { attempts: 3, delayMs: 1_000 };
            const delay = Math.max(1, Math.round(retry.delayMs * retryScale));
            return {
              name: row.name,
              data: { jobId: row.id },
              opts: {
                jobId: deliveryId(row),
                attempts: retry.attempts,
                backoff: { type: "exponential", delay, jitter: 0.5 },
              },
            };
          }),
        );
      }
    },
    holds: async (row) => {
      const job = await queues.queue(row.queue).getJob(deliveryId(row));
      return job === undefined ? false : alive.has(await job.getState());
    },
  };
}

function groupByQueue<Row extends { readonly queue: string }>(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(row.queue, [...(groups.get(row.queue) ?? []), row]);
  return groups;
}
