import type { QueueName } from "#libs/platform/queue/queue-names.ts";

export type QueueSettings = {
  /** Jobs in hand at once, per worker process. */
  readonly concurrency: number;
  /** What the summary counts a failure of this queue as. */
  readonly component: "generate" | "pdf" | "storage" | "stripe" | "payment" | "email" | null;
  /** At most `max` starts in `durationMs`, over all workers. */
  readonly limiter?: { readonly max: number; readonly duration: number };
};

export const queueSettings: Readonly<Record<QueueName, QueueSettings>> = {
  "usage-aggregation": { concurrency: 2, component: null },
  "invoice-generation": { concurrency: 2, component: "generate" },
  // What is in hand together is one transaction of its tenant.
  "invoice-finalization": { concurrency: 32, component: "generate" },
  // What waits for the printer is printed together.
  "pdf-render": { concurrency: 16, component: "pdf" },
  "storage-upload": { concurrency: 8, component: "storage" },
  "stripe-sync": { concurrency: 8, component: "stripe", limiter: { max: 20, duration: 1_000 } },
  payment: { concurrency: 8, component: "payment", limiter: { max: 20, duration: 1_000 } },
  "email-delivery": { concurrency: 8, component: "email" },
  notification: { concurrency: 4, component: null },
  // A clock waits for its tenant's work, which must not wait behind it.
  "test-clock": { concurrency: 4, component: null },
  // Most of the time it waits for receivers; what is in hand together shares its claims and ends.
  "webhook-delivery": { concurrency: 48, component: null },
};
