import { z } from "zod";
import { emailInvoice } from "#libs/billing/invoice/email-invoice.ts";
import { defineJob } from "./define-job.ts";

/** Mails an invoice as soon as its PDF exists. */
export const invoiceEmail = defineJob({
  name: "invoice.email",
  queue: "email-delivery",
  on: { "invoice.pdf_rendered": (event) => ({ invoiceId: event.subjectId }) },
  payload: z.object({ invoiceId: z.uuid() }),
  key: ({ invoiceId }) => invoiceId,
  retry: { attempts: 5, delayMs: 1_000, budget: 60 },
  timeoutMs: 90_000,
  external: (deps, { invoiceId }, scope) => emailInvoice(deps, { ...scope, invoiceId }),
});
