/** What can happen; written in the transaction of the change, the catalog says which jobs it causes. */
export const eventTypes = [
  "customer.created",
  "meter.created",
  "billing_run.requested",
  "billing_run.chunk_due",
  "billing_run.completed",
  "billing_run.recovered",
  "invoice.generation_requested",
  "invoice.drafted",
  "invoice.draft_due",
  "invoice.refreshed",
  "invoice.finalized",
  "invoice.pdf_rendered",
  "invoice.pdf_stored",
  "invoice.stripe_synced",
  "invoice.emailed",
  "invoice.paid",
  "invoice.voided",
  "invoice.regenerated",
  "invoice.marked_uncollectible",
  "invoice.send_requested",
  "invoice.reminder_due",
  "invoice.reminded",
  "invoice.overdue",
  "credit.granted",
  "credit.expired",
  "credit_note.issued",
  "credit_note.voided",
  "invoice.payment_requested",
  "stripe.look_requested",
  "payment.succeeded",
  "payment.failed",
  "payment_link.revoked",
  "refund.requested",
  "refund.succeeded",
  "refund.failed",
  "dispute.opened",
  "dispute.updated",
  "dispute.closed",
  "subscription.created",
  "subscription.changed",
  "subscription.canceled",
  "subscription.reactivated",
  "subscription.parked",
  "subscription.paused",
  "subscription.resumed",
  "usage.recount_due",
  "usage.settlement_due",
  "event_import.requested",
  "reconciliation.requested",
  "test_clock.advance_requested",
  "webhook_endpoint.tested",
  "webhook_endpoint.disabled",
  "webhook_delivery.due",
] as const;

export type EventType = (typeof eventTypes)[number];

export type SubjectType =
  | "customer"
  | "meter"
  | "billing_run"
  | "invoice"
  | "payment"
  | "refund"
  | "dispute"
  | "subscription"
  | "credit_grant"
  | "credit_note"
  | "test_clock"
  | "event_import"
  | "reconciliation"
  | "webhook_endpoint"
  | "webhook_delivery"
  | "tenant";

/** One fact about one subject. `data` holds ids and words, never money as a number. */
export type DomainEvent = {
  readonly id: string;
  readonly tenantId: string;
  readonly type: EventType;
  readonly subjectType: SubjectType;
  readonly subjectId: string;
  readonly data: Readonly<Record<string, string | number | boolean | null | readonly string[]>>;
  readonly runId: string | null;
};

/** A job to be written beside the change that causes it. `key` is made of business facts and unique per tenant. */
export type JobSeed = {
  readonly name: string;
  readonly queue: string;
  readonly key: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** How often it may be tried over all dispatches before it is dead. */
  readonly attemptBudget: number;
  /** Not before this many milliseconds of database time from now. */
  readonly delayMs?: number;
};

/** The static catalog, seen from the writer: which jobs an event causes. */
export type Causes = (event: DomainEvent) => readonly JobSeed[];
