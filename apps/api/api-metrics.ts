import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { type Database, withSystem } from "#libs/data/database.ts";
import {
  type InvoiceFigure,
  readInvoiceFigures,
  readWorkFigures,
  type StateCount,
  type WorkFigures,
} from "#libs/data/work-figures.ts";

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

/** The sums of invoices read all of them: scrapes share one reading for so long. */
const invoicesKeptMs = 60_000;

/** Metrics of one process, in a registry of their own. `nowMs` is the process's clock. */
export function createApiMetrics(
  database: Database,
  nowMs: () => number = () => performance.now(),
): ApiMetrics {
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
  const show = createGauges(registry);
  const showInvoices = createInvoiceGauges(registry);
  let invoicesUntilMs = Number.NEGATIVE_INFINITY;
  return {
    contentType: registry.contentType,
    observeRequest: ({ method, route, status, seconds }) =>
      requests.observe({ method, route, status: String(status) }, seconds),
    countEvents: (outcome, count) => {
      if (count > 0) events.inc({ outcome }, count);
    },
    page: async () => {
      show(await withSystem(database, readWorkFigures, 5_000));
      if (nowMs() >= invoicesUntilMs) {
        showInvoices(await withSystem(database, readInvoiceFigures, 5_000));
        invoicesUntilMs = nowMs() + invoicesKeptMs;
      }
      return registry.metrics();
    },
  };
}

/** The figures that are read from the database when somebody asks, so every process shows the same. */
function createGauges(registry: Registry): (figures: WorkFigures) => void {
  const gauge = gaugesOf(registry);
  const jobs = gauge("jobs", "Jobs by queue and state, succeeded ones left out", "queue", "state");
  const effects = gauge("effects", "Calls to the outside by kind and state", "kind", "state");
  const schedules = gauge("schedule_overdue_seconds", "Time since the tick that no worker has run", "name");
  const invariants = gauge(
    "invariant_breaches",
    "Breaches that the last look at each invariant found",
    "invariant",
  );
  const anomalies = gauge(
    "pricing_anomalies",
    "Findings of the anomaly report of this month and the one before, by kind, as the last daily look had them",
    "kind",
  );
  const byState: readonly (readonly [Gauge, (figures: WorkFigures) => readonly StateCount[]])[] = [
    [gauge("billing_runs", "Runs of the last seven days by state", "state"), (figures) => figures.runs],
    [
      gauge("payment_attempts", "Attempts of the last 24 hours to collect, by state", "state"),
      (figures) => figures.attempts,
    ],
    [
      gauge("webhook_deliveries", "Webhooks to customers by state, delivered ones left out", "state"),
      (figures) => figures.deliveries,
    ],
    [
      gauge(
        "webhook_inbox",
        "Provider webhooks that wait or were set aside, and those that the last 24 hours brought for nothing",
        "state",
      ),
      (figures) => figures.inbox,
    ],
  ];
  const single: readonly (readonly [Gauge, (figures: WorkFigures) => number])[] = [
    [
      gauge("oldest_due_work_seconds", "Age of the oldest job that is due and not ended"),
      (figures) => figures.oldestDueSeconds,
    ],
    [
      gauge("relay_lag_seconds", "Age of the oldest job that is due and that no relay has taken"),
      (figures) => figures.relayLagSeconds,
    ],
    [
      gauge("parked_subscriptions", "Subscriptions whose billing failed and waits"),
      (figures) => figures.parkedSubscriptions,
    ],
  ];
  return (figures) => {
    for (const metric of [jobs, effects, schedules, invariants, anomalies, ...byState.map(([each]) => each)])
      metric.reset();
    for (const row of figures.jobs) jobs.set({ queue: row.queue, state: row.state }, row.count);
    for (const row of figures.effects) effects.set({ kind: row.kind, state: row.state }, row.count);
    for (const row of figures.schedules) schedules.set({ name: row.name }, row.seconds);
    for (const row of figures.invariants) invariants.set({ invariant: row.code }, row.breaches);
    for (const row of figures.anomalies) anomalies.set({ kind: row.kind }, row.findings);
    for (const [metric, rowsOf] of byState) {
      for (const { state, count } of rowsOf(figures)) metric.set({ state }, count);
    }
    for (const [metric, figureOf] of single) metric.set(figureOf(figures));
  };
}

function gaugesOf(registry: Registry) {
  return (name: string, help: string, ...labelNames: string[]) =>
    new Gauge({ name: `billwright_${name}`, help, labelNames, registers: [registry] });
}

/** Sums are shown as numbers, which graphs can be drawn of and books cannot be kept with. */
function createInvoiceGauges(registry: Registry): (rows: readonly InvoiceFigure[]) => void {
  const gauge = gaugesOf(registry);
  const invoices = gauge("invoices", "Invoices by state and currency", "mode", "state", "currency");
  const invoiced = gauge(
    "invoiced_minor_units",
    "Sum of invoices less credit notes, in minor units",
    ...["mode", "state", "currency"],
  );
  const collected = gauge(
    "collected_minor_units",
    "Sum paid of invoices, in minor units",
    "mode",
    "currency",
  );
  return (rows) => {
    for (const metric of [invoices, invoiced, collected]) metric.reset();
    for (const { mode, state, currency, count, total, paid } of rows) {
      invoices.set({ mode, state, currency }, count);
      invoiced.set({ mode, state, currency }, Number(total));
      collected.inc({ mode, currency }, Number(paid));
    }
  };
}
