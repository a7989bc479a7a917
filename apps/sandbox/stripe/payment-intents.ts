import { randomId } from "../random-id.ts";
import { chargeAnswer, chargePaymentIntent } from "./charge-payment.ts";
import { cancelInvoicePayment } from "./invoice-payments.ts";
import { pageOf, readListParams } from "./list-page.ts";
import * as params from "./params.ts";
import { usePaymentMethod } from "./payment-methods.ts";
import { checkChargeable, readCurrency } from "./stripe-currency.ts";
import { parameterError, stateError } from "./stripe-error.ts";
import { asSeenBy, intentOfCaller } from "./payer-view.ts";
import { answer, rowOf, rowOfPath, type StripeAnswer, type StripeRoute } from "./stripe-route.ts";
import type { StripeTx } from "./stripe-store.ts";
import type { PaymentIntent, PaymentMethod } from "./stripe-tables.ts";

const unsupportedHere = {
  application_fee_amount: params.unsupported,
  capture_method: params.oneOf("automatic", "automatic_async"),
  confirmation_token: params.unsupported,
  mandate: params.anything,
  mandate_data: params.anything,
  on_behalf_of: params.unsupported,
  payment_method_data: params.unsupported,
  payment_method_options: params.anything,
  radar_options: params.anything,
  return_url: params.text(),
  setup_future_usage: params.anything,
  shipping: params.anything,
  transfer_data: params.unsupported,
  use_stripe_sdk: params.flag,
  error_on_requires_action: params.flag,
  receipt_email: params.textOrUnset(),
} satisfies params.ParamShape;

const describing = {
  customer: params.text(),
  description: params.textOrUnset(1000),
  metadata: params.metadata,
  payment_method: params.text(),
  payment_method_types: params.listOf(params.text()),
  statement_descriptor: params.text(22),
  statement_descriptor_suffix: params.text(22),
} satisfies params.ParamShape;

const creatable = {
  ...unsupportedHere,
  ...describing,
  amount: params.required(params.integer),
  currency: params.required(params.text(3)),
  confirm: params.flag,
  confirmation_method: params.oneOf("automatic", "manual"),
  off_session: params.anything,
  automatic_payment_methods: params.group({
    enabled: params.required(params.flag),
    allow_redirects: params.text(),
  }),
};

const confirmable = {
  ...unsupportedHere,
  client_secret: params.text(),
  payment_method: params.text(),
  off_session: params.anything,
  amount_to_confirm: params.integer,
};

export const paymentIntentRoutes: readonly StripeRoute[] = [
  {
    method: "POST",
    path: "/v1/payment_intents",
    handle: ({ tx, form }) => create(tx, params.readParams(form, creatable)),
  },
  {
    method: "POST",
    path: "/v1/payment_intents/:id/confirm",
    publishable: true,
    handle: (call) => {
      const input = params.readParams(call.form, confirmable);
      const intent = intentOfCaller(call, input.client_secret);
      return asSeenBy(call, () => confirm(call.tx, intent, input.payment_method));
    },
  },
  {
    method: "POST",
    path: "/v1/payment_intents/:id/cancel",
    handle: (call) => {
      const input = params.readParams(call.form, {
        cancellation_reason: params.oneOf("duplicate", "fraudulent", "requested_by_customer", "abandoned"),
      });
      return answer(cancel(call.tx, rowOfPath(call, "payment_intent"), input.cancellation_reason ?? null));
    },
  },
  {
    method: "POST",
    path: "/v1/payment_intents/:id",
    handle: (call) => {
      const input = params.readParams(call.form, {
        ...describing,
        amount: params.integer,
        currency: params.text(3),
      });
      return answer(update(call.tx, rowOfPath(call, "payment_intent"), input));
    },
  },
  {
    method: "GET",
    path: "/v1/payment_intents/:id",
    publishable: true,
    handle: (call) => {
      const input = params.readParams(call.form, { client_secret: params.text() });
      const intent = intentOfCaller(call, input.client_secret);
      return asSeenBy(call, () => answer(intent));
    },
  },
  {
    method: "GET",
    path: "/v1/payment_intents",
    handle: ({ tx, form, path }) => {
      const input = readListParams(form, { customer: params.text(), created: params.timeRange });
      const rows = tx
        .all("payment_intent")
        .reverse()
        .filter((row) => input.customer === undefined || row.customer === input.customer)
        .filter((row) => input.created?.(row.created) ?? true);
      return answer(pageOf(path, rows, input));
    },
  },
];

function create(tx: StripeTx, input: params.Params<typeof creatable>): StripeAnswer {
  const currency = readCurrency(input.currency, "currency");
  checkChargeable(input.amount, currency, "amount");
  if (input.off_session !== undefined && input.confirm !== true) {
    throw parameterError("The parameter `off_session` can only be passed when `confirm` is true.", {
      param: "off_session",
    });
  }
  const customer = input.customer === undefined ? null : rowOf(tx, "customer", input.customer, "customer").id;
  const method =
    input.payment_method === undefined ? undefined : methodFor(tx, input.payment_method, customer);
  const intent = tx.put("payment_intent", {
    ...newPaymentIntent(tx, { amount: input.amount, currency, customer }),
    status: method === undefined ? "requires_payment_method" : "requires_confirmation",
    payment_method: method?.id ?? null,
    description: input.description ?? null,
    receipt_email: input.receipt_email ?? null,
    statement_descriptor: input.statement_descriptor ?? null,
    statement_descriptor_suffix: input.statement_descriptor_suffix ?? null,
    metadata: params.changeMetadata(null, input.metadata),
    ...(input.payment_method_types === undefined ? {} : explicitTypes(input.payment_method_types)),
  });
  tx.emit("payment_intent.created", intent);
  return input.confirm === true ? confirm(tx, intent, undefined) : answer(intent);
}

