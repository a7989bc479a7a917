import { stripeRead } from "./stripe-call.ts";
import type { StripeClient } from "./stripe-client.ts";
import { uuidOrNull } from "./uuid-or-null.ts";

/** An invoice at Stripe that says it is ours; amounts in Stripe's smallest unit as decimal strings. */
export type ListedStripeInvoice = {
  readonly id: string;
  readonly status: string;
  readonly total: string;
  /** ISO 4217, upper case. */
  readonly currency: string;
  readonly invoiceId: string | null;
};

/** A PaymentIntent at Stripe that says it is ours. */
export type ListedPaymentIntent = {
  readonly id: string;
  readonly status: string;
  readonly amountReceived: string;
  readonly currency: string;
  readonly invoiceId: string | null;
};

type Listing = { readonly tenantId: string; readonly since: Date; readonly limit: number };

/** Invoices that Stripe made since then and that name the tenant. @throws DomainError provider_unavailable, provider_refused */
export function listOurStripeInvoices(
  stripe: StripeClient,
  listing: Listing,
): Promise<ListedStripeInvoice[]> {
  return stripeRead(async () => {
    const found: ListedStripeInvoice[] = [];
    const created = { gte: Math.floor(listing.since.getTime() / 1_000) };
    for await (const invoice of stripe.invoices.list({ created, limit: 100 })) {
      if (invoice.metadata?.["billwright_tenant"] !== listing.tenantId) continue;
      const { id, status, total, currency } = invoice;
      const invoiceId = uuidOrNull(invoice.metadata["billwright_invoice"]);
      found.push({
        id,
        status: status ?? "deleted",
        total: String(total),
        currency: currency.toUpperCase(),
        invoiceId,
      });
      if (found.length >= listing.limit) break;
    }
    return found;
  });
}

/** PaymentIntents that Stripe made since then and that name the tenant. @throws DomainError provider_unavailable, provider_refused */
export function listOurPaymentIntents(
  stripe: StripeClient,
  listing: Listing,
): Promise<ListedPaymentIntent[]> {
  return stripeRead(async () => {
    const found: ListedPaymentIntent[] = [];
    const created = { gte: Math.floor(listing.since.getTime() / 1_000) };
    for await (const intent of stripe.paymentIntents.list({ created, limit: 100 })) {
      if (intent.metadata["billwright_tenant"] !== listing.tenantId) continue;
      const { id, status, currency } = intent;
      const invoiceId = uuidOrNull(intent.metadata["billwright_invoice"]);
      const amountReceived = String(intent.amount_received);
      found.push({ id, status, amountReceived, currency: currency.toUpperCase(), invoiceId });
      if (found.length >= listing.limit) break;
    }
    return found;
  });
}
