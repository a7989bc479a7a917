import { z } from "zod";
import { refundCreditNote } from "#libs/billing/credit-note/refund-credit-note.ts";
import { defineJob } from "./define-job.ts";

/** Asks for the refunds that a credit note promised. */
export const creditNoteRefund = defineJob({
  name: "credit_note.refund",
  queue: "payment",
  on: {
    "credit_note.issued": ({ subjectId, data }) =>
      data["settlement"] === "refund" ? { creditNoteId: subjectId } : null,
  },
  payload: z.object({ creditNoteId: z.uuid() }),
  key: ({ creditNoteId }) => creditNoteId,
  retry: { attempts: 5, delayMs: 1_000, budget: 20 },
  timeoutMs: 30_000,
  transaction: (tx, payload) => refundCreditNote(tx, payload),
});
