import { randomId } from "../random-id.ts";
import { withTotals } from "./invoice-lines.ts";
import { pendingItems, takeItems } from "./invoice-items.ts";
import * as params from "./params.ts";
import { customersPaymentMethod } from "./payment-methods.ts";
import { saveInvoice } from "./present-invoice.ts";
import { readCurrency } from "./stripe-currency.ts";
import { parameterError, stateError } from "./stripe-error.ts";
import { rowOf } from "./stripe-route.ts";
import type { StripeTx } from "./stripe-store.ts";
import type { Customer, Invoice } from "./stripe-tables.ts";

const day = 24 * 60 * 60;

/** What may change on a draft. */
export const updatable = {
  auto_advance: params.flag,
  collection_method: params.oneOf("charge_automatically", "send_invoice"),
  custom_fields: params.listOf(
    params.group({ name: params.required(params.text(40)), value: params.required(params.text(140)) }),
    4,
  ),
  days_until_due: params.integer,
  default_payment_method: params.text(),
  description: params.textOrUnset(1500),
  due_date: params.integer,
  effective_at: params.integer,
  footer: params.textOrUnset(),
  metadata: params.metadata,
  number: params.textOrUnset(26),
  payment_settings: params.anything,
  rendering: params.anything,
  statement_descriptor: params.text(22),
  account_tax_ids: params.unsupported,
  application_fee_amount: params.unsupported,
  automatic_tax: params.group({ enabled: params.required(params.flag) }),
  automatically_finalizes_at: params.unsupported,
  default_source: params.unsupported,
  default_tax_rates: params.unsupported,
  discounts: params.unsupported,
  issuer: params.unsupported,
  on_behalf_of: params.unsupported,
  shipping_cost: params.unsupported,
  shipping_details: params.unsupported,
  transfer_data: params.unsupported,
} satisfies params.ParamShape;

export const creatable = {
  ...updatable,
  customer: params.required(params.text()),
  currency: params.text(3),
  pending_invoice_items_behavior: params.oneOf("include", "exclude"),
  from_invoice: params.unsupported,
  subscription: params.unsupported,
} satisfies params.ParamShape;

type Update = params.Params<typeof updatable>;

/** Of these only, Stripe lets a finalized invoice change. */
const changeableWhenFinalized: ReadonlySet<string> = new Set([
  "auto_advance",
  "default_payment_method",
  "metadata",
  "payment_settings",
]);

/** A new draft; pending items of its currency join when asked (Stripe's default is to leave them). */
export function createInvoice(tx: StripeTx, input: params.Params<typeof creatable>): Invoice {
  const customer = rowOf(tx, "customer", input.customer, "customer");
  const currency = readCurrency(input.currency ?? "usd", "currency");
  let invoice = change(tx, tx.put("invoice", newInvoice(tx, customer, currency)), input);
  if (input.pending_invoice_items_behavior === "include") {
    invoice = takeItems(tx, invoice, pendingItems(tx, customer.id, currency));
  }
  return saveInvoice(tx, withTotals(tx, invoice), "invoice.created");
}

/** Changes a draft, or the few fields that stay open. @throws StripeError invoice_not_editable */
export function updateInvoice(tx: StripeTx, invoice: Invoice, input: Update): Invoice {
  if (invoice.status !== "draft") {
    const refused = Object.keys(input).find((key) => key !== "expand" && !changeableWhenFinalized.has(key));
    if (refused !== undefined) {
      throw stateError("Finalized invoices can't be updated in this way", {
        code: "invoice_not_editable",
        param: refused,
      });
    }
  }
  return saveInvoice(tx, change(tx, invoice, input), "invoice.updated");
}

