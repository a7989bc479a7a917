import Stripe from "stripe";
import { DomainError, domainError } from "#libs/core/errors.ts";

/** A request that Stripe answered, or whose old failure it repeated for the same key. */
export type StripeCallResult<T> =
  | { readonly outcome: "done"; readonly value: T }
  | { readonly outcome: "stored"; readonly error: DomainError };

/**
 * Makes one write. Errors come out in our own words; a replayed 5xx, and a key that was used with other parameters,
 * are `stored`: asking again with the same key can never help.
 * @throws DomainError provider_unavailable, provider_key_refused, payment_declined, provider_refused
 */
export async function stripeWrite<T>(call: () => Promise<T>): Promise<StripeCallResult<T>> {
  try {
    return { outcome: "done", value: await call() };
  } catch (error) {
    if (isStored(error)) return { outcome: "stored", error: stripeFailure(error) };
    throw stripeFailure(error);
  }
}

/** Makes one read. @throws DomainError provider_unavailable, provider_key_refused, provider_refused */
export async function stripeRead<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw stripeFailure(error);
  }
}

/** Whether Stripe says that it has no such object. */
export function isMissingObject(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeError && error.code === "resource_missing";
}

function isStored(error: unknown): boolean {
  if (!(error instanceof Stripe.errors.StripeError)) return false;
  if (error instanceof Stripe.errors.StripeIdempotencyError) return error.code !== "idempotency_key_in_use";
  return (error.statusCode ?? 0) >= 500 && error.headers?.["idempotent-replayed"] === "true";
}

/** Stripe's error in our words: what may be tried again, what was declined, what was refused. */
function stripeFailure(error: unknown): DomainError {
  if (!(error instanceof Stripe.errors.StripeError)) {
    const message = error instanceof Error ? error.message : String(error);
    return domainError("provider_unavailable", `Stripe gave no answer that can be read: ${message}`);
  }
  // The gate before the call refused it; the SDK wraps what it threw.
  const refused: unknown = error.detail;
  if (refused instanceof DomainError) return refused;
  const request = error.requestId === undefined ? "" : ` (${error.requestId})`;
  const told = `Stripe: ${error.message}${request}`;
  if (error instanceof Stripe.errors.StripeCardError) {
    const declineCode = error.decline_code ?? error.code ?? null;
    return domainError("payment_declined", told, { declineCode, adviceCode: error.advice_code ?? null });
  }
  // A wrong key is put right by a person; the work waits for it.
  if (error instanceof Stripe.errors.StripeAuthenticationError)
    return domainError("provider_key_refused", told);
  const status = error.statusCode ?? 0;
  const isTemporary =
    error instanceof Stripe.errors.StripeConnectionError ||
    error instanceof Stripe.errors.StripeRateLimitError ||
    error instanceof Stripe.errors.StripeIdempotencyError ||
    status === 0 ||
    status === 409 ||
    status >= 500;
  return domainError(isTemporary ? "provider_unavailable" : "provider_refused", told);
}
