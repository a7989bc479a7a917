import { z } from "zod";
import { retryPayment } from "#libs/billing/payment/collect-invoice.ts";
import { retryDelaysMs } from "#libs/billing/payment/fail-attempt.ts";
import { defineJob } from "./define-job.ts";

const firstDelayMs = retryDelaysMs[0] ?? 0;

/** Tries a declined payment again: the first time by itself, later ones when the sweep finds them due. */
export const paymentRetry = defineJob({
  name: "payment.retry",
  queue: "payment",
  on: {
    "payment.failed": (event) => {
      const invoiceId = event.data["invoice_id"];
      const isFirst = event.data["retry_in_ms"] === firstDelayMs;
      return isFirst && typeof invoiceId === "string" ? { invoiceId, attemptId: event.subjectId } : null;
    },
  },
  payload: z.object({ invoiceId: z.uuid(), attemptId: z.uuid() }),
  key: ({ invoiceId, attemptId }) => `${invoiceId}/${attemptId}`,
  retry: { attempts: 5, delayMs: 1_000, budget: 60 },
  timeoutMs: 120_000,
  delayMs: firstDelayMs,
  external: (deps, payload, scope) => retryPayment(deps, { ...scope, ...payload }),
});
