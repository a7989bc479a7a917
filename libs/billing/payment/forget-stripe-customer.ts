import type { TenantTx } from "#libs/data/database.ts";
import { forgetEffect } from "#libs/data/effects.ts";
import { deleteProviderObject } from "#libs/data/provider-objects.ts";

/** A customer was deleted at Stripe: the next call that needs one makes a new one. Its saved methods are gone with it. */
export async function forgetStripeCustomer(
  tx: TenantTx,
  object: Readonly<Record<string, unknown>>,
): Promise<"applied" | "foreign"> {
  const providerId = typeof object["id"] === "string" ? object["id"] : "";
  const customerId = await deleteProviderObject(tx, { provider: "stripe", kind: "customer", providerId });
  if (customerId === null) return "foreign";
  await forgetEffect(tx, { kind: "stripe.customer_create", businessKey: customerId });
  return "applied";
}
