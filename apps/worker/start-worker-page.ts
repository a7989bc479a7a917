import { createServer } from "node:http";
import express from "express";
import type { Deps } from "#libs/billing/deps.ts";
import { withSystem } from "#libs/data/database.ts";
import { oldestDueSeconds } from "#libs/data/work-figures.ts";
import type { Workers } from "./start-workers.ts";
import type { WorkerMetrics } from "./worker-metrics.ts";

export type WorkerPage = {
  readonly port: number;
  readonly close: () => Promise<void>;
};

type Terms = {
  readonly port: number;
  readonly queues: readonly string[];
  readonly workers: Workers;
  readonly metrics: WorkerMetrics;
  /** When this process last ended a delivery, by `performance.now()`. */
  readonly lastEndedMs: () => number;
  /** Work may wait for so long, and this process end none of it, before it counts as stuck. */
  readonly patienceMs?: number;
};

/**
 * Says how a worker does: `/health/live`, `/metrics`, and `/health/ready`, which follows progress: 503 when work of its queues is
 * due for longer than it ought to be and this process has ended none of it for as long.
 */
export async function startWorkerPage(deps: Deps, terms: Terms): Promise<WorkerPage> {
  const { patienceMs = 300_000, metrics } = terms;
  const app = express().disable("x-powered-by");
  app.get("/health/live", (_request, response) => void response.json({ status: "ok" }));
  app.get("/health/ready", async (_request, response) => {
    const detail = await whatIsWrong(deps, terms, patienceMs).catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    );
    response.status(detail === null ? 200 : 503).json({ status: detail === null ? "ok" : "down", detail });
  });
  app.get("/metrics", async (_request, response) => {
    response.type(metrics.contentType).send(await metrics.page());
  });
  const server = createServer(app);
  const port = await new Promise<number>((resolve, reject) => {
    server.once("error", reject);
    server.listen(terms.port, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : terms.port);
    });
  });
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function whatIsWrong(deps: Deps, terms: Terms, patienceMs: number): Promise<string | null> {
  if (!terms.workers.isRunning()) return "it takes no work";
  const dueMs = 1_000 * (await withSystem(deps.database, (db) => oldestDueSeconds(db, terms.queues), 2_000));
  const idleMs = performance.now() - terms.lastEndedMs();
  if (dueMs < patienceMs || idleMs < patienceMs) return null;
  const seconds = (ms: number) => `${Math.round(ms / 1_000)} s`;
  return `work is due for ${seconds(dueMs)}, and this process has ended none for ${seconds(idleMs)}`;
}
