import { z } from "zod";
import { planBillingRun } from "#libs/billing/run/plan-billing-run.ts";
import { defineJob } from "./define-job.ts";

/** Finds what a run has to bill and cuts it into chunks. */
export const billingRunPlan = defineJob({
  name: "billing_run.plan",
  queue: "invoice-generation",
  on: {
    "billing_run.requested": (event) => ({ runId: event.subjectId, round: Number(event.data["round"] ?? 0) }),
  },
  payload: z.object({ runId: z.uuid(), round: z.int().min(0) }),
  key: ({ runId, round }) => `${runId}/${round}`,
  retry: { attempts: 5, delayMs: 500, budget: 40 },
  timeoutMs: 60_000,
  transaction: (tx, payload, deps) => planBillingRun(tx, { ...payload, batchSize: deps.batchSize }),
});
