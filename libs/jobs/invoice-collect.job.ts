import { z } from "zod";
import { collectInvoice } from "#libs/billing/payment/collect-invoice.ts";
import { defineJob } from "./define-job.ts";

/** Charges an invoice to the saved method once its mirror stands; `request` names a try that somebody asked for. */
export const invoiceCollect = defineJob<{ invoiceId: string; request?: string | undefined }>({
  name: "invoice.collect",
  queue: "payment",
  on: {
    "invoice.stripe_synced": (event) => ({ invoiceId: event.subjectId }),
    "invoice.payment_requested": ({ subjectId, data }) => ({
      invoiceId: subjectId,
      request: String(data["request_id"]),
    }),
  },
  payload: z.object({ invoiceId: z.uuid(), request: z.string().max(200).optional() }),
  key: ({ invoiceId, request }) => (request === undefined ? invoiceId : `${invoiceId}/${request}`),
  retry: { attempts: 5, delayMs: 1_000, budget: 60 },
  timeoutMs: 120_000,
  external: (deps, { invoiceId, request }, scope) =>
    collectInvoice(deps, { ...scope, invoiceId, isAsked: request !== undefined }),
});
