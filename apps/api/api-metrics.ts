import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { type Database, withSystem } from "#libs/data/database.ts";
import { readWorkFigures } from "#libs/data/work-figures.ts";

export type ApiMetrics = {
  readonly observeRequest: (seen: {
    readonly method: string;
    readonly route: string;
    readonly status: number;
    readonly seconds: number;
  }) => void;
  readonly countEvents: (outcome: string, events: number) => void;
  /** The page that Prometheus reads; figures of the database are read for it. */
  readonly page: () => Promise<string>;
  readonly contentType: string;
};

/** Metrics of one process, in a registry of their own. */
export function createApiMetrics(database: Database): ApiMetrics {
  const registry = new Registry();
  const requests = new Histogram({
    name: "billwright_http_request_duration_seconds",
    help: "Time of requests by route and status",
    labelNames: ["method", "route", "status"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  const events = new Counter({
    name: "billwright_events_ingested_total",
    help: "Usage events by what became of them, since this process started",
    labelNames: ["outcome"],
    registers: [registry],
  });
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const jobs = gauge("billwright_jobs", "Jobs by queue and state, succeeded ones left out", [
    "queue",
    "state",
  ]);
  const oldest = gauge(
    "billwright_oldest_due_work_seconds",
    "Age of the oldest job that is due and not ended",
  );
  const effects = gauge("billwright_effects", "Calls to the outside by state", ["state"]);
  const invoices = gauge("billwright_invoices", "Invoices by status", ["status"]);
  return {
    contentType: registry.contentType,
    observeRequest: ({ method, route, status, seconds }) =>
      requests.observe({ method, route, status: String(status) }, seconds),
    countEvents: (outcome, count) => {
      if (count > 0) events.inc({ outcome }, count);
    },
    page: async () => {
      const figures = await withSystem(database, readWorkFigures, 5_000);
      for (const metric of [jobs, effects, invoices]) metric.reset();
      for (const row of figures.jobs) jobs.set({ queue: row.queue, state: row.state }, row.count);
      for (const row of figures.effects) effects.set({ state: row.state }, row.count);
      for (const row of figures.invoices) invoices.set({ status: row.state }, row.count);
      oldest.set(figures.oldestDueSeconds);
      return registry.metrics();
    },
  };
}
