import { domainError } from "#libs/core/errors.ts";
import { withTenant } from "#libs/data/database.ts";
import { findTenant } from "#libs/data/tenants.ts";
import type { StripeCallResult } from "#libs/platform/stripe/stripe-call.ts";
import type { StripeClient } from "#libs/platform/stripe/stripe-client.ts";
import { type EffectDeps, type EffectValue, runEffect } from "./run-effect.ts";

/**
 * An effect at Stripe, which can always be asked: so there is a value, or an error. A test tenant never moves real money, nor a
 * live one play money.
 * @throws DomainError stripe_mode_mismatch, provider_unavailable, provider_refused, payment_declined, effect_in_progress
 */
export async function runStripeEffect<T extends EffectValue & { readonly id: string }>(
  deps: EffectDeps & { readonly stripe: StripeClient },
  input: {
    readonly tenantId: string;
    readonly kind: `stripe.${string}`;
    readonly businessKey: string;
    /** What an earlier try made, found by our metadata; null when there is nothing. */
    readonly probe: (firstAt: Date) => Promise<T | null>;
    readonly act: (handle: {
      readonly idempotencyKey: string;
      readonly epoch: number;
    }) => Promise<StripeCallResult<T>>;
  },
): Promise<T> {
  await assertSameMode(deps, input);
  const result = await runEffect<T>(deps, {
    tenantId: input.tenantId,
    kind: input.kind,
    businessKey: input.businessKey,
    probe: async ({ firstAt }) => {
      const value = await input.probe(firstAt);
      return value === null ? null : { outcome: "done", value };
    },
    act: input.act,
    externalId: (value) => value.id,
  });
  if (result.outcome === "done") return result.value;
  throw new Error(`${input.kind} ${input.businessKey} cannot be unknown: ${result.reason}`);
}

async function assertSameMode(
  deps: EffectDeps & { readonly stripe: StripeClient },
  { tenantId, kind }: { readonly tenantId: string; readonly kind: string },
): Promise<void> {
  const tenant = await withTenant(deps.database, { tenantId, actor: `effect:${kind}` }, findTenant);
  const stripeMode = deps.stripe.isLive ? "live" : "test";
  if (tenant?.mode === stripeMode) return;
  throw domainError(
    "stripe_mode_mismatch",
    `the tenant is a ${tenant?.mode} tenant and Stripe's key is a ${stripeMode} key: nothing is sent`,
  );
}
