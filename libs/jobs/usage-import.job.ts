import { z } from "zod";
import { runImport } from "#libs/billing/usage/run-import.ts";
import { defineJob } from "./define-job.ts";

/** Imports a stored file of usage events, from its checkpoint. Safe to repeat, and beside itself. */
export const usageImport = defineJob({
  name: "usage.import",
  queue: "usage-aggregation",
  on: { "event_import.requested": (event) => ({ importId: event.subjectId }) },
  payload: z.object({ importId: z.uuid() }),
  key: ({ importId }) => importId,
  retry: { attempts: 5, delayMs: 2_000, budget: 30 },
  timeoutMs: 3_600_000,
  external: (deps, { importId }, scope) => runImport(deps, { tenantId: scope.tenantId, importId }),
});