function change(tx: StripeTx, invoice: Invoice, input: Update): Invoice {
  if (input.automatic_tax?.enabled === true)
    throw parameterError("The sandbox computes no taxes.", { param: "automatic_tax[enabled]" });
  const method = input.default_payment_method;
  const customer = rowOf(tx, "customer", invoice.customer, "customer");
  const direct = Object.fromEntries(
    (
      [
        "auto_advance",
        "collection_method",
        "description",
        "effective_at",
        "footer",
        "number",
        "statement_descriptor",
      ] as const
    )
      .filter((key) => input[key] !== undefined)
      .map((key) => [key, input[key]]),
  );
  return {
    ...withDueDate(tx, { ...invoice, ...direct }, input),
    ...(input.custom_fields === undefined ? {} : { custom_fields: [...input.custom_fields] }),
    ...(method === undefined
      ? {}
      : {
          default_payment_method: customersPaymentMethod(tx, customer, method, "default_payment_method").id,
        }),
    metadata: params.changeMetadata(invoice.metadata, input.metadata),
  };
}

function withDueDate(tx: StripeTx, invoice: Invoice, input: Update): Invoice {
  const due =
    input.due_date ??
    (input.days_until_due === undefined ? invoice.due_date : tx.now + input.days_until_due * day);
  if (invoice.collection_method === "send_invoice" && due === null) {
    throw parameterError(
      "If invoices are set to send_invoice, either `days_until_due` or `due_date` must be given.",
      {
        code: "parameter_missing",
        param: "days_until_due",
      },
    );
  }
  if (invoice.collection_method !== "send_invoice" && due !== null) {
    const param = input.due_date === undefined ? "days_until_due" : "due_date";
    throw parameterError(`You can only set \`${param}\` if \`collection_method\` is \`send_invoice\`.`, {
      param,
    });
  }
  return { ...invoice, due_date: due };
}

/** What is the same on every new draft. */
const untouched = {
  account_country: "US",
  account_name: "Billwright sandbox",
  account_tax_ids: null,
  amount_due: 0,
  amount_overpaid: 0,
  amount_paid: 0,
  amount_remaining: 0,
  amount_shipping: 0,
  application: null,
  attempt_count: 0,
  attempted: false,
  auto_advance: false,
  automatically_finalizes_at: null,
  billing_reason: "manual",
  collection_method: "charge_automatically",
  custom_fields: null,
  customer_account: null,
  customer_shipping: null,
  customer_tax_ids: [],
  default_payment_method: null,
  default_source: null,
  default_tax_rates: [],
  description: null,
  discounts: [],
  due_date: null,
  effective_at: null,
  ending_balance: null,
  footer: null,
  from_invoice: null,
  hosted_invoice_url: null,
  invoice_pdf: null,
  issuer: { type: "self" },
  last_finalization_error: null,
  latest_revision: null,
  livemode: false,
  next_payment_attempt: null,
  number: null,
  on_behalf_of: null,
  parent: null,
  payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
  post_payment_credit_notes_amount: 0,
  pre_payment_credit_notes_amount: 0,
  receipt_number: null,
  rendering: null,
  shipping_cost: null,
  shipping_details: null,
  starting_balance: 0,
  statement_descriptor: null,
  status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
  subtotal: 0,
  subtotal_excluding_tax: 0,
  test_clock: null,
  total: 0,
  total_discount_amounts: [],
  total_excluding_tax: 0,
  total_pretax_credit_amounts: [],
  total_taxes: [],
  webhooks_delivered_at: null,
} satisfies Partial<Invoice>;

function newInvoice(tx: StripeTx, customer: Customer, currency: string): Invoice {
  return {
    ...untouched,
    id: randomId("in_"),
    object: "invoice",
    automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
    created: tx.now,
    currency,
    customer: customer.id,
    customer_address: customer.address ?? null,
    customer_email: customer.email,
    customer_name: customer.name ?? null,
    customer_phone: customer.phone ?? null,
    customer_tax_exempt: customer.tax_exempt ?? "none",
    line_ids: [],
    metadata: {},
    period_end: tx.now,
    period_start: tx.now,
    status: "draft",
  };
}
