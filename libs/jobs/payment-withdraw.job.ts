import { z } from "zod";
import { withdrawLinkAttempt } from "#libs/billing/payment/withdraw-attempt.ts";
import { defineJob } from "./define-job.ts";

/** Takes back what was begun through a revoked link and not confirmed. */
export const paymentWithdraw = defineJob({
  name: "payment.withdraw",
  queue: "payment",
  on: {
    "payment_link.revoked": (event) => {
      const paymentLinkId = event.data["payment_link_id"];
      return typeof paymentLinkId === "string" ? { invoiceId: event.subjectId, paymentLinkId } : null;
    },
  },
  payload: z.object({ invoiceId: z.uuid(), paymentLinkId: z.uuid() }),
  key: ({ paymentLinkId }) => paymentLinkId,
  retry: { attempts: 5, delayMs: 1_000, budget: 60 },
  timeoutMs: 60_000,
  external: (deps, { invoiceId }, scope) => withdrawLinkAttempt(deps, { ...scope, invoiceId }),
});
