import { z } from "zod";
import { lookAtStripe } from "#libs/billing/payment/look-at-stripe.ts";
import { defineJob } from "./define-job.ts";

/** Asks Stripe after a payment, or what paid a mirror, because a message said too little by itself. */
export const stripeLook = defineJob<{
  request: string;
  account?: string | undefined;
  paymentIntentId?: string | undefined;
  mirrorId?: string | undefined;
}>({
  name: "stripe.look",
  queue: "payment",
  on: {
    "stripe.look_requested": ({ data }) => ({
      request: String(data["request_id"]),
      ...(typeof data["account"] === "string" ? { account: data["account"] } : {}),
      ...(typeof data["mirror_id"] === "string"
        ? { mirrorId: data["mirror_id"] }
        : { paymentIntentId: String(data["payment_intent_id"]) }),
    }),
  },
  payload: z.object({
    request: z.string().max(300),
    account: z.string().max(100).optional(),
    paymentIntentId: z.string().max(100).optional(),
    mirrorId: z.string().max(100).optional(),
  }),
  key: ({ request }) => request,
  retry: { attempts: 5, delayMs: 1_000, budget: 60 },
  timeoutMs: 60_000,
  external: (deps, { account = "", paymentIntentId, mirrorId }, { tenantId }) => {
    const asked = mirrorId === undefined ? { paymentIntentId: paymentIntentId ?? "" } : { mirrorId };
    return lookAtStripe(deps, { tenantId, account, ...asked });
  },
});
