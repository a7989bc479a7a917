import { z } from "zod";
import { deliverWebhook } from "#libs/billing/webhook/deliver-webhook.ts";
import { defineJob } from "./define-job.ts";

/** Sends one webhook once; further tries are jobs of their own, written when they are due. */
export const webhookDeliver = defineJob({
  name: "webhook.deliver",
  queue: "webhook-delivery",
  on: {
    "webhook_delivery.due": (event) => ({
      deliveryId: event.subjectId,
      attemptNo: Number(event.data["attempt_no"] ?? 1),
    }),
  },
  payload: z.object({ deliveryId: z.uuid(), attemptNo: z.int().min(1) }),
  key: ({ deliveryId, attemptNo }) => `${deliveryId}/${attemptNo}`,
  retry: { attempts: 5, delayMs: 1_000, budget: 20 },
  timeoutMs: 30_000,
  external: (deps, payload, { tenantId }) => deliverWebhook(deps, { tenantId, ...payload }),
});
