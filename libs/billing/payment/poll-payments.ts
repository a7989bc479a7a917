import { withSystem, withTenant } from "#libs/data/database.ts";
import { type AttemptRef, listSlowAttempts, markPolled } from "#libs/data/payment-attempts.ts";
import { readPaymentIntent } from "#libs/platform/stripe/stripe-payments.ts";
import type { Deps } from "../deps.ts";
import { describeFailure } from "../work/run-work.ts";
import { applyPaymentIntent } from "./apply-payment-intent.ts";
import { stripeOfInvoice } from "./tenant-stripe.ts";
import { withdrawLinkAttempt } from "./withdraw-attempt.ts";

/**
 * Asks Stripe about payments that have been in its hands for longer than `olderThanMs`, and applies the answers as the
 * webhook would: lost webhooks delay a payment, and lose none. What a payer opened and left is withdrawn. One that fails
 * is asked again the next time.
 */
export async function pollPayments(
  deps: Pick<Deps, "database" | "failpoint" | "leaseMs" | "logger" | "secrets" | "stripe">,
  options: { readonly olderThanMs: number; readonly limit?: number },
): Promise<{ readonly asked: number; readonly failed: number }> {
  if (deps.stripe === null) return { asked: 0, failed: 0 };
  const slow = await withSystem(deps.database, (db) =>
    listSlowAttempts(db, "stripe", options.olderThanMs, options.limit ?? 50),
  );
  const ask = async (attempt: AttemptRef): Promise<boolean> => {
    const scope = { tenantId: attempt.tenant_id, actor: "payment.poll" };
    const named = { tenantId: attempt.tenant_id, invoiceId: attempt.invoice_id };
    try {
      await withTenant(deps.database, scope, (tx) => markPolled(tx, attempt.id));
      if (attempt.is_abandoned) {
        await withdrawLinkAttempt(deps, named);
        return true;
      }
      const stripe = await stripeOfInvoice(deps, named);
      if (stripe === null) return true;
      const facts = await readPaymentIntent(stripe, attempt.provider_id ?? "");
      await withTenant(deps.database, scope, (tx) => applyPaymentIntent(tx, facts));
      return true;
    } catch (error) {
      deps.logger.warn("a payment could not be asked after", {
        tenant_id: attempt.tenant_id,
        payment_attempt_id: attempt.id,
        error: describeFailure(error),
      });
      return false;
    }
  };
  let failed = 0;
  for (const attempt of slow) failed += (await ask(attempt)) ? 0 : 1;
  return { asked: slow.length, failed };
}
