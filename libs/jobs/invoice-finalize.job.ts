import { z } from "zod";
import { finalizeInvoices } from "#libs/billing/invoice/finalize-invoices.ts";
import { defineJob } from "./define-job.ts";

/** Finalizes a draft whose window has passed; written by the sweep that found it due. */
export const invoiceFinalize = defineJob({
  name: "invoice.finalize",
  queue: "invoice-finalization",
  on: { "invoice.draft_due": (event) => ({ invoiceId: event.subjectId }) },
  payload: z.object({ invoiceId: z.uuid() }),
  key: ({ invoiceId }) => invoiceId,
  retry: { attempts: 5, delayMs: 500, budget: 40 },
  timeoutMs: 30_000,
  transaction: (tx, { invoiceId }) => finalizeInvoices(tx, [invoiceId]),
  together: async (tx, payloads) => {
    const issued = await finalizeInvoices(
      tx,
      payloads.map(({ invoiceId }) => invoiceId),
    );
    return payloads.map(({ invoiceId }) => issued.filter(({ id }) => id === invoiceId));
  },
});
