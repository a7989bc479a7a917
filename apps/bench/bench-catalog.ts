import type { Bench } from "./bench.ts";
import { chunkMemory } from "./benches/chunk-memory.ts";
import { countUsage } from "./benches/count-usage.ts";
import { generateInvoicesBench } from "./benches/generate-invoices.ts";
import { generateTogether } from "./benches/generate-together.ts";
import { growth } from "./benches/growth.ts";
import { importUsage } from "./benches/import-usage.ts";
import { ingestEventsBench } from "./benches/ingest-events.ts";
import { load } from "./benches/load.ts";
import { monthEnd } from "./benches/month-end.ts";
import { numberInvoices } from "./benches/number-invoices.ts";
import { periodLookup } from "./benches/period-lookup.ts";
import { printPdfs } from "./benches/print-pdfs.ts";
import { rateAndAssemble } from "./benches/rate-and-assemble.ts";
import { rateLine } from "./benches/rate-line.ts";
import { readUsageBench } from "./benches/read-usage.ts";
import { relayJobs } from "./benches/relay-jobs.ts";
import { rowSecurity } from "./benches/row-security.ts";
import { runJobsBench } from "./benches/run-jobs.ts";
import { startLatency } from "./benches/start-latency.ts";
import { webhookIntake } from "./benches/webhook-intake.ts";

/** Every bench there is, in the order in which they run. */
export const benchCatalog: readonly Bench[] = [
  rateLine,
  periodLookup,
  rateAndAssemble,
  chunkMemory,
  importUsage,
  printPdfs,
  generateInvoicesBench,
  generateTogether,
  numberInvoices,
  ingestEventsBench,
  countUsage,
  readUsageBench,
  webhookIntake,
  runJobsBench,
  relayJobs,
  startLatency,
  rowSecurity,
  load,
  growth,
  monthEnd,
];
