import supertest from "supertest";
import { type ApiWorld, openApiWorld } from "#libs/testkit/api-world.ts";
import { createApp } from "../create-app.ts";

describe("health", () => {
  let world: ApiWorld;
  beforeAll(async () => {
    world = await openApiWorld();
  });
  afterAll(() => world.close());

  it("says of each part since when it is as it is", async () => {
    let isAway = false;
    const queues = {
      ...world.queues,
      check: () => (isAway ? Promise.reject(new Error("queue gone")) : world.queues.check()),
    };
    const app = createApp({
      deps: world.deps,
      queues,
      admin: null,
      stripeWebhookSecret: null,
      startedAt: new Date(),
    });
    const parts = async () => (await supertest(app).get("/health")).body.components;

    const before = await parts();
    expect(before.queue).toEqual({ status: "ok", detail: null, since: expect.stringMatching(/^\d{4}-.*Z$/) });
    isAway = true;
    const [down, still] = [await parts(), await parts()];
    expect(down.queue).toMatchObject({ status: "down", detail: "queue gone" });
    expect(down.queue.since > before.queue.since).toBe(true);
    expect(still.queue).toEqual(down.queue);
    expect(still.database).toEqual(before.database);
    isAway = false;
    const after = await parts();
    expect(after.queue.status).toBe("ok");
    expect(after.queue.since > down.queue.since).toBe(true);
    expect((await supertest(app).get("/health/ready")).body.components.queue).toEqual(after.queue);
  });
});
