import { domainError } from "#libs/core/errors.ts";
import { money, type Money, parseMoney } from "#libs/core/money/money.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { leftToPay } from "#libs/data/left-to-pay.ts";
import { findAttempt, findOpenAttempt, insertEndedAttempt } from "#libs/data/payment-attempts.ts";
import { listPayments, lockPayableInvoice, type PayableInvoice } from "#libs/data/payments.ts";
import { failAttempt } from "./fail-attempt.ts";
import { recordPayment } from "./record-payment.ts";

export type OutsidePayment = {
  readonly invoiceId: string;
  /** `failed`: a try outside brought nothing; `pending`: takes such a mark back. */
  readonly paymentStatus: "succeeded" | "failed" | "pending";
  /** Major units, such as "100.00"; unset: all that is left. */
  readonly amount?: string | undefined;
  /** Must be the invoice's when given. */
  readonly currency?: string | undefined;
  /** The payer's or bank's word for it; the same reference and amount count once per invoice. */
  readonly reference?: string | undefined;
};

/**
 * Records money that came past the payment provider (bank transfer, cheque, cash), or that such a try failed. A part of what
 * is left may be paid; what is more becomes the customer's credit. Ledger and invoice.paid follow in the same transaction.
 * @returns the payment's id; null when no payment was written
 * @throws DomainError invoice_not_found, invoice_not_finalized, invoice_already_paid, payment_in_progress,
 *   payment_amount_invalid, currency_mismatch, amount_syntax, amount_precision
 */
export async function recordOutsidePayment(
  tx: TenantTx,
  input: OutsidePayment,
): Promise<{ readonly paymentId: string | null }> {
  const invoice = await lockPayableInvoice(tx, input.invoiceId);
  if (invoice === null) throw domainError("invoice_not_found", `no invoice ${input.invoiceId}`);
  if (invoice.invoice_status !== "finalized") {
    throw domainError(
      "invoice_not_finalized",
      `the invoice is ${invoice.invoice_status}; only a finalized one can be paid`,
    );
  }
  const amount = readAmount(invoice, input);
  const known = input.paymentStatus === "succeeded" ? await findKnown(tx, input, amount) : null;
  if (known !== null) return { paymentId: known };
  const left = leftToPay(invoice);
  if (left <= 0n) throw domainError("invoice_already_paid", `nothing is left to pay on ${invoice.number}`);
  if ((await findOpenAttempt(tx, invoice.id)) !== null) {
    throw domainError(
      "payment_in_progress",
      "a payment by the saved method is under way; wait until it ends",
    );
  }
  if (input.paymentStatus !== "succeeded") {
    await markOutside(tx, invoice, input.paymentStatus, amount, input.reference ?? null);
    return { paymentId: null };
  }
  const paymentId = await recordPayment(tx, invoice, {
    provider: "manual",
    providerId: null,
    attemptId: null,
    method: "manual",
    reference: input.reference ?? null,
    amount,
  });
  return { paymentId };
}

function readAmount(invoice: PayableInvoice, input: OutsidePayment): Money {
  const { currency } = invoice;
  if (input.currency !== undefined && input.currency !== currency) {
    throw domainError("currency_mismatch", `the invoice is in ${currency}, the payment in ${input.currency}`);
  }
  if (input.amount === undefined) {
    return money(leftToPay(invoice), currency);
  }
  const amount = parseMoney(input.amount, currency);
  if (amount.minor <= 0n) {
    throw domainError("payment_amount_invalid", `a payment is more than 0, got "${input.amount}"`);
  }
  return amount;
}

async function findKnown(tx: TenantTx, input: OutsidePayment, amount: Money): Promise<string | null> {
  if (input.reference === undefined) return null;
  const payments = await listPayments(tx, input.invoiceId);
  const same = payments.find(
    (payment) =>
      payment.provider === "manual" &&
      payment.reference === input.reference &&
      (input.amount === undefined || payment.amount_minor === amount.minor),
  );
  return same?.id ?? null;
}

/** The newest attempt decides the status that is shown, so a mark is an attempt that ended. */
async function markOutside(
  tx: TenantTx,
  invoice: PayableInvoice,
  status: "failed" | "pending",
  amount: Money,
  reference: string | null,
): Promise<void> {
  if (status === "pending" && invoice.payment_status === "pending") return;
  const id = await insertEndedAttempt(tx, {
    invoiceId: invoice.id,
    amountMinor: amount.minor,
    currency: invoice.currency,
    state: status === "failed" ? "failed" : "canceled",
    failureMessage: reference,
  });
  if (status === "pending") return;
  const attempt = await findAttempt(tx, { provider: "manual", attemptId: id, providerId: "" });
  if (attempt === null) return;
  const failure = { code: "failed_outside", message: reference ?? "reported from outside" };
  await failAttempt(tx, attempt, { state: "failed", providerId: null, failure, retry: false });
}
