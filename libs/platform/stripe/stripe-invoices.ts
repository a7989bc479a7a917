import type Stripe from "stripe";
import { stripeRead, stripeWrite, type StripeCallResult } from "./stripe-call.ts";
import type { StripeClient } from "./stripe-client.ts";
import { hasMetadata, type StripeMetadata, windowStart } from "./stripe-customers.ts";

/** One line of a mirror; `amount` in Stripe's smallest unit, negative for credits; instants in Unix seconds. */
export type StripeLine = {
  readonly amount: bigint;
  readonly description: string;
  readonly period: { readonly start: number; readonly end: number } | null;
  readonly metadata: StripeMetadata;
};

/** What a mirror says: `total` in Stripe's smallest unit. */
export type StripeInvoiceState = {
  readonly id: string;
  readonly status: string;
  readonly total: string;
};

/**
 * Makes a draft that Stripe leaves alone: it neither finalizes, charges nor mails it, and takes nothing that lies
 * around. @throws DomainError provider_unavailable, provider_refused
 */
export function createStripeInvoice(
  stripe: StripeClient,
  invoice: {
    readonly customerId: string;
    readonly currency: string;
    readonly description: string;
    /** Days until it is due, for an invoice that is sent; null for one that is charged. */
    readonly daysUntilDue: number | null;
    readonly metadata: StripeMetadata;
  },
  idempotencyKey: string,
): Promise<StripeCallResult<{ readonly id: string }>> {
  return stripeWrite(async () => {
    const made = await stripe.invoices.create(
      {
        customer: invoice.customerId,
        currency: invoice.currency.toLowerCase(),
        auto_advance: false,
        pending_invoice_items_behavior: "exclude",
        description: invoice.description,
        metadata: invoice.metadata,
        ...(invoice.daysUntilDue === null
          ? { collection_method: "charge_automatically" }
          : { collection_method: "send_invoice", days_until_due: invoice.daysUntilDue }),
      },
      { idempotencyKey },
    );
    return { id: made.id };
  });
}

/** The mirror that an earlier try made, by customer, time and metadata; null when there is none. */
export function findStripeInvoice(
  stripe: StripeClient,
  by: { readonly customerId: string; readonly since: Date; readonly metadata: StripeMetadata },
): Promise<string | null> {
  return stripeRead(async () => {
    const list = stripe.invoices.list({
      customer: by.customerId,
      created: { gte: windowStart(by.since) },
      limit: 100,
    });
    for await (const invoice of list) {
      if (hasMetadata(invoice.metadata, by.metadata)) return invoice.id;
    }
    return null;
  });
}

/** Adds lines to a draft and answers its total. */
export function addStripeLines(
  stripe: StripeClient,
  invoiceId: string,
  lines: readonly StripeLine[],
  idempotencyKey: string,
): Promise<StripeCallResult<StripeInvoiceState>> {
  return stripeWrite(async () =>
    stateOf(await stripe.invoices.addLines(invoiceId, { lines: lines.map(lineParam) }, { idempotencyKey })),
  );
}

/** Whether the draft holds a line with this metadata. */
export function hasStripeLine(
  stripe: StripeClient,
  invoiceId: string,
  metadata: StripeMetadata,
): Promise<boolean> {
  return stripeRead(async () => {
    for await (const line of stripe.invoices.listLineItems(invoiceId, { limit: 100 })) {
      if (hasMetadata(line.metadata, metadata)) return true;
    }
    return false;
  });
}

/** Fixes the draft; it stays out of Stripe's own collection. */
export function finalizeStripeInvoice(
  stripe: StripeClient,
  invoiceId: string,
  idempotencyKey: string,
): Promise<StripeCallResult<StripeInvoiceState>> {
  return stripeWrite(async () =>
    stateOf(await stripe.invoices.finalizeInvoice(invoiceId, { auto_advance: false }, { idempotencyKey })),
  );
}

/** How the mirror stands now. */
export function readStripeInvoice(stripe: StripeClient, invoiceId: string): Promise<StripeInvoiceState> {
  return stripeRead(async () => stateOf(await stripe.invoices.retrieve(invoiceId)));
}

/** Shows the mirror which PaymentIntent paid it. */
export function attachStripePayment(
  stripe: StripeClient,
  input: { readonly invoiceId: string; readonly paymentIntentId: string },
  idempotencyKey: string,
): Promise<StripeCallResult<StripeInvoiceState>> {
  return stripeWrite(async () =>
    stateOf(
      await stripe.invoices.attachPayment(
        input.invoiceId,
        { payment_intent: input.paymentIntentId },
        { idempotencyKey },
      ),
    ),
  );
}

/** Whether this PaymentIntent is among the payments of the mirror. */
export function hasStripePayment(
  stripe: StripeClient,
  input: { readonly invoiceId: string; readonly paymentIntentId: string },
): Promise<boolean> {
  return stripeRead(async () => {
    const found = await stripe.invoicePayments.list({
      invoice: input.invoiceId,
      payment: { type: "payment_intent", payment_intent: input.paymentIntentId },
      limit: 1,
    });
    return found.data.length > 0;
  });
}

/** The PaymentIntents that paid a mirror, whoever made them. */
export function listStripeMirrorPayments(stripe: StripeClient, invoiceId: string): Promise<string[]> {
  return stripeRead(async () => {
    const found: string[] = [];
    for await (const { payment } of stripe.invoicePayments.list({
      invoice: invoiceId,
      status: "paid",
      limit: 100,
    })) {
      const intent = payment.payment_intent;
      if (intent !== undefined) found.push(typeof intent === "string" ? intent : intent.id);
    }
    return found;
  });
}

/** Marks the mirror as paid by money that Stripe never saw. */
export function payStripeInvoiceOutOfBand(
  stripe: StripeClient,
  invoiceId: string,
  idempotencyKey: string,
): Promise<StripeCallResult<StripeInvoiceState>> {
  return stripeWrite(async () =>
    stateOf(await stripe.invoices.pay(invoiceId, { paid_out_of_band: true }, { idempotencyKey })),
  );
}

/** Voids an open mirror. */
export function voidStripeInvoice(
  stripe: StripeClient,
  invoiceId: string,
  idempotencyKey: string,
): Promise<StripeCallResult<StripeInvoiceState>> {
  return stripeWrite(async () =>
    stateOf(await stripe.invoices.voidInvoice(invoiceId, {}, { idempotencyKey })),
  );
}

function stateOf(invoice: Stripe.Invoice): StripeInvoiceState {
  return { id: invoice.id, status: invoice.status ?? "deleted", total: String(invoice.total) };
}

function lineParam(line: StripeLine): Stripe.InvoiceAddLinesParams.Line {
  return {
    amount: Number(line.amount),
    description: line.description,
    discountable: false,
    metadata: line.metadata,
    ...(line.period === null ? {} : { period: line.period }),
  };
}