function explicitTypes(
  types: readonly string[],
): Pick<PaymentIntent, "payment_method_types" | "automatic_payment_methods"> {
  return { payment_method_types: [...types], automatic_payment_methods: null };
}

function confirm(tx: StripeTx, intent: PaymentIntent, paymentMethodId: string | undefined): StripeAnswer {
  if (intent.status !== "requires_confirmation" && intent.status !== "requires_payment_method") {
    const state =
      intent.status === "succeeded"
        ? "it has already succeeded after being previously confirmed"
        : `it has a status of ${intent.status}`;
    throw unexpectedState(intent, `You cannot confirm this PaymentIntent because ${state}.`);
  }
  const id = paymentMethodId ?? intent.payment_method;
  if (id === null) {
    throw unexpectedState(
      intent,
      "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.",
    );
  }
  const outcome = chargePaymentIntent(tx, intent, methodFor(tx, id, intent.customer));
  return chargeAnswer(outcome, outcome.intent);
}

function cancel(
  tx: StripeTx,
  intent: PaymentIntent,
  reason: PaymentIntent["cancellation_reason"],
): PaymentIntent {
  if (intent.status === "succeeded" || intent.status === "canceled" || intent.status === "processing") {
    throw unexpectedState(
      intent,
      `You cannot cancel this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be canceled: requires_payment_method, requires_capture, requires_confirmation, requires_action.`,
    );
  }
  const canceled = tx.put("payment_intent", {
    ...intent,
    status: "canceled",
    canceled_at: tx.now,
    cancellation_reason: reason,
  });
  tx.emit("payment_intent.canceled", canceled);
  cancelInvoicePayment(tx, canceled);
  return canceled;
}

type Update = params.Params<typeof describing> & {
  readonly amount: number | undefined;
  readonly currency: string | undefined;
};

function update(tx: StripeTx, intent: PaymentIntent, input: Update): PaymentIntent {
  const isOpen = intent.status === "requires_payment_method" || intent.status === "requires_confirmation";
  const touchesMoney = [
    input.amount,
    input.currency,
    input.customer,
    input.payment_method,
    input.payment_method_types,
  ].some((value) => value !== undefined);
  if (touchesMoney && !isOpen) {
    throw unexpectedState(
      intent,
      `This PaymentIntent could not be updated because it has a status of ${intent.status}.`,
    );
  }
  const currency = input.currency === undefined ? intent.currency : readCurrency(input.currency, "currency");
  const amount = input.amount ?? intent.amount;
  checkChargeable(amount, currency, "amount");
  const customer =
    input.customer === undefined ? intent.customer : rowOf(tx, "customer", input.customer, "customer").id;
  const method =
    input.payment_method === undefined ? undefined : methodFor(tx, input.payment_method, customer);
  return tx.put("payment_intent", {
    ...intent,
    amount,
    currency,
    customer,
    ...(method === undefined ? {} : { payment_method: method.id, status: "requires_confirmation" as const }),
    ...(input.description === undefined ? {} : { description: input.description }),
    ...(input.payment_method_types === undefined ? {} : explicitTypes(input.payment_method_types)),
    metadata: params.changeMetadata(intent.metadata, input.metadata),
  });
}

function unexpectedState(intent: PaymentIntent, message: string): Error {
  return stateError(message, { code: "payment_intent_unexpected_state", payment_intent: intent });
}

/** The payment method, checked to be usable for this customer. */
function methodFor(tx: StripeTx, id: string, customer: string | null): PaymentMethod {
  const method = usePaymentMethod(tx, id, "payment_method");
  if (method.customer === null || method.customer === customer) return method;
  const message =
    customer === null
      ? `The PaymentMethod ${method.id} belongs to the Customer ${method.customer}. Please include the Customer in the \`customer\` parameter on the PaymentIntent.`
      : `The customer does not have a payment method with the ID ${method.id}. The payment method must be attached to the customer.`;
  throw stateError(message, { param: "payment_method" });
}

/** A PaymentIntent that still needs a payment method; not stored yet. */
export function newPaymentIntent(
  tx: StripeTx,
  { amount, currency, customer }: Pick<PaymentIntent, "amount" | "currency" | "customer">,
): PaymentIntent {
  const id = randomId("pi_");
  return {
    id,
    object: "payment_intent",
    allowed_payment_method_types: null,
    amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: { allow_redirects: "always", enabled: true },
    canceled_at: null,
    cancellation_reason: null,
    capture_method: "automatic_async",
    client_secret: `${id}_secret_${randomId("")}`,
    confirmation_method: "automatic",
    created: tx.now,
    currency,
    customer,
    customer_account: null,
    description: null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: {},
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: currency === "usd" ? ["card", "us_bank_account"] : ["card"],
    payment_record: null,
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: "requires_payment_method",
    transfer_data: null,
    transfer_group: null,
  };
}
