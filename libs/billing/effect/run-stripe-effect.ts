import type { StripeCallResult } from "#libs/platform/stripe/stripe-call.ts";
import { type EffectDeps, type EffectValue, runEffect } from "./run-effect.ts";

/**
 * An effect at Stripe, which can always be asked: so there is a value, or an error.
 * @throws DomainError provider_unavailable, provider_refused, payment_declined, effect_in_progress
 */
export async function runStripeEffect<T extends EffectValue & { readonly id: string }>(
  deps: EffectDeps,
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
