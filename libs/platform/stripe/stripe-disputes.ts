import type Stripe from "stripe";
import { isRecord } from "./is-record.ts";

/** What a dispute says, amounts in Stripe's smallest unit as decimal strings. */
export type DisputeFacts = {
  readonly id: string;
  readonly status: string;
  readonly amount: string;
  /** ISO 4217, upper case. */
  readonly currency: string;
  readonly paymentIntentId: string | null;
  readonly reason: string;
  readonly evidenceDueAt: Date | null;
};

/** The dispute inside a stored message, or null when it is about something else. */
export function disputeOfObject(object: unknown): DisputeFacts | null {
  if (!isRecord(object) || object["object"] !== "dispute") return null;
  // The signature was checked when the message was stored, so it has Stripe's own shape.
  const dispute = object as unknown as Stripe.Dispute;
  const { payment_intent: intent, evidence_details: evidence } = dispute;
  const dueSeconds = evidence?.due_by ?? null;
  return {
    id: dispute.id,
    status: dispute.status,
    amount: String(dispute.amount),
    currency: dispute.currency.toUpperCase(),
    paymentIntentId: typeof intent === "string" ? intent : (intent?.id ?? null),
    reason: dispute.reason,
    evidenceDueAt: dueSeconds === null ? null : new Date(dueSeconds * 1_000),
  };
}
