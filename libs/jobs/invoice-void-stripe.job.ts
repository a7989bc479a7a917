import { z } from "zod";
import { voidStripeMirror } from "#libs/billing/invoice/void-stripe-mirror.ts";
import { defineJob } from "./define-job.ts";

/** Voids the Stripe mirror of a void invoice. */
export const invoiceVoidStripe = defineJob({
  name: "invoice.void_stripe",
  queue: "stripe-sync",
  on: { "invoice.voided": (event) => ({ invoiceId: event.subjectId }) },
  payload: z.object({ invoiceId: z.uuid() }),
  key: ({ invoiceId }) => invoiceId,
  retry: { attempts: 5, delayMs: 1_000, budget: 60 },
  timeoutMs: 120_000,
  external: (deps, { invoiceId }, scope) => voidStripeMirror(deps, { ...scope, invoiceId }),
});
