import { domainError } from "#libs/core/errors.ts";
import { formatMoney, money, parseMoney } from "#libs/core/money/money.ts";
import { stripeAmount } from "#libs/core/money/stripe-minor-units.ts";
import { decideRefund } from "#libs/core/payment/decide-refund.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import { lockGrantOfPayment, takeGrantOfPayment } from "#libs/data/credits.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { emitEvents } from "#libs/data/domain-events.ts";
import { lockPayableInvoice } from "#libs/data/payments.ts";
import { findPaymentView } from "#libs/data/payment-reads.ts";
import { findPaidPayment, insertRefund, type PaidPayment, readRefundable } from "#libs/data/refunds.ts";
import { advanceRefund } from "./advance-refund.ts";

export type NewRefund = {
  readonly paymentId: string;
  /** Major units; unset: all that can go back. */
  readonly amount?: string | undefined;
  readonly reason?: string | undefined;
  /** The money went back past the provider: it is only recorded. Always so for money that came past it. */
  readonly outside?: boolean | undefined;
};

/**
 * Gives a payment back, whole or in part: what credit notes of its invoice owe first, then credit that it became and nobody
 * used, and what is more leaves the invoice to pay again. Through Stripe a job makes it; from outside it is done at once.
 * @returns the refund's id
 * @throws DomainError payment_not_found, payment_not_succeeded, refund_exceeds_payment, refund_amount_invalid,
 *   amount_syntax, amount_precision, stripe_amount_inexpressible
 */
export async function requestRefund(tx: TenantTx, input: NewRefund): Promise<string> {
  const payment = await requirePaid(tx, input.paymentId);
  await lockPayableInvoice(tx, payment.invoice_id);
  const wanted = input.amount === undefined ? null : parseMoney(input.amount, payment.currency).minor;
  return writeRefund(tx, { payment, wantedMinor: wanted, creditNoteId: null, ...input });
}

/** The invoice of the payment must be locked. @throws as `requestRefund` */
export async function writeRefund(
  tx: TenantTx,
  input: {
    readonly payment: PaidPayment;
    /** Null: all that can go back. */
    readonly wantedMinor: bigint | null;
    /** The note that asked for it. */
    readonly creditNoteId: string | null;
    readonly reason?: string | undefined;
    readonly outside?: boolean | undefined;
  },
): Promise<string> {
  const { payment } = input;
  const grant = await lockGrantOfPayment(tx, payment.id);
  const parts = decideRefund(await readRefundable(tx, payment, grant?.left_minor ?? 0n), input.wantedMinor);
  const provider = input.outside === true ? "manual" : payment.provider;
  if (provider === "stripe") stripeAmount(money(parts.amountMinor, payment.currency));
  const { creditNoteId, reason = null } = input;
  const id = await insertRefund(tx, {
    ...{ ...parts, paymentId: payment.id, provider, providerId: null, reason, creditNoteId },
  });
  if (parts.creditMinor > 0n) await takeGrantOfPayment(tx, payment.id, parts.creditMinor);
  await writeAudit(tx, {
    action: "refund.create",
    targetType: "refund",
    targetId: id,
    after: { ...parts, payment_id: payment.id, provider, reason, credit_note_id: creditNoteId },
  });
  if (provider === "manual") {
    await advanceRefund(tx, id, { state: "succeeded", providerId: null, failure: null });
    return id;
  }
  const amount = formatMoney({ minor: parts.amountMinor, currency: payment.currency });
  const data = { invoice_id: payment.invoice_id, payment_id: payment.id, amount, currency: payment.currency };
  await emitEvents(tx, [{ type: "refund.requested", subjectType: "refund", subjectId: id, data }]);
  return id;
}

async function requirePaid(tx: TenantTx, paymentId: string): Promise<PaidPayment> {
  const paid = await findPaidPayment(tx, { id: paymentId });
  if (paid !== null) return paid;
  const tried = await findPaymentView(tx, paymentId);
  if (tried === null) throw domainError("payment_not_found", "There is no such payment.");
  throw domainError(
    "payment_not_succeeded",
    `The payment is ${tried.state === "open" ? "pending" : tried.state}: only money that came can go back.`,
  );
}
