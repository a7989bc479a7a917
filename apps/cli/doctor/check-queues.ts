import type { QueueBackend } from "#libs/platform/queue/queue-backend.ts";
import { attempt, type Finding, warning } from "./finding.ts";

/** Whether what carries the queues answers, and keeps what it is given. */
export function checkQueues(
  queues: Pick<QueueBackend, "kind" | "check" | "evictionPolicy">,
): Promise<Finding> {
  const advice =
    queues.kind === "redis"
      ? "check REDIS_URL and that Redis runs"
      : "check DATABASE_URL, and run `billwright migrate`";
  return attempt("queues", advice, async () => {
    await queues.check();
    const policy = await queues.evictionPolicy();
    if (policy === null || policy === "noeviction") return `${queues.kind} answers`;
    return warning(
      "queues",
      `Redis drops keys when its memory is full (maxmemory-policy ${policy}); lost jobs are found again, but later`,
      "set maxmemory-policy to noeviction",
    );
  });
}
