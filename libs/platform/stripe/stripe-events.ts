import { stripeRead } from "./stripe-call.ts";
import type { StripeClient } from "./stripe-client.ts";
import { ownerOfObject } from "./stripe-event.ts";
import type { StripeEventFacts } from "./stripe-payments.ts";

/** Most types that Stripe lists at once. */
const typesAtOnce = 20;

/**
 * Everything of these types that Stripe has said since an instant, delivered or not, oldest first, with its text as a webhook
 * would bring it. @throws DomainError provider_unavailable, provider_refused
 */
export function listStripeEvents(
  stripe: StripeClient,
  options: { readonly types: readonly string[]; readonly since: Date },
): Promise<{ readonly event: StripeEventFacts; readonly payload: string }[]> {
  return stripeRead(async () => {
    const found: { event: StripeEventFacts; payload: string }[] = [];
    const since = Math.floor(options.since.getTime() / 1_000);
    for (let at = 0; at < options.types.length; at += typesAtOnce) {
      const types = options.types.slice(at, at + typesAtOnce);
      for await (const event of stripe.events.list({ types, created: { gte: since }, limit: 100 })) {
        const object = { ...event.data.object };
        const facts = {
          ...{ id: event.id, type: event.type, createdAt: new Date(event.created * 1_000) },
          objectId: "id" in object && typeof object.id === "string" ? object.id : null,
          owner: ownerOfObject(object),
          account: event.account ?? null,
        };
        found.push({ event: facts, payload: JSON.stringify(event) });
      }
    }
    // Stripe lists the newest first and counts in seconds; those of one second keep their order.
    return found
      .reverse()
      .sort((one, other) => one.event.createdAt.getTime() - other.event.createdAt.getTime());
  });
}
