import { domainError } from "#libs/core/errors.ts";
import { disputePostings } from "#libs/core/ledger/postings.ts";
import { fromStripeAmount } from "#libs/core/money/stripe-minor-units.ts";
import {
  disputeOutcomes,
  type DisputeState,
  disputeStates,
  isDisputeClosed,
  nextDisputeState,
} from "#libs/core/payment/dispute-state.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { findDispute, saveDispute } from "#libs/data/disputes.ts";
import { emitEvents } from "#libs/data/domain-events.ts";
import { postLedger } from "#libs/data/ledger.ts";
import { lockPayableInvoice } from "#libs/data/payments.ts";
import { findPaidPayment } from "#libs/data/refunds.ts";
import type { DisputeFacts } from "#libs/platform/stripe/stripe-disputes.ts";

/**
 * Brings our side to what a dispute says: its row, and what it did to the money, each posted once. States only go forward,
 * so messages may come twice and in any order. `unknown`: no payment of ours has its PaymentIntent (yet).
 */
export async function applyDispute(tx: TenantTx, facts: DisputeFacts): Promise<"applied" | "unknown"> {
  const told = disputeStates.find((state) => state === facts.status);
  if (told === undefined)
    throw domainError("webhook_object_unknown", `dispute ${facts.id} is "${facts.status}"`);
  const by = { provider: "stripe", providerId: facts.paymentIntentId ?? "" };
  const payment = await findPaidPayment(tx, by);
  if (payment === null) return "unknown";
  await lockPayableInvoice(tx, payment.invoice_id);
  const before = await findDispute(tx, facts.id);
  const state = before === null ? told : nextDisputeState(before.state, told);
  if (before !== null && state !== told) return "applied";
  const amountMinor = before?.amount_minor ?? fromStripeAmount(BigInt(facts.amount), facts.currency).minor;
  await saveDispute(tx, {
    ...{ paymentId: payment.id, providerId: facts.id, state, amountMinor },
    ...{ reason: facts.reason, evidenceDueAt: facts.evidenceDueAt, isClosed: isDisputeClosed(state) },
  });
  const { currency } = payment;
  await postLedger(
    tx,
    disputeOutcomes(state).map((outcome) => ({
      ...{ kind: `dispute.${outcome}`, ref: `stripe:${facts.id}` },
      ...{ customerId: payment.customer_id, invoiceId: payment.invoice_id },
      postings: disputePostings({ provider: "stripe", currency, amountMinor, outcome }),
    })),
  );
  if (state !== before?.state) await emitMoved(tx, facts.id, before?.state ?? null, state);
  return "applied";
}

async function emitMoved(
  tx: TenantTx,
  providerId: string,
  from: DisputeState | null,
  state: DisputeState,
): Promise<void> {
  const dispute = await findDispute(tx, providerId);
  if (dispute === null) return;
  const type =
    from === null ? "dispute.opened" : isDisputeClosed(state) ? "dispute.closed" : "dispute.updated";
  const data = { invoice_id: dispute.invoice_id, payment_id: dispute.payment_id, state };
  await emitEvents(tx, [{ type, subjectType: "dispute", subjectId: dispute.id, data }]);
}
