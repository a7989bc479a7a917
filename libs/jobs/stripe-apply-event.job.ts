import { z } from "zod";
import { applyStripeEvent } from "#libs/billing/payment/apply-stripe-event.ts";
import { defineJob } from "./define-job.ts";

/** Applies a stored webhook of Stripe; one whose object is not known yet is kept, and looked at again. */
export const stripeApplyEvent = defineJob({
  name: "stripe.apply_event",
  queue: "payment",
  payload: z.object({ account: z.string(), eventId: z.string(), look: z.int().default(0) }),
  key: ({ account, eventId, look }) => `${account}/${eventId}${look === 0 ? "" : `/${look}`}`,
  retry: { attempts: 5, delayMs: 1_000, budget: 60 },
  timeoutMs: 30_000,
  transaction: (tx, payload) => applyStripeEvent(tx, payload),
});
