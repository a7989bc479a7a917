import { isMissingObject, stripeRead, stripeWrite, type StripeCallResult } from "./stripe-call.ts";
import type { StripeClient } from "./stripe-client.ts";

/** Our ids on Stripe's objects, by which they are found again. */
export type StripeMetadata = Readonly<Record<string, string>>;

/** Makes a customer. @throws DomainError provider_unavailable, provider_refused */
export function createStripeCustomer(
  stripe: StripeClient,
  customer: { readonly name: string; readonly email: string | null; readonly metadata: StripeMetadata },
  idempotencyKey: string,
): Promise<StripeCallResult<{ readonly id: string }>> {
  return stripeWrite(async () => {
    const made = await stripe.customers.create(
      {
        name: customer.name.slice(0, 256),
        ...(customer.email === null ? {} : { email: customer.email }),
        metadata: customer.metadata,
      },
      { idempotencyKey },
    );
    return { id: made.id };
  });
}

/** The customer that an earlier try made, by e-mail, time and metadata; null when there is none. */
export function findStripeCustomer(
  stripe: StripeClient,
  by: { readonly email: string | null; readonly since: Date; readonly metadata: StripeMetadata },
): Promise<string | null> {
  return stripeRead(async () => {
    const list = stripe.customers.list({
      ...(by.email === null ? {} : { email: by.email }),
      created: { gte: windowStart(by.since) },
      limit: 100,
    });
    for await (const customer of list) {
      if (hasMetadata(customer.metadata, by.metadata)) return customer.id;
    }
    return null;
  });
}

/**
 * Whose a saved payment method is at Stripe. `unattached` covers test tokens, which exist only when used.
 * @throws DomainError provider_unavailable, provider_refused
 */
export function readPaymentMethodOwner(
  stripe: StripeClient,
  paymentMethodId: string,
): Promise<{ readonly customerId: string } | "unattached"> {
  return stripeRead(async () => {
    try {
      const method = await stripe.paymentMethods.retrieve(paymentMethodId);
      if (method.customer === null) return "unattached";
      return { customerId: typeof method.customer === "string" ? method.customer : method.customer.id };
    } catch (error) {
      if (isMissingObject(error)) return "unattached";
      throw error;
    }
  });
}

/** Saves a payment method with its customer; answers the id under which it can be charged from now on. */
export function attachPaymentMethod(
  stripe: StripeClient,
  input: { readonly paymentMethodId: string; readonly customerId: string },
  idempotencyKey: string,
): Promise<StripeCallResult<{ readonly id: string }>> {
  return stripeWrite(async () => {
    const attached = await stripe.paymentMethods.attach(
      input.paymentMethodId,
      { customer: input.customerId },
      { idempotencyKey },
    );
    return { id: attached.id };
  });
}

/** An hour before our first try, in Unix seconds: clocks may differ. */
export function windowStart(since: Date): number {
  return Math.floor(since.getTime() / 1_000) - 3_600;
}

/** Whether all of `wanted` is written on an object. */
export function hasMetadata(
  given: Readonly<Record<string, string>> | null | undefined,
  wanted: StripeMetadata,
): boolean {
  return Object.entries(wanted).every(([name, value]) => given?.[name] === value);
}
