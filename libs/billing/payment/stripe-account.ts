import { z } from "zod";
import { domainError } from "#libs/core/errors.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import { type Database, withSystemSql, withTenant } from "#libs/data/database.ts";
import {
  findProviderAccount,
  lockOwnAccount,
  makeAccountCurrent,
  saveProviderAccount,
} from "#libs/data/provider-accounts.ts";
import { findTenant, type TenantMode } from "#libs/data/tenants.ts";
import type { SecretBox, SecretOwner } from "#libs/platform/secret-box.ts";
import { requireKeyOfAccount } from "#libs/platform/stripe/stripe-accounts.ts";
import { createStripeClient, stripeKeyMode } from "#libs/platform/stripe/stripe-client.ts";

/** What is kept, sealed, of a tenant's own account. */
const secretsWire = z.object({
  /** Signs its webhooks; several with commas while it is changed. */
  webhookSecret: z.string(),
  /** By it Stripe is called for the tenant; none: by the installation's. */
  apiKey: z.string().optional(),
  /** For its customers' browsers. */
  publishableKey: z.string().optional(),
});

export type StripeAccountSecrets = z.output<typeof secretsWire>;

/** What the secrets of a tenant's own account are bound to. */
export function stripeAccountSecretOwner(tenantId: string): SecretOwner {
  return { tenantId, purpose: "stripe_account" };
}

type StripeAccountKeys = { readonly apiKey: string; readonly publishableKey: string };

/**
 * Notes a tenant's own account at Stripe: the secret that signs its webhooks, and the keys by which Stripe is called for the tenant's
 * new customers from now on. Without keys those that are known stay. A customer that is at Stripe already stays with the account that it
 * is at. Before anything is kept Stripe is asked, at `apiBase` (null: where it lives), whose the secret key is. Everything is kept
 * encrypted, and never shown again.
 * @throws DomainError stripe_account_taken, stripe_account_invalid, stripe_account_mismatch, stripe_mode_mismatch,
 *   provider_unavailable, provider_key_refused, provider_refused
 */
export async function connectStripeAccount(
  deps: { readonly database: Database; readonly box: SecretBox; readonly apiBase: string | null },
  input: {
    readonly tenantId: string;
    readonly actor: string;
    readonly accountId: string;
    readonly webhookSecret: string;
    readonly keys?: StripeAccountKeys;
  },
): Promise<void> {
  const { tenantId, actor, accountId, webhookSecret, keys } = input;
  const { database, box, apiBase } = deps;
  if (keys !== undefined) {
    const tenant = await withTenant(database, { tenantId, actor }, findTenant);
    requireSameMode(tenant?.mode, keys);
    await requireKeyOfAccount(createStripeClient({ apiKey: keys.apiKey, apiBase }), accountId);
  }
  await withTenant(database, { tenantId, actor }, async (tx) => {
    const known = await lockOwnAccount(tx, "stripe", accountId);
    const before = known === null || keys !== undefined ? null : openStripeAccount(box, known);
    const secrets = box.seal(
      JSON.stringify({ ...before, webhookSecret, ...keys }),
      stripeAccountSecretOwner(tenantId),
    );
    if (!(await saveProviderAccount(tx, { provider: "stripe", accountId, secrets })))
      throw domainError("stripe_account_taken", `${accountId} is another tenant's account.`);
    if (keys !== undefined) await makeAccountCurrent(tx, "stripe", accountId);
    await writeAudit(tx, {
      ...{ action: "stripe_account.connect", targetType: "tenant", targetId: tenantId },
      after: { account: accountId, has_new_keys: keys !== undefined },
    });
  });
}

/** A test tenant never gets a key that moves real money, nor a live one a key of play money. */
function requireSameMode(tenantMode: TenantMode | undefined, keys: StripeAccountKeys): void {
  const mode = stripeKeyMode(keys.apiKey);
  if (mode === null)
    throw domainError("stripe_account_invalid", "The secret key must begin with sk_ or rk_, live or test.");
  if (!keys.publishableKey.startsWith(`pk_${mode}_`))
    throw domainError("stripe_account_invalid", `The publishable key must begin with pk_${mode}_.`);
  if (tenantMode === mode) return;
  throw domainError(
    "stripe_mode_mismatch",
    `the tenant is a ${tenantMode} tenant and the key is a ${mode} key`,
  );
}

/** What is kept of an account; null where nothing is. @throws DomainError master_key_missing */
export function openStripeAccount(
  box: SecretBox | null,
  account: { readonly tenant_id: string; readonly secrets: Uint8Array | null },
): StripeAccountSecrets | null {
  if (account.secrets === null) return null;
  if (box === null) {
    throw domainError(
      "master_key_missing",
      "MASTER_KEY is not set: what is kept of the Stripe account cannot be read.",
    );
  }
  const text = box.open(account.secrets, stripeAccountSecretOwner(account.tenant_id));
  return secretsWire.parse(JSON.parse(text));
}

/** The secret that signs the webhooks of a tenant's own account; null for an account that nobody here has. */
export async function stripeAccountSecret(
  database: Database,
  box: SecretBox | null,
  accountId: string,
): Promise<string | null> {
  const account = await withSystemSql(database, (db) => findProviderAccount(db, "stripe", accountId));
  if (account === null || box === null) return null;
  return openStripeAccount(box, account)?.webhookSecret ?? null;
}
