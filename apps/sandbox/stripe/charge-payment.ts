import { randomId } from "../random-id.ts";
import { creditInvoice, failInvoicePayment } from "./invoice-payments.ts";
import { stateError } from "./stripe-error.ts";
import { answer, type StripeAnswer } from "./stripe-route.ts";
import type { StripeTx } from "./stripe-store.ts";
import type { Charge, PaymentIntent, PaymentMethod, TestDecline } from "./stripe-tables.ts";

type ChargeOutcome = {
  readonly intent: PaymentIntent;
  /** Stripe's card error; undefined when the charge succeeded or is processing. */
  readonly decline: Readonly<Record<string, unknown>> | undefined;
};

const declineMessage = "Your card was declined.";

/** Charges the payment method for the intent, as its test behaviour says, and settles what follows. */
export function chargePaymentIntent(
  tx: StripeTx,
  before: PaymentIntent,
  method: PaymentMethod,
): ChargeOutcome {
  checkMethodFits(before, method);
  const intent: PaymentIntent = { ...before, payment_method: method.id, last_payment_error: null };
  switch (outcomeOf(tx, intent, method)) {
    case "processes":
      return { intent: startProcessing(tx, intent, method), decline: undefined };
    case "declines":
      return declineIntent(tx, intent, method);
    default:
      return {
        intent: succeedIntent(tx, intent, newCharge(tx, intent, method, "succeeded")),
        decline: undefined,
      };
  }
}

/** The HTTP answer of a confirmation: the body, or 402 with the card error. */
export function chargeAnswer(outcome: ChargeOutcome, body: unknown): StripeAnswer {
  return outcome.decline === undefined ? answer(body) : { status: 402, body: { error: outcome.decline } };
}

/** Ends a bank debit that is processing. @throws StripeError when the intent is not processing */
export function settlePaymentIntent(tx: StripeTx, intent: PaymentIntent, succeeds: boolean): PaymentIntent {
  const charge = intent.latest_charge === null ? undefined : tx.get("charge", intent.latest_charge);
  const method = intent.payment_method === null ? undefined : tx.get("payment_method", intent.payment_method);
  if (intent.status !== "processing" || charge === undefined || method === undefined) {
    throw stateError(`Only a processing PaymentIntent can be settled; ${intent.id} is ${intent.status}.`);
  }
  if (succeeds) return succeedIntent(tx, intent, { ...charge, paid: true, status: "succeeded" });
  const code = "payment_method_provider_decline";
  return failIntent(tx, intent, method, { ...charge, ...failureOf(code, "The bank returned the debit.") })
    .intent;
}

function outcomeOf(
  tx: StripeTx,
  intent: PaymentIntent,
  method: PaymentMethod,
): "succeeds" | "declines" | "processes" {
  const behavior = tx.get("payment_method_secret", method.id)?.behavior ?? "succeeds";
  if (behavior !== "declines_once") return behavior;
  const id = intent.customer ?? method.id;
  if (tx.get("declined_once", id) !== undefined) return "succeeds";
  tx.put("declined_once", { id });
  return "declines";
}

function checkMethodFits(intent: PaymentIntent, method: PaymentMethod): void {
  if (!intent.payment_method_types.includes(method.type)) {
    throw stateError(
      `The PaymentMethod provided (${method.type}) is not allowed for this PaymentIntent. Please attach a payment method of one of the following types: ${intent.payment_method_types.join(", ")}. Note that us_bank_account takes usd only.`,
      { code: "payment_intent_incompatible_payment_method", param: "payment_method" },
    );
  }
}

function succeedIntent(tx: StripeTx, intent: PaymentIntent, charge: Charge): PaymentIntent {
  tx.put("charge", charge);
  const succeeded = tx.put("payment_intent", {
    ...intent,
    status: "succeeded",
    amount_received: intent.amount,
    latest_charge: charge.id,
    processing: null,
  });
  tx.emit("charge.succeeded", charge);
  tx.emit("payment_intent.succeeded", succeeded);
  creditInvoice(tx, succeeded);
  return succeeded;
}

