import { chargeAnswer, chargePaymentIntent } from "./charge-payment.ts";
import { finalizeInvoice } from "./finalize-invoice.ts";
import { asPaid, attachPaymentIntent, cancelOpenPayments } from "./invoice-payments.ts";
import { newPaymentIntent } from "./payment-intents.ts";
import { customersPaymentMethod, usePaymentMethod } from "./payment-methods.ts";
import { presentInvoice, saveInvoice } from "./present-invoice.ts";
import { stateError } from "./stripe-error.ts";
import { answer, rowOf, type StripeAnswer } from "./stripe-route.ts";
import type { StripeTx } from "./stripe-store.ts";
import type { Invoice, PaymentMethod } from "./stripe-tables.ts";

type PayInput = { readonly paidOutOfBand: boolean; readonly paymentMethod: string | undefined };

/** Pays an invoice by its default payment method, by the one given, or by word ("paid out of band"). */
export function payInvoice(tx: StripeTx, before: Invoice, input: PayInput): StripeAnswer {
  const invoice = before.status === "draft" ? finalizeInvoice(tx, before) : before;
  if (invoice.status === "paid") {
    if (before.status === "draft") return answer(presentInvoice(tx, invoice));
    throw stateError("Invoice is already paid", { code: "invoice_already_paid" });
  }
  if (invoice.status === "void") {
    throw stateError("This invoice can no longer be paid: it was voided.", { code: "invoice_not_editable" });
  }
  if (input.paidOutOfBand) return answer(presentInvoice(tx, payOutOfBand(tx, invoice)));
  const method = methodOf(tx, invoice, input.paymentMethod);
  const intent = tx.put("payment_intent", {
    ...newPaymentIntent(tx, {
      amount: invoice.amount_remaining,
      currency: invoice.currency,
      customer: invoice.customer,
    }),
    description: `Payment for Invoice ${invoice.number}`,
  });
  tx.emit("payment_intent.created", intent);
  attachPaymentIntent(tx, invoice, intent, true);
  const outcome = chargePaymentIntent(tx, intent, method);
  return chargeAnswer(outcome, presentInvoice(tx, rowOf(tx, "invoice", invoice.id, "id")));
}

function payOutOfBand(tx: StripeTx, invoice: Invoice): Invoice {
  cancelOpenPayments(tx, invoice);
  const paid: Invoice = {
    ...asPaid(tx, invoice),
    amount_paid: invoice.amount_due,
    amount_paid_off_stripe: invoice.amount_remaining,
    amount_remaining: 0,
  };
  return saveInvoice(tx, paid, "invoice.updated", "invoice.paid");
}

function methodOf(tx: StripeTx, invoice: Invoice, given: string | undefined): PaymentMethod {
  const customer = rowOf(tx, "customer", invoice.customer, "customer");
  if (given !== undefined) {
    const method = usePaymentMethod(tx, given, "payment_method");
    return method.customer === null
      ? method
      : customersPaymentMethod(tx, customer, method.id, "payment_method");
  }
  const id = invoice.default_payment_method ?? customer.invoice_settings.default_payment_method;
  if (id !== null) return customersPaymentMethod(tx, customer, id, "payment_method");
  throw stateError(
    "There is no `default_payment_method` set on this Customer or Invoice. Please set a default payment method or provide one in the `payment_method` parameter.",
    { code: "missing" },
  );
}
