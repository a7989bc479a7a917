import { Redis } from "ioredis";
import { openQueueBackend, type QueueBackend } from "#libs/platform/queue/queue-backend.ts";

/**
 * The Redis that queues of this test process live on, emptied; undefined when the run tests the Postgres backend.
 * BILLWRIGHT_TEST_BACKEND=redis asks for it, TEST_REDIS_URL names the server; each Jest worker has its own database.
 */
export async function testRedisUrl(): Promise<string | undefined> {
  if (process.env["BILLWRIGHT_TEST_BACKEND"] !== "redis") return undefined;
  const server = process.env["TEST_REDIS_URL"];
  if (!server) throw new Error("BILLWRIGHT_TEST_BACKEND=redis needs TEST_REDIS_URL");
  const url = new URL(server);
  url.pathname = `/${process.env["JEST_WORKER_ID"] ?? "1"}`;
  const redis = new Redis(url.href, { maxRetriesPerRequest: 1 });
  try {
    await redis.flushdb();
  } finally {
    redis.disconnect();
  }
  return url.href;
}

/** Queues on the backend that the run tests. */
export async function openTestQueues(databaseUrl: string): Promise<QueueBackend> {
  return openQueueBackend({ redisUrl: await testRedisUrl(), databaseUrl });
}
