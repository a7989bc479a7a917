import { paymentPostings } from "#libs/core/ledger/postings.ts";
import type { Money } from "#libs/core/money/money.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { emitEvents, type NewEvent } from "#libs/data/domain-events.ts";
import { clearUncollectible } from "#libs/data/invoice-ends.ts";
import { leftToPay } from "#libs/data/left-to-pay.ts";
import { postLedger } from "#libs/data/ledger.ts";
import {
  insertOverpaymentCredit,
  insertPayment,
  type PayableInvoice,
  readPaymentState,
} from "#libs/data/payments.ts";
import { cancelReminders } from "#libs/data/reminders.ts";

/**
 * Writes money that was received: payment, ledger, and invoice.paid when nothing is left, all in this transaction. What
 * is more than the invoice asked for becomes the customer's credit; what had been written off is recovered, and once
 * nothing is left the invoice is no longer uncollectible. The invoice must be locked. Safe to repeat for money that has a
 * provider's id.
 * @returns the payment's id; null when it is known already
 */
export async function recordPayment(
  tx: TenantTx,
  invoice: PayableInvoice,
  payment: {
    readonly provider: string;
    readonly providerId: string | null;
    readonly attemptId: string | null;
    readonly method: string;
    readonly reference: string | null;
    readonly amount: Money;
  },
): Promise<string | null> {
  const { minor, currency } = payment.amount;
  const open = invoice.invoice_status === "finalized" ? leftToPay(invoice) : 0n;
  const applied = minor < open ? minor : open > 0n ? open : 0n;
  const overpaid = minor - applied;
  const paymentId = await insertPayment(tx, {
    ...payment,
    invoiceId: invoice.id,
    customerId: invoice.customer_id,
    amountMinor: minor,
    overpaidMinor: overpaid,
    currency,
  });
  if (paymentId === null) return null;
  const ref = payment.providerId === null ? paymentId : `${payment.provider}:${payment.providerId}`;
  const posted = await postLedger(tx, [
    {
      kind: "payment.succeeded",
      ref,
      customerId: invoice.customer_id,
      invoiceId: invoice.id,
      postings: paymentPostings({
        provider: payment.provider,
        currency,
        amountMinor: minor,
        overpaidMinor: overpaid,
        recoveredMinor: invoice.uncollectible_at === null ? 0n : applied,
      }),
    },
  ]);
  if (posted === 1 && overpaid > 0n) {
    await insertOverpaymentCredit(tx, {
      customerId: invoice.customer_id,
      currency,
      amountMinor: overpaid,
      paymentId,
      reason: `Paid more than ${invoice.number ?? invoice.id} asked for`,
    });
  }
  if (applied > 0n && invoice.uncollectible_at !== null) await recover(tx, invoice, paymentId, applied);
  await emitPaid(tx, invoice, paymentId, payment.provider);
  return paymentId;
}

async function recover(
  tx: TenantTx,
  invoice: PayableInvoice,
  paymentId: string,
  recoveredMinor: bigint,
): Promise<void> {
  const leftMinor = leftToPay(invoice) - recoveredMinor;
  if (leftMinor <= 0n) await clearUncollectible(tx, invoice.id);
  await writeAudit(tx, {
    action: "invoice.recover",
    targetType: "invoice",
    targetId: invoice.id,
    before: { uncollectibleAt: invoice.uncollectible_at },
    after: { paymentId, recoveredMinor, stillWrittenOffMinor: leftMinor > 0n ? leftMinor : 0n },
  });
}

async function emitPaid(
  tx: TenantTx,
  before: PayableInvoice,
  paymentId: string,
  provider: string,
): Promise<void> {
  const after = await readPaymentState(tx, before.id);
  const events: NewEvent[] = [
    {
      type: "payment.succeeded",
      subjectType: "payment",
      subjectId: paymentId,
      data: { invoice_id: before.id, provider },
    },
  ];
  if (before.payment_status !== "succeeded" && after.payment_status === "succeeded") {
    await cancelReminders(tx, before.id);
    events.push({ type: "invoice.paid", subjectType: "invoice", subjectId: before.id });
  }
  await emitEvents(tx, events);
}
