import type { Express } from "express";
import supertest from "supertest";
import { eventually } from "../../apps/sandbox/sandbox-fixture.ts";
import type { ApiClient } from "../../apps/api/client/create-client.ts";
import { createApp } from "../../apps/api/create-app.ts";
import { createApiKey } from "#libs/billing/catalog/create-api-key.ts";
import { takeDueJobs } from "#libs/data/jobs.ts";
import { causes, jobCatalog } from "#libs/jobs/catalog.ts";
import { runJob } from "#libs/jobs/run-job.ts";
import type { QueueBackend } from "#libs/platform/queue/queue-backend.ts";
import { type DeliveryWorld, openDeliveryWorld, stripeWebhookSecret } from "./delivery-world.ts";
import { createDocumentedClient } from "./documented-client.ts";
import { listenOnLoopback } from "./listen-on-loopback.ts";
import { openTestQueues } from "./test-queues.ts";

/** The API over the sandbox's Stripe, with the whole job catalog worked by hand. */
export type PaymentWorld = DeliveryWorld & {
  readonly app: Express;
  readonly queues: QueueBackend;
  /** The typed client of the tenant's administrator, over a socket. */
  readonly api: ApiClient;
  /** A raw request of the tenant's administrator, for what the typed client cannot say. */
  readonly call: (method: "get" | "post" | "put" | "delete", path: string) => supertest.Test;
  /** Runs every job that is due, and those that they cause, until none is. */
  readonly drain: () => Promise<void>;
  /** Hands over what Stripe has posted since the last time, and works until neither side has anything to say. */
  readonly settle: () => Promise<void>;
};

/** Call `close` in afterAll. */
export async function openPaymentWorld(): Promise<PaymentWorld> {
  const world = await openDeliveryWorld(causes);
  const queues = await openTestQueues(world.test.url);
  const app = createApp({
    ...{ deps: world.deps, queues, admin: null, stripeWebhookSecret },
    ...{ checkAnswers: true, startedAt: new Date() },
  });
  const server = await listenOnLoopback(app);
  const { secret } = await world.tenant.inTenant((tx) => createApiKey(tx, { name: "admin", role: "admin" }));
  const drain = async () => {
    for (;;) {
      const due = await takeDueJobs(world.test.database, 100);
      if (due.length === 0) return;
      for (const row of due) await runJob(world.deps, jobCatalog, row.id);
    }
  };
  let taken = 0;
  const settle = async () => {
    for (;;) {
      await drain();
      await eventually(async () => {
        const { pending } = await world.sandbox.control<{ pending: number }>("GET", "/_sandbox/webhooks");
        return pending === 0 ? true : undefined;
      });
      if (taken === world.webhooks.length) return;
      for (; taken < world.webhooks.length; taken += 1) {
        const webhook = world.webhooks[taken];
        if (webhook === undefined) throw new Error("a webhook was taken twice");
        const { path, rawBody, signature } = webhook;
        await supertest(app)
          .post(path)
          .set("Stripe-Signature", signature)
          .set("Content-Type", "application/json")
          .send(rawBody.toString("utf8"))
          .expect(200);
      }
    }
  };
  return {
    ...world,
    ...{ app, queues, drain, settle, api: createDocumentedClient({ baseUrl: server.url, key: secret }) },
    call: (method, path) => supertest(app)[method](path).set("Authorization", `Bearer ${secret}`),
    close: async () => {
      await server.close();
      await queues.close();
      await world.close();
    },
  };
}
