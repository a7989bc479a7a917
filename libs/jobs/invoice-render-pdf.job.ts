import { z } from "zod";
import { renderInvoicePdf } from "#libs/billing/invoice/render-invoice-pdf.ts";
import { defineJob } from "./define-job.ts";

/** Prints the PDF of an issued invoice or credit note, once. */
export const invoiceRenderPdf = defineJob({
  name: "invoice.render_pdf",
  queue: "pdf-render",
  on: {
    "invoice.finalized": (event) => ({ invoiceId: event.subjectId }),
    "credit_note.issued": (event) => ({ invoiceId: event.subjectId }),
  },
  payload: z.object({ invoiceId: z.uuid() }),
  key: ({ invoiceId }) => invoiceId,
  retry: { attempts: 5, delayMs: 1_000, budget: 20 },
  // A batch that fails is printed in halves before its turn ends.
  timeoutMs: 120_000,
  external: (deps, { invoiceId }, scope) => renderInvoicePdf(deps, { ...scope, invoiceId }),
});
