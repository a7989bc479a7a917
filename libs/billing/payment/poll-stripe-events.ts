import { listStripeEvents } from "#libs/platform/stripe/stripe-events.ts";
import type { Deps } from "../deps.ts";
import { type SeedApply, storeStripeEvent } from "./receive-stripe-webhook.ts";
import { appliedTypes } from "./stripe-event-types.ts";

/**
 * Asks Stripe for everything it has said since `since`, and keeps what no webhook brought: refunds and disputes too, and
 * what was sent while nobody listened. What is here already stays as it is.
 * @returns how many messages were new
 */
export async function pollStripeEvents(
  deps: Pick<Deps, "database" | "stripe">,
  options: { readonly seed: SeedApply; readonly since: Date },
): Promise<number> {
  const { stripe } = deps;
  if (stripe === null) return 0;
  let fresh = 0;
  for (const found of await listStripeEvents(stripe, { types: [...appliedTypes], since: options.since })) {
    const { state } = await storeStripeEvent(deps.database, { ...found, account: "", seed: options.seed });
    fresh += state === "received" ? 1 : 0;
  }
  return fresh;
}
