import type { Deps } from "#libs/billing/deps.ts";
import { stripeCircuit } from "#libs/billing/effect/provider-circuit.ts";
import { ownStripes } from "#libs/billing/payment/tenant-stripe.ts";
import { withSystem } from "#libs/data/database.ts";
import { readCircuit } from "#libs/data/provider-circuits.ts";
import { requireKeyOfAccount } from "#libs/platform/stripe/stripe-accounts.ts";
import { stripeRead } from "#libs/platform/stripe/stripe-call.ts";
import type { StripeClient } from "#libs/platform/stripe/stripe-client.ts";
import { attempt, type Finding, warning } from "./finding.ts";

type StripeDeps = Pick<Deps, "database" | "secrets" | "stripe">;

/** Whether Stripe takes the installation's key, and that of each tenant's own account as a key of that very account. */
export async function checkStripe(deps: StripeDeps): Promise<Finding[]> {
  const { stripe } = deps;
  const advice = "check that STRIPE_API_KEY is valid and that Stripe can be reached";
  const own = await attempt("stripe", advice, async () => {
    if (stripe === null) return "off (INVOICE_ENABLE_STRIPE)";
    return checkKey(deps, stripe, "stripe");
  });
  const findings = [own];
  for (const each of await ownStripes(deps)) {
    const check = `stripe ${each.account}`;
    const again = `give tenant ${each.tenantId} a key that is valid: \`billwright tenant stripe-account ${each.account} --tenant ${each.tenantId}\``;
    findings.push(
      await attempt(check, again, () => {
        if ("error" in each) throw each.error;
        return checkKey(deps, each.client, check);
      }),
    );
  }
  return findings;
}

async function checkKey(deps: StripeDeps, stripe: StripeClient, check: string): Promise<Finding | string> {
  const circuit = await withSystem(deps.database, (db) => readCircuit(db, stripeCircuit(stripe.account)));
  if (circuit.opened_at !== null) {
    return warning(
      check,
      `has not answered since ${circuit.opened_at.toISOString()}: ${circuit.last_error ?? "unknown"}; its work waits`,
      "nothing is lost: when Stripe answers a probe, the work goes on by itself",
    );
  }
  if (stripe.account === "") await stripeRead(() => stripe.balance.retrieve());
  else await requireKeyOfAccount(stripe, stripe.account);
  return "Stripe takes our key";
}