function startProcessing(tx: StripeTx, intent: PaymentIntent, method: PaymentMethod): PaymentIntent {
  const charge = tx.put("charge", newCharge(tx, intent, method, "pending"));
  const processing = tx.put("payment_intent", { ...intent, status: "processing", latest_charge: charge.id });
  tx.emit("charge.pending", charge);
  tx.emit("payment_intent.processing", processing);
  return processing;
}

function declineIntent(tx: StripeTx, intent: PaymentIntent, method: PaymentMethod): ChargeOutcome {
  const charge = {
    ...newCharge(tx, intent, method, "failed"),
    ...failureOf(errorCodeOf(declineOf(tx, method)), declineMessage),
  };
  return failIntent(tx, intent, method, charge);
}

function declineOf(tx: StripeTx, method: PaymentMethod): TestDecline {
  const own = tx.get("payment_method_secret", method.id)?.decline;
  return own ?? { declineCode: "generic_decline", adviceCode: "try_again_later" };
}

/** Some decline codes are the error's code, too; the others are all of one. */
function errorCodeOf({ declineCode }: TestDecline): string {
  const own = [
    "authentication_required",
    "expired_card",
    "incorrect_cvc",
    "incorrect_number",
    "processing_error",
  ];
  return own.includes(declineCode) ? declineCode : "card_declined";
}

function failureOf(code: string, message: string) {
  return {
    failure_code: code,
    failure_message: message,
    paid: false,
    captured: false,
    status: "failed",
  } as const;
}

function failIntent(
  tx: StripeTx,
  intent: PaymentIntent,
  method: PaymentMethod,
  charge: Charge,
): ChargeOutcome {
  tx.put("charge", charge);
  const message = charge.failure_message ?? declineMessage;
  const isCard = method.type === "card";
  const decline = declineOf(tx, method);
  const failure = {
    type: isCard ? "card_error" : "invalid_request_error",
    code: charge.failure_code ?? "card_declined",
    message,
    charge: charge.id,
    doc_url: "https://stripe.com/docs/error-codes/card-declined",
    payment_method: method,
    ...(isCard ? { decline_code: decline.declineCode, advice_code: decline.adviceCode } : {}),
  };
  const failed = tx.put("payment_intent", {
    ...intent,
    status: "requires_payment_method",
    payment_method: null,
    processing: null,
    latest_charge: charge.id,
    last_payment_error: failure as unknown as PaymentIntent["last_payment_error"],
  });
  tx.emit("charge.failed", charge);
  tx.emit("payment_intent.payment_failed", failed);
  failInvoicePayment(tx, failed);
  return { intent: failed, decline: { ...failure, payment_intent: failed } };
}

function newCharge(
  tx: StripeTx,
  intent: PaymentIntent,
  method: PaymentMethod,
  status: Charge["status"],
): Charge {
  const paid = status === "succeeded";
  return {
    id: randomId(status === "pending" ? "py_" : "ch_"),
    object: "charge",
    amount: intent.amount,
    amount_captured: paid ? intent.amount : 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: paid ? randomId("txn_") : null,
    billing_details: method.billing_details,
    calculated_statement_descriptor: "BILLWRIGHT SANDBOX",
    captured: paid,
    created: tx.now,
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    fraud_details: {},
    livemode: false,
    metadata: intent.metadata,
    on_behalf_of: null,
    outcome: {
      advice_code: null,
      network_advice_code: null,
      network_decline_code: null,
      network_status: status === "failed" ? "declined_by_network" : "approved_by_network",
      reason: status === "failed" ? "generic_decline" : null,
      risk_level: "normal",
      seller_message:
        status === "failed" ? "The bank did not return any further details." : "Payment complete.",
      type: status === "failed" ? "issuer_declined" : "authorized",
    },
    paid,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: { type: method.type },
    receipt_email: null,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status,
    transfer_data: null,
    transfer_group: null,
  };
}
