import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { PdfFigures } from "#libs/platform/pdf/pdf-renderer.ts";
import type { WorkedDelivery } from "./start-workers.ts";

export type WorkerMetrics = {
  readonly observe: (delivery: WorkedDelivery) => void;
  /** The page that Prometheus reads. */
  readonly page: () => Promise<string>;
  readonly contentType: string;
};

/** Figures of one worker: its jobs and why they failed, its browser, its process. */
export function createWorkerMetrics(pdfFigures: () => Promise<PdfFigures>): WorkerMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: "billwright_job_duration_seconds",
    help: "Time of one delivery of a job, by what came of it",
    labelNames: ["job", "outcome"],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300],
    registers,
  });
  const errors = new Counter({
    name: "billwright_job_errors_total",
    help: "Deliveries that failed, by job and error code; those of providers name the provider",
    labelNames: ["job", "code"],
    registers,
  });
  const figure = (name: string, help: string) => new Gauge({ name: `billwright_${name}`, help, registers });
  const shown = {
    printed: figure("pdf_printed_documents", "Documents that this process has printed"),
    failed: figure("pdf_failed_documents", "Documents that this process could not print"),
    browserStarts: figure("chromium_starts", "Browsers that this process has started"),
    browserMemoryBytes: figure("chromium_memory_bytes", "Memory of the browser with its children"),
  };
  return {
    contentType: registry.contentType,
    observe: ({ name, outcome, code, seconds }) => {
      durations.observe({ job: name, outcome }, seconds);
      if (code !== null) errors.inc({ job: name, code });
    },
    page: async () => {
      for (const [name, value] of Object.entries(await pdfFigures()))
        shown[name as keyof typeof shown].set(value);
      return registry.metrics();
    },
  };
}
