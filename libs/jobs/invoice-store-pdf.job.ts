import { z } from "zod";
import { storeInvoicePdf } from "#libs/billing/invoice/store-invoice-pdf.ts";
import { defineJob } from "./define-job.ts";

/** Moves a printed PDF into the object store. */
export const invoiceStorePdf = defineJob({
  name: "invoice.store_pdf",
  queue: "storage-upload",
  on: { "invoice.pdf_rendered": (event) => ({ invoiceId: event.subjectId }) },
  payload: z.object({ invoiceId: z.uuid() }),
  key: ({ invoiceId }) => invoiceId,
  retry: { attempts: 5, delayMs: 1_000, budget: 60 },
  timeoutMs: 60_000,
  external: (deps, { invoiceId }, scope) => storeInvoicePdf(deps, { ...scope, invoiceId }),
});
