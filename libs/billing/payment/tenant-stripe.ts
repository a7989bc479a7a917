import { domainError } from "#libs/core/errors.ts";
import { withSystem, withTenant } from "#libs/data/database.ts";
import {
  findStripeHome,
  listOwnAccounts,
  listProviderAccounts,
  pinStripeAccount,
  type ProviderAccount,
} from "#libs/data/provider-accounts.ts";
import { findTenant, type TenantMode } from "#libs/data/tenants.ts";
import type { StripeClient } from "#libs/platform/stripe/stripe-client.ts";
import type { Deps } from "../deps.ts";
import { openStripeAccount } from "./stripe-account.ts";

export type StripeDeps = Pick<Deps, "database" | "secrets" | "stripe">;

/**
 * Stripe for one invoice: by the key of the account that its customer belongs to, which is decided once, before the first call, and
 * holds for the mirror, the attempts, the payments and the refunds of all its invoices. Null while Stripe is switched off.
 * @throws DomainError invoice_not_found, stripe_mode_mismatch, stripe_account_keyless, master_key_missing
 */
export async function stripeOfInvoice(
  deps: StripeDeps,
  of: { readonly tenantId: string; readonly invoiceId: string },
): Promise<StripeClient | null> {
  return (await homeOfInvoice(deps, of))?.client ?? null;
}

/** The publishable key with which an invoice's payer speaks to Stripe; null: the installation's. @throws as `stripeOfInvoice` */
export async function publishableKeyOf(
  deps: StripeDeps,
  of: { readonly tenantId: string; readonly invoiceId: string },
): Promise<string | null> {
  return (await homeOfInvoice(deps, of))?.publishableKey ?? null;
}

type InvoiceHome = { readonly client: StripeClient; readonly publishableKey: string | null };

async function homeOfInvoice(
  deps: StripeDeps,
  { tenantId, invoiceId }: { readonly tenantId: string; readonly invoiceId: string },
): Promise<InvoiceHome | null> {
  const { stripe } = deps;
  if (stripe === null) return null;
  return withTenant(deps.database, { tenantId, actor: "stripe" }, async (tx) => {
    const account = await pinStripeAccount(tx, invoiceId);
    if (account === null) throw domainError("invoice_not_found", `no invoice ${invoiceId}`);
    const { mode, secrets } = await findStripeHome(tx, account);
    const kept = openStripeAccount(deps.secrets, { tenant_id: tenantId, secrets });
    if (account === "") return { client: sameMode(stripe, mode), publishableKey: null };
    if (kept?.apiKey === undefined) {
      throw domainError("stripe_account_keyless", `nothing is kept of ${account}, where the customer is`);
    }
    const client = stripe.ofAccount({ account, apiKey: kept.apiKey });
    return { client: sameMode(client, mode), publishableKey: kept.publishableKey ?? null };
  });
}

/**
 * Stripe as an account sees it that a message came through. An account without a key of its own is called by the installation's. Null
 * while Stripe is switched off. @throws DomainError stripe_mode_mismatch, master_key_missing
 */
export async function stripeOfAccount(
  deps: StripeDeps,
  of: { readonly tenantId: string; readonly account: string },
): Promise<StripeClient | null> {
  const { stripe } = deps;
  if (stripe === null) return null;
  const { mode, secrets } = await withTenant(
    deps.database,
    { tenantId: of.tenantId, actor: "stripe" },
    (tx) => findStripeHome(tx, of.account),
  );
  const own = ownClient({ ...deps, stripe }, { tenant_id: of.tenantId, account_id: of.account, secrets });
  return sameMode(own ?? stripe, mode);
}

/** Stripe by every key that calls for a tenant: the installation's, where it fits, and those of its own accounts. */
export async function stripesOfTenant(deps: StripeDeps, tenantId: string): Promise<StripeClient[]> {
  const { stripe } = deps;
  if (stripe === null) return [];
  const { tenant, accounts } = await withTenant(deps.database, { tenantId, actor: "stripe" }, async (tx) => ({
    tenant: await findTenant(tx),
    accounts: await listOwnAccounts(tx, "stripe"),
  }));
  const own = accounts.flatMap((account) => ownClient({ ...deps, stripe }, account) ?? []);
  return [stripe, ...own].filter(({ isLive }) => isLive === (tenant?.mode === "live"));
}

/** A tenant's own account that has a key: how it is called, or why it cannot be. */
export type OwnStripe = { readonly tenantId: string; readonly account: string } & (
  | { readonly client: StripeClient }
  | { readonly error: unknown }
);

/** Every tenant's own accounts that have a key. */
export async function ownStripes(deps: StripeDeps): Promise<OwnStripe[]> {
  const { stripe } = deps;
  if (stripe === null) return [];
  const accounts = await withSystem(deps.database, (db) => listProviderAccounts(db, "stripe"));
  return accounts.flatMap((row): OwnStripe[] => {
    const named = { tenantId: row.tenant_id, account: row.account_id };
    try {
      const client = ownClient({ ...deps, stripe }, row);
      return client === null ? [] : [{ ...named, client }];
    } catch (error) {
      return [{ ...named, error }];
    }
  });
}

type WithStripe = Pick<Deps, "secrets"> & { readonly stripe: StripeClient };

/** A test tenant never reaches real money, nor a live one play money. */
function sameMode(client: StripeClient, mode: TenantMode): StripeClient {
  if (client.isLive === (mode === "live")) return client;
  throw domainError(
    "stripe_mode_mismatch",
    `the tenant is a ${mode} tenant and Stripe's key is a ${client.isLive ? "live" : "test"} key: nothing is sent`,
  );
}

/** Null: the account has no key of its own. */
function ownClient(deps: WithStripe, row: ProviderAccount): StripeClient | null {
  const apiKey = openStripeAccount(deps.secrets, row)?.apiKey;
  return apiKey === undefined ? null : deps.stripe.ofAccount({ account: row.account_id, apiKey });
}
