import { z } from "zod";
import { formatMoney } from "#libs/core/money/money.ts";
import { publicId } from "#libs/core/public-id.ts";
import type { AttemptState } from "#libs/data/payment-attempts.ts";
import type { PaymentView } from "#libs/data/payment-reads.ts";
import type { RefundRow } from "#libs/data/refunds.ts";
import { nullableTimestamp, timestampToWire } from "./wire-values.ts";

const amount = z.string().describe("Major units with the currency's decimals");

/** What a payment's state is called outside; `pending` waits for its payer or for us. */
export const paymentStatus = z.enum(["pending", "processing", "succeeded", "failed", "canceled"]);

export const paymentWire = z
  .strictObject({
    id: z.string(),
    invoice: z.string(),
    customer: z.string(),
    status: paymentStatus.describe(
      "processing: the provider has it in hand; a bank debit stays so for days. failed payments are tried again as new ones",
    ),
    amount: amount.describe("What was asked for; once it has succeeded, all that came"),
    amount_credited: amount.describe("The part that the invoice did not ask for: the customer's credit"),
    amount_refunded: amount.describe("Given back, or on its way back"),
    currency: z.string(),
    provider: z.string().describe("stripe, or manual for money that came past it"),
    provider_id: z.string().nullable(),
    method: z.string(),
    reference: z.string().nullable(),
    failure: z
      .strictObject({ code: z.string(), message: z.string() })
      .nullable()
      .describe(
        "Why it was declined. What is final (stolen_card, expired_card, do_not_try_again ...) is not tried again by itself; the payment link stays open",
      ),
    next_attempt_at: z.iso.datetime().nullable().describe("When it is tried again by itself"),
    received_at: z.iso.datetime().nullable(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: "Payment" });

const refundStatus = z
  .enum(["pending", "processing", "succeeded", "failed"])
  .describe("processing: it has left us, and a bank takes days; failed may follow even on succeeded");

export const refundWire = z
  .strictObject({
    id: z.string(),
    payment: z.string(),
    invoice: z.string(),
    status: refundStatus,
    amount,
    amount_credit_notes: amount.describe("Of it: pays out credit notes"),
    amount_credit: amount.describe("Of it: credit that the payment became, taken back"),
    amount_reopened: amount.describe("Of it: left to pay on the invoice again"),
    currency: z.string(),
    reason: z.string().nullable(),
    credit_note: z.string().nullable().describe("The credit note that asked for it"),
    provider: z.string(),
    provider_id: z.string().nullable(),
    failure: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
    paid_out_at: z.iso.datetime().nullable(),
    failed_at: z.iso.datetime().nullable(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: "Refund" });

/** One payment, with what went back of it. */
export const paymentDetailWire = paymentWire
  .extend({ refunds: z.array(refundWire) })
  .meta({ id: "PaymentDetail" });

export function refundToWire(row: RefundRow): z.infer<typeof refundWire> {
  const { currency, failure_code: code, failure_message: message } = row;
  const money = (minor: bigint) => formatMoney({ minor, currency });
  return {
    id: publicId("refund", row.id),
    payment: publicId("payment", row.payment_id),
    invoice: publicId("invoice", row.invoice_id),
    status: row.state,
    amount: money(row.amount_minor),
    amount_credit_notes: money(row.note_minor),
    amount_credit: money(row.credit_minor),
    amount_reopened: money(row.reopened_minor),
    currency,
    reason: row.reason,
    credit_note: row.credit_note_id === null ? null : publicId("credit_note", row.credit_note_id),
    provider: row.provider,
    provider_id: row.provider_id,
    failure: row.state === "failed" && code !== null ? { code, message: message ?? "" } : null,
    paid_out_at: nullableTimestamp(row.paid_out_at),
    failed_at: nullableTimestamp(row.failed_at),
    created_at: timestampToWire(row.created_at),
  };
}

export function paymentToWire(row: PaymentView): z.infer<typeof paymentWire> {
  const { currency } = row;
  const money = (minor: bigint) => formatMoney({ minor, currency });
  const { failure_code: code, failure_message: message } = row;
  const hasFailure = row.state !== "succeeded" && (code !== null || message !== null);
  return {
    id: publicId("payment", row.id),
    invoice: publicId("invoice", row.invoice_id),
    customer: publicId("customer", row.customer_id),
    status: row.state === "open" ? "pending" : row.state,
    amount: money(row.amount_minor),
    amount_credited: money(row.overpaid_minor),
    amount_refunded: money(row.refunded_minor),
    currency,
    provider: row.provider,
    provider_id: row.provider_id,
    method: row.method,
    reference: row.reference,
    failure: hasFailure ? { code: code ?? "failed_outside", message: message ?? "" } : null,
    next_attempt_at: row.state === "failed" ? nullableTimestamp(row.next_attempt_at) : null,
    received_at: nullableTimestamp(row.received_at),
    created_at: timestampToWire(row.created_at),
  };
}

export function parsePaymentStatus(status: z.infer<typeof paymentStatus>): AttemptState {
  return status === "pending" ? "open" : status;
}
