import { z } from "zod";
import { emailInvoice } from "#libs/billing/invoice/email-invoice.ts";
import { defineJob } from "./define-job.ts";

/** Mails an invoice once more, because somebody asked for it. */
export const invoiceSend = defineJob({
  name: "invoice.send",
  queue: "email-delivery",
  on: {
    "invoice.send_requested": ({ subjectId, data }) => ({
      invoiceId: subjectId,
      sendId: String(data["send_id"]),
    }),
  },
  payload: z.object({ invoiceId: z.uuid(), sendId: z.string() }),
  key: ({ invoiceId, sendId }) => `${invoiceId}/${sendId}`,
  retry: { attempts: 5, delayMs: 1_000, budget: 60 },
  timeoutMs: 90_000,
  external: (deps, { invoiceId, sendId }, scope) => emailInvoice(deps, { ...scope, invoiceId, sendId }),
});
