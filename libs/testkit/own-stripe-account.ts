import { randomUUID } from "node:crypto";
import { connectStripeAccount, stripeAccountSecretOwner } from "#libs/billing/payment/stripe-account.ts";
import { saveProviderAccount } from "#libs/data/provider-accounts.ts";
import { type DeliveryWorld, stripeWebhookSecret } from "./delivery-world.ts";
import type { TestTenant } from "./factories.ts";
import { testSecretBox } from "./test-secret-box.ts";

/** An account that nobody has yet; the sandbox has it as soon as one of its keys is used. */
export const newAccount = (): string => `acct_${randomUUID().replaceAll("-", "").slice(0, 12)}`;
export const keyOf = (account: string): string => `sk_test_${account}_1`;
export const publishableOf = (account: string): string => `pk_test_${account}_1`;

type Keys = { readonly apiKey: string; readonly publishableKey: string };

/** Connects an account by keys of its own, unless it is given others. */
export function connectOwnAccount(
  { test, sandbox }: DeliveryWorld,
  { tenantId }: { readonly tenantId: string },
  account: string,
  { apiKey = keyOf(account), publishableKey = publishableOf(account) }: Partial<Keys> = {},
): Promise<void> {
  return connectStripeAccount(
    { database: test.database, box: testSecretBox, apiBase: sandbox.sandbox().stripeUrl },
    {
      ...{ tenantId, actor: "test", accountId: account, webhookSecret: stripeWebhookSecret },
      keys: { apiKey, publishableKey },
    },
  );
}

/** Writes a key past the verb, as one stands that changed at Stripe or that an earlier release took unseen. */
export async function fileKey(tenant: TestTenant, account: string, apiKey: string): Promise<void> {
  const kept = { webhookSecret: stripeWebhookSecret, apiKey, publishableKey: publishableOf(account) };
  const secrets = testSecretBox.seal(JSON.stringify(kept), stripeAccountSecretOwner(tenant.tenantId));
  await tenant.inTenant((tx) => saveProviderAccount(tx, { provider: "stripe", accountId: account, secrets }));
}
