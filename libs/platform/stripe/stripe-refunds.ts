import type Stripe from "stripe";
import { isRecord } from "./is-record.ts";
import { stripeRead, stripeWrite, type StripeCallResult } from "./stripe-call.ts";
import type { StripeClient } from "./stripe-client.ts";
import { hasMetadata, type StripeMetadata } from "./stripe-customers.ts";
import { uuidOrNull } from "./uuid-or-null.ts";

/** What a refund says, amounts in Stripe's smallest unit as decimal strings. */
export type RefundFacts = {
  readonly id: string;
  readonly status: string;
  readonly amount: string;
  /** ISO 4217, upper case. */
  readonly currency: string;
  readonly paymentIntentId: string | null;
  readonly failureCode: string | null;
  readonly reason: string | null;
  /** Our ids, as written when it was made; null on one that was made elsewhere. */
  readonly tenantId: string | null;
  readonly refundId: string | null;
};

/** Gives a part of a PaymentIntent back. @throws DomainError provider_unavailable, provider_refused */
export function createStripeRefund(
  stripe: StripeClient,
  refund: { readonly paymentIntentId: string; readonly amount: bigint; readonly metadata: StripeMetadata },
  idempotencyKey: string,
): Promise<StripeCallResult<RefundFacts>> {
  return stripeWrite(async () =>
    refundFacts(
      await stripe.refunds.create(
        {
          payment_intent: refund.paymentIntentId,
          amount: Number(refund.amount),
          metadata: refund.metadata,
        },
        { idempotencyKey },
      ),
    ),
  );
}

/** The refund that an earlier try made; null when there is none. */
export function findStripeRefund(
  stripe: StripeClient,
  by: { readonly paymentIntentId: string; readonly metadata: StripeMetadata },
): Promise<RefundFacts | null> {
  return stripeRead(async () => {
    for await (const refund of stripe.refunds.list({ payment_intent: by.paymentIntentId, limit: 100 })) {
      if (hasMetadata(refund.metadata, by.metadata)) return refundFacts(refund);
    }
    return null;
  });
}

/** Every refund of a PaymentIntent, oldest first. */
export function listStripeRefunds(stripe: StripeClient, paymentIntentId: string): Promise<RefundFacts[]> {
  return stripeRead(async () => {
    const found: RefundFacts[] = [];
    for await (const refund of stripe.refunds.list({ payment_intent: paymentIntentId, limit: 100 })) {
      found.unshift(refundFacts(refund));
    }
    return found;
  });
}

/** The refund inside a stored message, or null when it is about something else. */
export function refundOfObject(object: unknown): RefundFacts | null {
  if (!isRecord(object) || object["object"] !== "refund") return null;
  // The signature was checked when the message was stored, so it has Stripe's own shape.
  return refundFacts(object as unknown as Stripe.Refund);
}

function refundFacts(refund: Stripe.Refund): RefundFacts {
  const { payment_intent: intent, metadata } = refund;
  return {
    id: refund.id,
    status: refund.status ?? "pending",
    amount: String(refund.amount),
    currency: refund.currency.toUpperCase(),
    paymentIntentId: typeof intent === "string" ? intent : (intent?.id ?? null),
    failureCode: refund.failure_reason ?? null,
    reason: refund.reason ?? null,
    tenantId: uuidOrNull(metadata?.["billwright_tenant"]),
    refundId: uuidOrNull(metadata?.["billwright_refund"]),
  };
}

/**
 * Refunds that Stripe made since then, of every tenant and past us too, newest first. `cutAt`: when the oldest of them was made,
 * where there are more than `limit`; null: these are all. @throws DomainError provider_unavailable, provider_refused
 */
export function listRefundsSince(
  stripe: StripeClient,
  listing: { readonly since: Date; readonly limit: number },
): Promise<{ readonly refunds: readonly RefundFacts[]; readonly cutAt: Date | null }> {
  return stripeRead(async () => {
    const refunds: RefundFacts[] = [];
    let oldest = new Date();
    const created = { gte: Math.floor(listing.since.getTime() / 1_000) };
    for await (const refund of stripe.refunds.list({ created, limit: 100 })) {
      if (refunds.length >= listing.limit) return { refunds, cutAt: oldest };
      refunds.push(refundFacts(refund));
      oldest = new Date(refund.created * 1_000);
    }
    return { refunds, cutAt: null };
  });
}
