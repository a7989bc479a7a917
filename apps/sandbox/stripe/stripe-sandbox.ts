import type { Faults } from "../faults.ts";
import type { HttpHandler } from "../http/http-exchange.ts";
import type { Journal } from "../journal.ts";
import type { SandboxClock } from "../sandbox-clock.ts";
import { settlePaymentIntent } from "./charge-payment.ts";
import { createIdempotencyKeys } from "./idempotency.ts";
import { rowOf } from "./stripe-route.ts";
import { answerStripe } from "./stripe-server.ts";
import { type CommitRecord, openStripeStore, type StripeTx } from "./stripe-store.ts";
import { settleRefund } from "./refunds.ts";
import { type laterStatuses, moveDispute, openDispute, type openStatuses } from "./disputes.ts";
import type { Dispute, PaymentIntent, Refund, StripeEvent } from "./stripe-tables.ts";
import { createWebhookDeliveries, type Resend, type WebhookEndpoint } from "./webhook-deliveries.ts";

export type StripeSandbox = {
  readonly handle: HttpHandler;
  /** Ends a processing bank debit. @throws StripeError */
  readonly settle: (paymentIntentId: string, succeeds: boolean) => PaymentIntent;
  /** Ends a refund, also one that had succeeded. @throws StripeError */
  readonly settleRefund: (refundId: string, succeeds: boolean) => Refund;
  /** The payer's bank questions a payment. @throws StripeError */
  readonly openDispute: (paymentIntentId: string, status: (typeof openStatuses)[number]) => Dispute;
  /** Moves a dispute on. @throws StripeError */
  readonly moveDispute: (disputeId: string, status: (typeof laterStatuses)[number]) => Dispute;
  /** Delivers an event once more. @throws StripeError resource_missing */
  readonly resend: (eventId: string, as: Resend) => Promise<{ readonly status: number | null }>;
  readonly pendingWebhooks: () => number;
  /** How many rows of each kind there are, for the start page. */
  readonly counts: () => Readonly<Record<string, number>>;
  readonly close: () => void;
};

type StripeSandboxDeps = {
  readonly dataDir: string;
  /** Whose this Stripe is; "" for the one of every key that names none. */
  readonly account: string;
  readonly clock: SandboxClock;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly endpoint: () => WebhookEndpoint | undefined;
  readonly report: (error: unknown) => void;
};

/** Opens the Stripe part on its log; undelivered events go out again. */
export function openStripeSandbox(deps: StripeSandboxDeps): StripeSandbox {
  const { clock, faults, journal, endpoint, report } = deps;
  const keys = createIdempotencyKeys();
  const store = openStripeStore(deps.dataDir, (record) => {
    if (record.answer !== null) keys.remember(record.answer);
    if (record.journal !== null) journal.record(record.journal);
  });
  const deliveries = createWebhookDeliveries({
    endpoint,
    faults,
    journal,
    nowSeconds: clock.nowSeconds,
    onOutcome: (event, outcome) => {
      change(({ put }) => {
        put("webhook_outcome", { id: event.id, outcome });
        if (outcome === "delivered") put("event", { ...event, pending_webhooks: 0 });
      });
    },
  });
  const commit = (record: CommitRecord): void => {
    store.commit(record);
    for (const { table, row } of record.writes) {
      if (table === "event" && row !== null && (row as StripeEvent).pending_webhooks > 0)
        deliveries.enqueue(row as StripeEvent);
    }
  };
  const change = <T>(work: (tx: StripeTx) => T): T => {
    const { tx, writes } = store.begin(clock.nowSeconds(), {
      id: null,
      idempotencyKey: null,
      hasWebhooks: endpoint() !== undefined,
    });
    const result = work(tx);
    if (writes().length > 0) commit({ writes: writes(), answer: null, journal: null });
    return result;
  };
  for (const event of change(undeliveredEvents)) deliveries.enqueue(event);
  const server = {
    account: deps.account,
    store,
    keys,
    clock,
    faults,
    journal,
    commit,
    report,
    hasWebhooks: () => endpoint() !== undefined,
  };
  return {
    handle: (request) => answerStripe(server, request),
    settle: (id, succeeds) =>
      change((tx) => settlePaymentIntent(tx, rowOf(tx, "payment_intent", id, "id"), succeeds)),
    settleRefund: (id, succeeds) => change((tx) => settleRefund(tx, rowOf(tx, "refund", id, "id"), succeeds)),
    openDispute: (id, status) =>
      change((tx) => openDispute(tx, rowOf(tx, "payment_intent", id, "id"), status)),
    moveDispute: (id, status) => change((tx) => moveDispute(tx, rowOf(tx, "dispute", id, "id"), status)),
    resend: (id, as) =>
      deliveries.resend(
        change((tx) => rowOf(tx, "event", id, "id")),
        as,
      ),
    pendingWebhooks: deliveries.pending,
    counts: () => change(countRows),
    close: deliveries.close,
  };
}

function undeliveredEvents(tx: StripeTx): StripeEvent[] {
  return tx
    .all("event")
    .filter((event) => event.pending_webhooks > 0 && tx.get("webhook_outcome", event.id) === undefined);
}

function countRows(tx: StripeTx): Readonly<Record<string, number>> {
  const shown = ["customer", "invoice", "payment_intent", "refund", "event"] as const;
  return Object.fromEntries(shown.map((table) => [`${table}s`, tx.all(table).length]));
}
