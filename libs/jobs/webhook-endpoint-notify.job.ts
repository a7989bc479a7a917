import { z } from "zod";
import { notifyEndpointDisabled } from "#libs/billing/webhook/notify-endpoint-disabled.ts";
import { defineJob } from "./define-job.ts";

/** Tells the operator that a webhook endpoint was switched off. */
export const webhookEndpointNotify = defineJob({
  name: "webhook_endpoint.notify",
  queue: "notification",
  on: { "webhook_endpoint.disabled": (event) => ({ endpointId: event.subjectId, eventId: event.id }) },
  payload: z.object({ endpointId: z.uuid(), eventId: z.uuid() }),
  key: ({ eventId }) => eventId,
  retry: { attempts: 5, delayMs: 1_000, budget: 60 },
  timeoutMs: 60_000,
  external: (deps, payload, { tenantId }) => notifyEndpointDisabled(deps, { tenantId, ...payload }),
});
