import { domainError } from "#libs/core/errors.ts";
import { stripeRead } from "./stripe-call.ts";
import type { StripeClient } from "./stripe-client.ts";

/**
 * Asks Stripe whose the client's key is: money that is taken by another account's key is looked for where it never was.
 * @throws DomainError stripe_account_mismatch, provider_unavailable, provider_key_refused; provider_refused for a restricted key
 *   that may not read its account
 */
export async function requireKeyOfAccount(stripe: StripeClient, accountId: string): Promise<void> {
  const { id } = await stripeRead(() => stripe.accounts.retrieveCurrent());
  if (id === accountId) return;
  throw domainError(
    "stripe_account_mismatch",
    `the secret key filed under ${accountId} is a key of ${id}; only a key of ${accountId} itself may be filed there`,
  );
}
