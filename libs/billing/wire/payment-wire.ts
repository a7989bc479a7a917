import { z } from "zod";
import { formatMoney } from "#libs/core/money/money.ts";
import { publicId } from "#libs/core/public-id.ts";
import type { AttemptState } from "#libs/data/payment-attempts.ts";
import type { PaymentView } from "#libs/data/payment-reads.ts";
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
    failure: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
    next_attempt_at: z.iso.datetime().nullable().describe("When it is tried again by itself"),
    received_at: z.iso.datetime().nullable(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: "Payment" });

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
