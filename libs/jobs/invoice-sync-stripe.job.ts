import { z } from "zod";
import { syncInvoiceToStripe } from "#libs/billing/invoice/sync-invoice-to-stripe.ts";
import { defineJob } from "./define-job.ts";

/** Mirrors an issued invoice at Stripe. */
export const invoiceSyncStripe = defineJob({
  name: "invoice.sync_stripe",
  queue: "stripe-sync",
  on: { "invoice.finalized": (event) => ({ invoiceId: event.subjectId }) },
  payload: z.object({ invoiceId: z.uuid() }),
  key: ({ invoiceId }) => invoiceId,
  retry: { attempts: 5, delayMs: 1_000, budget: 60 },
  timeoutMs: 120_000,
  external: (deps, { invoiceId }, scope) => syncInvoiceToStripe(deps, { ...scope, invoiceId }),
});
