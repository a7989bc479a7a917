import { z } from "zod";
import { payOutRefund } from "#libs/billing/payment/pay-out-refund.ts";
import { defineJob } from "./define-job.ts";

/** Gives money back through Stripe, because a refund was asked for. */
export const refundPayOut = defineJob({
  name: "refund.pay_out",
  queue: "payment",
  on: { "refund.requested": ({ subjectId }) => ({ refundId: subjectId }) },
  payload: z.object({ refundId: z.uuid() }),
  key: ({ refundId }) => refundId,
  retry: { attempts: 5, delayMs: 1_000, budget: 60 },
  timeoutMs: 120_000,
  external: (deps, { refundId }, { tenantId }) => payOutRefund(deps, { tenantId, refundId }),
});
