import { z } from "zod";
import { notifyRunCompletion } from "#libs/billing/run/notify-run-completion.ts";
import { defineJob } from "./define-job.ts";

/** Mails the summary of a completed run to NOTIFY_EMAIL, when NOTIFY_ON_COMPLETION says so. */
export const billingRunNotify = defineJob({
  name: "billing_run.notify",
  queue: "notification",
  on: { "billing_run.completed": (event) => ({ runId: event.subjectId }) },
  payload: z.object({ runId: z.uuid() }),
  key: ({ runId }) => runId,
  retry: { attempts: 5, delayMs: 1_000, budget: 60 },
  timeoutMs: 60_000,
  external: (deps, { runId }, { tenantId }) => notifyRunCompletion(deps, { tenantId, runId }),
});
