import { z } from "zod";
import { receiveStripeWebhook } from "#libs/billing/payment/receive-stripe-webhook.ts";
import { stripeAccountSecret } from "#libs/billing/payment/stripe-account.ts";
import { domainError } from "#libs/core/errors.ts";
import { stripeApplyEvent } from "#libs/jobs/stripe-apply-event.job.ts";
import { defineRoute, type Route } from "../define-route.ts";

const receivedWire = z
  .object({ received: z.boolean(), duplicate: z.boolean() })
  .meta({ id: "ReceivedWebhook" });

const stripe = defineRoute({
  method: "post",
  path: "/webhooks/stripe",
  tag: "Provider webhooks",
  summary: "Take a webhook of Stripe",
  description:
    "Signed with the endpoint's secret, 300 s of tolerance. 200 once it is stored; a job applies it.",
  access: "public",
  raw: true,
  accepts: ["application/json"],
  bodyLimit: 1024 * 1024,
  response: { status: 200, schema: receivedWire },
  errors: ["webhook_signature_invalid", "route_not_found"],
  example: { response: { received: true, duplicate: false } },
  open: async (api, { raw, header }) => {
    if (api.stripeWebhookSecret === null) {
      throw domainError("route_not_found", "Stripe is switched off here: set INVOICE_ENABLE_STRIPE=true.");
    }
    const { state } = await receiveStripeWebhook(api.deps.database, {
      rawBody: raw,
      signature: header("stripe-signature") ?? null,
      secret: api.stripeWebhookSecret,
      account: "",
      seed: stripeApplyEvent.seed,
    });
    return { body: { received: true, duplicate: state === "duplicate" } };
  },
});

const stripeAccount = defineRoute({
  method: "post",
  path: "/webhooks/stripe/{account}",
  tag: "Provider webhooks",
  summary: "Take a webhook of a tenant's own Stripe account",
  description:
    "As the other one, with that account's own secret: `billwright tenant stripe-account`. What it says counts for that tenant only.",
  access: "public",
  raw: true,
  accepts: ["application/json"],
  bodyLimit: 1024 * 1024,
  params: z.strictObject({ account: z.string().min(1).max(100) }),
  response: { status: 200, schema: receivedWire },
  errors: ["webhook_signature_invalid", "route_not_found"],
  example: {
    params: { account: "acct_1QxYz2" },
    response: { received: true, duplicate: false },
  },
  open: async (api, { params, raw, header }) => {
    const { database, secrets } = api.deps;
    const secret = await stripeAccountSecret(database, secrets, params.account);
    if (secret === null) throw domainError("route_not_found", "There is no such Stripe account here.");
    const { state } = await receiveStripeWebhook(database, {
      ...{ rawBody: raw, signature: header("stripe-signature") ?? null, secret },
      ...{ account: params.account, seed: stripeApplyEvent.seed },
    });
    return { body: { received: true, duplicate: state === "duplicate" } };
  },
});

export const webhookRoutes: readonly Route[] = [stripe, stripeAccount];
