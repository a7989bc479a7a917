import { z } from "zod";
import { settleStripeMirror } from "#libs/billing/invoice/settle-stripe-mirror.ts";
import { defineJob } from "./define-job.ts";

/** Shows the Stripe mirror the money that came for its invoice, and what credit notes took off it. */
export const invoiceSettleStripe = defineJob({
  name: "invoice.settle_stripe",
  queue: "stripe-sync",
  on: {
    "payment.succeeded": (event) => {
      const invoiceId = event.data["invoice_id"];
      return typeof invoiceId === "string" ? { invoiceId, settledBy: event.subjectId } : null;
    },
    "credit_note.issued": ({ subjectId, data }) =>
      typeof data["invoice_id"] === "string" && data["settlement"] === "offset"
        ? { invoiceId: data["invoice_id"], settledBy: subjectId }
        : null,
  },
  payload: z.object({ invoiceId: z.uuid(), settledBy: z.uuid() }),
  key: ({ invoiceId, settledBy }) => `${invoiceId}/${settledBy}`,
  retry: { attempts: 5, delayMs: 1_000, budget: 60 },
  timeoutMs: 120_000,
  external: (deps, { invoiceId }, scope) => settleStripeMirror(deps, { ...scope, invoiceId }),
});
