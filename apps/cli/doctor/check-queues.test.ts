import { openQueueBackend } from "#libs/platform/queue/queue-backend.ts";
import { checkQueues } from "./check-queues.ts";

const check = async () => undefined;

describe("the doctor on the queues", () => {
  it("warns when Redis may drop jobs", async () => {
    const of = (policy: string | null) =>
      checkQueues({ kind: "redis", check, evictionPolicy: async () => policy });
    expect(await of("noeviction")).toMatchObject({ level: "ok", detail: "redis answers" });
    expect(await of(null)).toMatchObject({ level: "ok" });
    expect(await of("allkeys-lru")).toMatchObject({
      level: "warning",
      detail: expect.stringContaining("maxmemory-policy allkeys-lru"),
      advice: "set maxmemory-policy to noeviction",
    });
  });

  it("says what to look at when nobody answers", async () => {
    const queues = openQueueBackend({
      redisUrl: undefined,
      databaseUrl: "postgres://nobody@127.0.0.1:1/none",
    });
    expect(await checkQueues(queues)).toMatchObject({
      level: "problem",
      advice: "check DATABASE_URL, and run `billwright migrate`",
    });
    await queues.close();
  });
});
