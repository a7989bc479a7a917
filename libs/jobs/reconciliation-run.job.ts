import { z } from "zod";
import { runReconciliation } from "#libs/billing/reconciliation/run-reconciliation.ts";
import { defined } from "#libs/core/defined.ts";
import { defineJob } from "./define-job.ts";

/** Makes the report of a reconciliation. Safe to repeat. */
export const reconciliationRun = defineJob({
  name: "reconciliation.run",
  queue: "notification",
  on: { "reconciliation.requested": (event) => ({ reconciliationId: event.subjectId }) },
  payload: z.object({ reconciliationId: z.uuid() }),
  key: ({ reconciliationId }) => reconciliationId,
  retry: { attempts: 3, delayMs: 2_000, budget: 6 },
  timeoutMs: 1_800_000,
  external: (deps, payload, { tenantId, stopping }) =>
    runReconciliation(deps, { tenantId, ...payload, ...defined({ stopping }) }),
});
