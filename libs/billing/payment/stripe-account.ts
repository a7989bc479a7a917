import { domainError } from "#libs/core/errors.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import { type Database, type TenantTx, withSystem } from "#libs/data/database.ts";
import { findProviderAccount, saveProviderAccount } from "#libs/data/provider-accounts.ts";
import type { SecretBox, SecretOwner } from "#libs/platform/secret-box.ts";

/** What the secrets of a tenant's own account are bound to. */
export function stripeAccountSecretOwner(tenantId: string): SecretOwner {
  return { tenantId, purpose: "stripe_account" };
}

/**
 * Notes a tenant's own account at Stripe and the secret that signs its webhooks; several with commas while it is changed. Kept
 * encrypted, never shown again. @throws DomainError stripe_account_taken
 */
export async function connectStripeAccount(
  tx: TenantTx,
  input: { readonly accountId: string; readonly webhookSecret: string; readonly box: SecretBox },
): Promise<void> {
  const { accountId, webhookSecret, box } = input;
  const secrets = box.seal(JSON.stringify({ webhookSecret }), stripeAccountSecretOwner(tx.tenantId));
  if (!(await saveProviderAccount(tx, { provider: "stripe", accountId, secrets })))
    throw domainError("stripe_account_taken", `${accountId} is another tenant's account.`);
  await writeAudit(tx, {
    ...{ action: "stripe_account.connect", targetType: "tenant", targetId: tx.tenantId },
    after: { account: accountId },
  });
}

/** The secret that signs the webhooks of a tenant's own account; null for an account that nobody here has. */
export async function stripeAccountSecret(
  database: Database,
  box: SecretBox | null,
  accountId: string,
): Promise<string | null> {
  const account = await withSystem(database, (db) => findProviderAccount(db, "stripe", accountId));
  if (account === null || account.secrets === null || box === null) return null;
  const kept: unknown = JSON.parse(box.open(account.secrets, stripeAccountSecretOwner(account.tenant_id)));
  return typeof kept === "object" && kept !== null && "webhookSecret" in kept
    ? String(kept.webhookSecret)
    : null;
}
