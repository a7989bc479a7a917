import { domainError } from "#libs/core/errors.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { endInboxMessage, lockInboxMessage } from "#libs/data/webhook-inbox.ts";
import { paymentIntentOfEvent } from "#libs/platform/stripe/stripe-payments.ts";
import { applyPaymentIntent } from "./apply-payment-intent.ts";

/**
 * Applies one stored message of Stripe and marks it applied, in one transaction: so once, however often it runs. A
 * message of another tenant's object, or of nothing that we do, is ignored.
 * @throws DomainError webhook_object_unknown while no attempt of ours has the object: the message stays and is tried again
 */
export async function applyStripeEvent(
  tx: TenantTx,
  input: { readonly account: string; readonly eventId: string },
): Promise<{ readonly state: "applied" | "ignored" | "failed" }> {
  const key = { provider: "stripe", ...input };
  const message = await lockInboxMessage(tx, key);
  if (message === null) {
    throw domainError("webhook_object_unknown", `no message ${input.eventId} of this tenant`);
  }
  if (message.state !== "received") return { state: message.state };
  const facts = paymentIntentOfEvent(message.payload);
  const applied = facts === null ? "foreign" : await applyPaymentIntent(tx, facts);
  if (applied === "unknown") {
    throw domainError(
      "webhook_object_unknown",
      `no payment attempt of ours is ${message.object_id ?? "the object"} of ${message.type}`,
    );
  }
  const state = applied === "foreign" ? "ignored" : "applied";
  await endInboxMessage(tx, key, state);
  return { state };
}
