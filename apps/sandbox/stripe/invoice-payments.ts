import { randomId } from "../random-id.ts";
import { pageOf, readListParams } from "./list-page.ts";
import * as params from "./params.ts";
import { paymentsOf, saveInvoice } from "./present-invoice.ts";
import { stateError } from "./stripe-error.ts";
import { answer, rowOfPath, type StripeRoute } from "./stripe-route.ts";
import type { StripeTx } from "./stripe-store.ts";
import type { Invoice, InvoicePayment, PaymentIntent } from "./stripe-tables.ts";

export const invoicePaymentRoutes: readonly StripeRoute[] = [
  {
    method: "GET",
    path: "/v1/invoice_payments/:id",
    handle: (call) => {
      params.readParams(call.form, {});
      return answer(rowOfPath(call, "invoice_payment"));
    },
  },
  {
    method: "GET",
    path: "/v1/invoice_payments",
    handle: ({ tx, form, path }) => {
      const input = readListParams(form, {
        invoice: params.text(),
        status: params.oneOf("open", "paid", "canceled"),
        created: params.timeRange,
        payment: params.group({ type: params.oneOf("payment_intent"), payment_intent: params.text() }),
      });
      const rows = tx
        .all("invoice_payment")
        .reverse()
        .filter((row) => input.invoice === undefined || row.invoice === input.invoice)
        .filter((row) => input.status === undefined || row.status === input.status)
        .filter(
          (row) =>
            input.payment?.payment_intent === undefined ||
            row.payment.payment_intent === input.payment.payment_intent,
        )
        .filter((row) => input.created?.(row.created) ?? true);
      return answer(pageOf(path, rows, input));
    },
  },
];

/** Adds the intent to the payments of an open invoice; one that has succeeded is credited at once. */
export function attachPaymentIntent(
  tx: StripeTx,
  invoice: Invoice,
  intent: PaymentIntent,
  isDefault: boolean,
): void {
  if (invoice.status !== "open") {
    throw stateError(`You can only attach payments to open invoices. This invoice is ${invoice.status}.`, {
      code: "invoice_not_editable",
    });
  }
  if (intent.currency !== invoice.currency) {
    throw stateError(
      `The currency of the PaymentIntent (${intent.currency}) must match the currency of the invoice (${invoice.currency}).`,
      { param: "payment_intent" },
    );
  }
  if (intent.customer !== invoice.customer) {
    throw stateError("The PaymentIntent's customer must be the customer of the invoice.", {
      param: "payment_intent",
    });
  }
  if (intent.status === "canceled") {
    throw stateError("A canceled PaymentIntent cannot be attached to an invoice.", {
      param: "payment_intent",
    });
  }
  if (paymentOf(tx, intent.id) !== undefined) {
    throw stateError(`The PaymentIntent ${intent.id} is already attached to an invoice.`, {
      param: "payment_intent",
    });
  }
  tx.put("invoice_payment", {
    id: randomId("inpay_"),
    object: "invoice_payment",
    amount_paid: null,
    amount_requested: intent.amount,
    created: tx.now,
    currency: intent.currency,
    invoice: invoice.id,
    is_default: isDefault,
    livemode: false,
    payment: { type: "payment_intent", payment_intent: intent.id },
    status: "open",
    status_transitions: { canceled_at: null, paid_at: null },
  });
  if (intent.status === "succeeded") creditInvoice(tx, intent);
}

function paymentOf(tx: StripeTx, intentId: string): InvoicePayment | undefined {
  return tx.all("invoice_payment").find((payment) => payment.payment.payment_intent === intentId);
}

/** Credits a succeeded intent to the invoice it is attached to, if any; what is too much becomes `amount_overpaid`. */
export function creditInvoice(tx: StripeTx, intent: PaymentIntent): void {
  const payment = paymentOf(tx, intent.id);
  const invoice = payment === undefined ? undefined : tx.get("invoice", payment.invoice);
  if (payment === undefined || invoice === undefined || payment.status !== "open") return;
  const credited = Math.min(intent.amount, invoice.amount_remaining);
  const paid = tx.put("invoice_payment", {
    ...payment,
    status: "paid",
    amount_paid: credited,
    status_transitions: { canceled_at: null, paid_at: tx.now },
  });
  tx.emit("invoice_payment.paid", paid);
  const amountPaid = invoice.amount_paid + credited;
  const isSettled = amountPaid >= invoice.amount_due;
  const next: Invoice = {
    ...invoice,
    attempted: true,
    attempt_count: invoice.attempt_count + (payment.is_default ? 1 : 0),
    amount_paid: amountPaid,
    amount_remaining: invoice.amount_due - amountPaid,
    amount_overpaid: invoice.amount_overpaid + intent.amount - credited,
  };
  if (isSettled)
    saveInvoice(tx, asPaid(tx, next), "invoice.updated", "invoice.paid", "invoice.payment_succeeded");
  else saveInvoice(tx, next, "invoice.updated");
}

/** The invoice marked as paid now. */
export function asPaid(tx: StripeTx, invoice: Invoice): Invoice {
  return {
    ...invoice,
    status: "paid",
    next_payment_attempt: null,
    status_transitions: { ...invoice.status_transitions, paid_at: tx.now },
  };
}

/** Counts a failed attempt on the invoice that the intent pays, if any. */
export function failInvoicePayment(tx: StripeTx, intent: PaymentIntent): void {
  const payment = paymentOf(tx, intent.id);
  const invoice = payment === undefined ? undefined : tx.get("invoice", payment.invoice);
  if (invoice === undefined) return;
  const failed = { ...invoice, attempted: true, attempt_count: invoice.attempt_count + 1 };
  saveInvoice(tx, failed, "invoice.payment_failed", "invoice.updated");
}

/** Cancels the invoice payment of a canceled intent, if any. */
export function cancelInvoicePayment(tx: StripeTx, intent: PaymentIntent): void {
  const payment = paymentOf(tx, intent.id);
  if (payment === undefined || payment.status !== "open") return;
  tx.put("invoice_payment", {
    ...payment,
    status: "canceled",
    status_transitions: { canceled_at: tx.now, paid_at: null },
  });
}

/** Cancels what is still open when the invoice is voided. */
export function cancelOpenPayments(tx: StripeTx, invoice: Invoice): void {
  for (const payment of paymentsOf(tx, invoice.id)) {
    const intent = tx.get("payment_intent", payment.payment.payment_intent);
    if (payment.status !== "open" || intent === undefined) continue;
    if (intent.status === "processing") continue;
    const canceled = tx.put("payment_intent", {
      ...intent,
      status: "canceled",
      canceled_at: tx.now,
      cancellation_reason: "void_invoice",
    });
    tx.emit("payment_intent.canceled", canceled);
    cancelInvoicePayment(tx, canceled);
  }
}
