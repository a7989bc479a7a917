import type Stripe from "stripe";

/** An SDK type with some fields narrowed to what the sandbox stores: ids instead of expanded objects. */
type Stored<T, Narrowed> = Omit<T, keyof Narrowed> & Readonly<Narrowed>;

export type Customer = Stored<
  Stripe.Customer,
  { metadata: Record<string, string>; invoice_settings: CustomerInvoiceSettings }
>;
type CustomerInvoiceSettings = {
  readonly custom_fields: null;
  readonly default_payment_method: string | null;
  readonly footer: string | null;
  readonly rendering_options: null;
};

/** How the sandbox's own test payment methods behave when they are charged. */
export type PaymentMethodBehavior = "succeeds" | "declines" | "declines_once" | "processes";
export type PaymentMethod = Stored<
  Stripe.PaymentMethod,
  { customer: string | null; metadata: Record<string, string> }
>;
type PaymentMethodSecret = {
  readonly id: string;
  readonly behavior: PaymentMethodBehavior;
  readonly testId: string;
  /** What its declines say; undefined: the issuer gave no reason. */
  readonly decline?: TestDecline | undefined;
};
export type TestDecline = { readonly declineCode: string; readonly adviceCode: string | null };

export type InvoiceLine = Stored<
  Stripe.InvoiceLineItem,
  {
    invoice: string;
    metadata: Record<string, string>;
    quantity_decimal: string;
    pricing: {
      type: "price_details";
      unit_amount_decimal: string;
      price_details: { price: string | null; product: string };
    } | null;
    /** What exclusive taxes add to this line, in minor units. */
    taxes: Stripe.InvoiceLineItem.Tax[];
  }
>;
export type InvoiceItem = Stored<
  Stripe.InvoiceItem,
  {
    customer: string;
    invoice: string | null;
    metadata: Record<string, string>;
    quantity_decimal: string;
    pricing: null;
  }
>;
export type Invoice = Stored<
  Omit<Stripe.Invoice, "lines" | "payments">,
  {
    customer: string;
    metadata: Record<string, string>;
    status: "draft" | "open" | "paid" | "void" | "uncollectible";
    default_payment_method: string | null;
    /** Ids of the lines in their order; the answer shows the lines themselves. */
    line_ids: readonly string[];
  }
>;
export type InvoicePayment = Stored<
  Stripe.InvoicePayment,
  {
    invoice: string;
    status: "open" | "paid" | "canceled";
    payment: { type: "payment_intent"; payment_intent: string };
  }
>;
export type PaymentIntent = Stored<
  Stripe.PaymentIntent,
  {
    customer: string | null;
    payment_method: string | null;
    latest_charge: string | null;
    metadata: Record<string, string>;
    status: "requires_payment_method" | "requires_confirmation" | "processing" | "succeeded" | "canceled";
  }
>;
export type Charge = Stored<Stripe.Charge, { customer: string | null; payment_intent: string }>;
export type Refund = Stored<
  Stripe.Refund,
  { charge: string; payment_intent: string; metadata: Record<string, string> }
>;
export type Dispute = Stored<
  Stripe.Dispute,
  { charge: string; payment_intent: string; metadata: Record<string, string> }
>;

export type StripeEvent = {
  readonly id: string;
  readonly object: "event";
  readonly api_version: string;
  readonly created: number;
  readonly data: { readonly object: unknown };
  readonly livemode: false;
  readonly pending_webhooks: number;
  readonly request: { readonly id: string | null; readonly idempotency_key: string | null };
  readonly type: string;
};

/** A customer whose first charge by `pm_card_declineOnce` was declined. */
type DeclinedOnce = { readonly id: string };
/** A number under which an invoice was finalized, and the counter of a customer's numbers. */
type TakenNumber = { readonly id: string; readonly invoice: string };

/** How the sandbox ended an event's way to the webhook endpoint; an event without one is still to be delivered. */
export type WebhookOutcome = { readonly id: string; readonly outcome: "delivered" | "dropped" | "given_up" };

/** Every table of the sandbox's Stripe; the key is the row's `id`. */
export type Tables = {
  customer: Customer;
  payment_method: PaymentMethod;
  payment_method_secret: PaymentMethodSecret;
  invoice: Invoice;
  line_item: InvoiceLine;
  invoiceitem: InvoiceItem;
  invoice_payment: InvoicePayment;
  payment_intent: PaymentIntent;
  charge: Charge;
  refund: Refund;
  dispute: Dispute;
  event: StripeEvent;
  declined_once: DeclinedOnce;
  taken_number: TakenNumber;
  webhook_outcome: WebhookOutcome;
};

export const tableNames = [
  "customer",
  "payment_method",
  "payment_method_secret",
  "invoice",
  "line_item",
  "invoiceitem",
  "invoice_payment",
  "payment_intent",
  "charge",
  "refund",
  "dispute",
  "event",
  "declined_once",
  "taken_number",
  "webhook_outcome",
] as const satisfies readonly (keyof Tables)[];
