import { createServer, type RequestListener } from "node:http";
import express from "express";
import Stripe from "stripe";
import { openDatabase } from "#libs/data/database.ts";
import { causes } from "#libs/jobs/catalog.ts";
import { readConfig } from "#libs/platform/config.ts";
import { createLogger } from "#libs/platform/logger.ts";
import { createApp } from "../../api/create-app.ts";
import { buildDeps } from "../../build-deps.ts";
import { isServerKind, type ServerKind } from "./server-kinds.ts";

/** One server of the ingest benches in a process of its own, until it is told to stop. */
async function main(kind: string | undefined): Promise<void> {
  if (!isServerKind(kind)) throw new Error(`there is no server ${kind}`);
  const config = readConfig();
  const server = createServer({ keepAliveTimeout: 65_000 }, await listeners[kind]());
  server.listen(config.PORT, "127.0.0.1");
  process.once("SIGTERM", () => process.exit(0));
}

const listeners: Readonly<Record<ServerKind, () => Promise<RequestListener>>> = {
  api: async () => {
    const config = readConfig();
    const logger = createLogger({ level: "error", format: "json", process: "api" });
    const { deps, queues } = await buildDeps(config, logger, { causes });
    return createApp({
      ...{ deps, queues, admin: null, stripeWebhookSecret: config.stripe?.webhookSecret ?? null },
      trustProxy: undefined,
      ...{ requestsPerMinute: Number.MAX_SAFE_INTEGER, startedAt: new Date() },
    });
  },
  bare: async () => answering(async () => undefined),
  verify: async () => verifying(readConfig().stripe?.webhookSecret ?? ""),
  insert: async () => {
    const { DATABASE_URL: url = "", DB_POOL_SIZE: poolSize } = readConfig();
    const { pool } = openDatabase({ url, poolSize, causes });
    return answering(async (event) => {
      await pool.query({
        name: "insert",
        text: `insert into ingest_naive (id, customer, event_type, timestamp, value, properties)
               values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
        values: [event.id, event.customer, event.event_type, event.timestamp, event.value, event.properties],
      });
    });
  },
};

/** Express with a raw body and Stripe's own check of its signature, and nothing else. */
function verifying(secret: string): RequestListener {
  const app = express();
  app.use(express.raw({ type: "application/json" }));
  app.get("/health/live", (_request, response) => void response.sendStatus(200));
  app.post("/webhooks/stripe", (request, response) => {
    Stripe.webhooks.constructEvent(request.body, request.headers["stripe-signature"] ?? "", secret);
    response.json({ received: true });
  });
  return app;
}

/** Express with a parsed JSON body and nothing else. */
function answering(store: (event: Record<string, unknown>) => Promise<void>): RequestListener {
  const app = express();
  app.use(express.json());
  app.get("/health/live", (_request, response) => void response.sendStatus(200));
  app.post("/v1/events", async (request, response) => {
    await store(request.body as Record<string, unknown>);
    response.status(204).end();
  });
  return app;
}

main(process.argv[2]).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
