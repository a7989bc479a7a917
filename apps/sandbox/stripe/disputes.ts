import { randomId } from "../random-id.ts";
import { pageOf, readListParams } from "./list-page.ts";
import * as params from "./params.ts";
import { stateError } from "./stripe-error.ts";
import { answer, rowOfPath, type StripeRoute } from "./stripe-route.ts";
import type { StripeTx } from "./stripe-store.ts";
import type { Dispute, PaymentIntent } from "./stripe-tables.ts";

export const disputeRoutes: readonly StripeRoute[] = [
  {
    method: "GET",
    path: "/v1/disputes/:id",
    handle: (call) => {
      params.readParams(call.form, {});
      return answer(rowOfPath(call, "dispute"));
    },
  },
  {
    method: "GET",
    path: "/v1/disputes",
    handle: ({ tx, form, path }) => {
      const input = readListParams(form, {
        payment_intent: params.text(),
        charge: params.text(),
        created: params.timeRange,
      });
      const rows = tx
        .all("dispute")
        .reverse()
        .filter((row) => input.payment_intent === undefined || row.payment_intent === input.payment_intent)
        .filter((row) => input.charge === undefined || row.charge === input.charge)
        .filter((row) => input.created?.(row.created) ?? true);
      return answer(pageOf(path, rows, input));
    },
  },
];

export const openStatuses = ["warning_needs_response", "needs_response"] as const;
export const laterStatuses = ["warning_closed", "needs_response", "under_review", "won", "lost"] as const;

/** The payer's bank questions a payment; unless it is a warning, the money is withdrawn at once. @throws StripeError */
export function openDispute(
  tx: StripeTx,
  intent: PaymentIntent,
  status: (typeof openStatuses)[number],
): Dispute {
  const charge = intent.latest_charge === null ? undefined : tx.get("charge", intent.latest_charge);
  if (intent.status !== "succeeded" || charge === undefined || charge.disputed) {
    throw stateError(`PaymentIntent ${intent.id} has no successful charge that could be disputed.`);
  }
  const disputed = tx.put("charge", { ...charge, disputed: true });
  const dispute = tx.put("dispute", {
    id: randomId("du_"),
    object: "dispute",
    amount: disputed.amount - disputed.amount_refunded,
    balance_transactions: [],
    charge: charge.id,
    created: tx.now,
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: {} as Dispute["evidence"],
    intended_submission_method: "manual",
    evidence_details: {
      due_by: tx.now + 10 * 86_400,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: "not_submitted",
    },
    is_charge_refundable: status === "warning_needs_response",
    livemode: false,
    metadata: {},
    payment_intent: intent.id,
    reason: "fraudulent",
    status,
  });
  tx.emit("charge.dispute.created", dispute);
  if (status === "needs_response") tx.emit("charge.dispute.funds_withdrawn", dispute);
  return dispute;
}

/** The dispute goes on, or ends. @throws StripeError when it has ended */
export function moveDispute(tx: StripeTx, before: Dispute, status: (typeof laterStatuses)[number]): Dispute {
  if (["won", "lost", "warning_closed"].includes(before.status)) {
    throw stateError(`Dispute ${before.id} is ${before.status}.`);
  }
  const dispute = tx.put("dispute", { ...before, status });
  const isClosed = ["won", "lost", "warning_closed"].includes(status);
  tx.emit(isClosed ? "charge.dispute.closed" : "charge.dispute.updated", dispute);
  if (status === "won") tx.emit("charge.dispute.funds_reinstated", dispute);
  const charge = tx.get("charge", before.charge);
  if (charge !== undefined && (status === "won" || status === "warning_closed"))
    tx.put("charge", { ...charge, disputed: false });
  return dispute;
}
