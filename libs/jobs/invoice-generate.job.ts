import { z } from "zod";
import { billChunk, halveChunk } from "#libs/billing/run/bill-chunk.ts";
import { defineJob } from "./define-job.ts";

/** Bills a few hundred subscriptions of a run, set-based. Safe to repeat: claimed periods are not billed again. */
export const invoiceGenerate = defineJob({
  name: "invoice.generate",
  queue: "invoice-generation",
  on: {
    "billing_run.chunk_due": (event) => ({
      runId: event.subjectId,
      chunk: String(event.data["chunk"]),
      subscriptionIds: z.array(z.uuid()).parse(event.data["subscription_ids"]),
    }),
  },
  payload: z.object({ runId: z.uuid(), chunk: z.string(), subscriptionIds: z.array(z.uuid()).min(1) }),
  key: ({ runId, chunk }) => `${runId}/${chunk}`,
  retry: { attempts: 5, delayMs: 500, budget: 40 },
  timeoutMs: 120_000,
  transaction: (tx, payload) => billChunk(tx, payload),
  recover: (deps, payload, scope, thrown) => halveChunk(deps.database, scope, payload, thrown),
});
