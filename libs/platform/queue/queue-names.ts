/** The lanes of work: one per resource, so that limits and back-pressure are per resource. */
export const queueNames = [
  "usage-aggregation",
  "invoice-generation",
  "invoice-finalization",
  "pdf-render",
  "storage-upload",
  "stripe-sync",
  "payment",
  "email-delivery",
  "notification",
  "webhook-delivery",
  "test-clock",
] as const;

export type QueueName = (typeof queueNames)[number];
