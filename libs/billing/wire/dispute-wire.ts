import { z } from "zod";
import { formatMoney } from "#libs/core/money/money.ts";
import { disputeStates } from "#libs/core/payment/dispute-state.ts";
import { publicId } from "#libs/core/public-id.ts";
import type { DisputeRow } from "#libs/data/disputes.ts";
import { nullableTimestamp, timestampToWire } from "./wire-values.ts";

export const disputeStatus = z.enum(disputeStates);

export const disputeWire = z
  .strictObject({
    id: z.string(),
    payment: z.string(),
    invoice: z.string(),
    customer: z.string(),
    status: disputeStatus.describe(
      "warning_...: nothing is taken yet; lost: the money is gone, and is written off",
    ),
    amount: z.string().describe("Major units with the currency's decimals"),
    currency: z.string(),
    reason: z.string().nullable(),
    provider: z.string(),
    provider_id: z.string(),
    evidence_due_at: z.iso.datetime().nullable(),
    closed_at: z.iso.datetime().nullable(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: "Dispute" });

export function disputeToWire(row: DisputeRow): z.infer<typeof disputeWire> {
  return {
    id: publicId("dispute", row.id),
    payment: publicId("payment", row.payment_id),
    invoice: publicId("invoice", row.invoice_id),
    customer: publicId("customer", row.customer_id),
    status: row.state,
    amount: formatMoney({ minor: row.amount_minor, currency: row.currency }),
    currency: row.currency,
    reason: row.reason,
    provider: row.provider,
    provider_id: row.provider_id,
    evidence_due_at: nullableTimestamp(row.evidence_due_at),
    closed_at: nullableTimestamp(row.closed_at),
    created_at: timestampToWire(row.created_at),
    updated_at: timestampToWire(row.updated_at),
  };
}
