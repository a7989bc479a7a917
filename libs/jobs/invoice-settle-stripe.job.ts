import { z } from "zod";
import { settleStripeMirror } from "#libs/billing/invoice/settle-stripe-mirror.ts";
import { defineJob } from "./define-job.ts";

/** Shows the Stripe mirror the money that came for its invoice. */
export const invoiceSettleStripe = defineJob({
  name: "invoice.settle_stripe",
  queue: "stripe-sync",
  on: {
    "payment.succeeded": (event) => {
      const invoiceId = event.data["invoice_id"];
      return typeof invoiceId === "string" ? { invoiceId, paymentId: event.subjectId } : null;
    },
  },
  payload: z.object({ invoiceId: z.uuid(), paymentId: z.uuid() }),
  key: ({ invoiceId, paymentId }) => `${invoiceId}/${paymentId}`,
  retry: { attempts: 5, delayMs: 1_000, budget: 60 },
  timeoutMs: 120_000,
  external: (deps, { invoiceId }, scope) => settleStripeMirror(deps, { ...scope, invoiceId }),
});
