import { listStripeEvents } from "#libs/platform/stripe/stripe-events.ts";
import type { StripeClient } from "#libs/platform/stripe/stripe-client.ts";
import type { Deps } from "../deps.ts";
import { describeFailure } from "../work/run-work.ts";
import { type SeedApply, storeStripeEvent } from "./receive-stripe-webhook.ts";
import { appliedTypes } from "./stripe-event-types.ts";
import { ownStripes } from "./tenant-stripe.ts";

type PollOptions = { readonly seed: SeedApply; readonly since: Date };

/**
 * Asks Stripe, by the installation's key and by that of each tenant's own account, for everything it has said since `since`, and keeps
 * what no webhook brought: refunds and disputes too, and what was sent while nobody listened. What is here already stays as it is. An
 * own account that cannot be asked is logged, and keeps no other waiting.
 * @returns how many messages were new
 * @throws DomainError provider_unavailable, provider_key_refused: after all others were asked, of the installation's own account
 */
export async function pollStripeEvents(
  deps: Pick<Deps, "database" | "logger" | "secrets" | "stripe">,
  options: PollOptions,
): Promise<number> {
  const { stripe } = deps;
  if (stripe === null) return 0;
  let fresh = 0;
  for (const own of await ownStripes(deps)) {
    try {
      if ("error" in own) throw own.error;
      fresh += await pollAccount(deps, own.client, options);
    } catch (error) {
      deps.logger.warn("a tenant's own Stripe account could not be asked for its events", {
        ...{ tenant_id: own.tenantId, account: own.account, error: describeFailure(error) },
      });
    }
  }
  return fresh + (await pollAccount(deps, stripe, options));
}

async function pollAccount(
  deps: Pick<Deps, "database">,
  stripe: StripeClient,
  { seed, since }: PollOptions,
): Promise<number> {
  let fresh = 0;
  for (const found of await listStripeEvents(stripe, { types: [...appliedTypes], since })) {
    const { state } = await storeStripeEvent(deps.database, { ...found, account: stripe.account, seed });
    fresh += state === "received" ? 1 : 0;
  }
  return fresh;
}
