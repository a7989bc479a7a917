import type { JobSeed } from "#libs/core/events.ts";
import { type Database, withSystem, withTenant } from "#libs/data/database.ts";
import { insertJobs } from "#libs/data/jobs.ts";
import { findTenantOfObject } from "#libs/data/provider-objects.ts";
import {
  assignInboxMessage,
  type InboxKey,
  insertInboxMessage,
  listWaitingMessages,
  missInboxMessage,
} from "#libs/data/webhook-inbox.ts";
import { type EventOwner, objectOfEvent, ownerOfObject } from "#libs/platform/stripe/stripe-event.ts";
import { verifyStripeEvent } from "#libs/platform/stripe/stripe-payments.ts";

/** Makes the job that applies a message. */
export type SeedApply = (message: { readonly account: string; readonly eventId: string }) => JobSeed;

/** What changes something here; the rest is kept and left alone. */
const appliedTypes: ReadonlySet<string> = new Set([
  "payment_intent.succeeded",
  "payment_intent.payment_failed",
  "payment_intent.processing",
  "payment_intent.canceled",
  "refund.created",
  "refund.updated",
  "refund.failed",
  "charge.refund.updated",
  "charge.dispute.created",
  "charge.dispute.updated",
  "charge.dispute.closed",
  "charge.dispute.funds_withdrawn",
  "charge.dispute.funds_reinstated",
]);
/** How often the sweep looks for the owner of a message before it is set aside. */
const looks = 200;

type Message = InboxKey & EventOwner;

/**
 * Takes a webhook of Stripe: checks its signature over the raw body, stores it once, and, when that is committed,
 * writes the job that applies it. Applies nothing itself. A message whose tenant is not known yet waits for `sweepInbox`.
 * @param input.account "" for the installation's own account, else the tenant's own account at Stripe
 * @throws DomainError webhook_signature_invalid
 */
export async function receiveStripeWebhook(
  database: Database,
  input: {
    readonly rawBody: Buffer;
    readonly signature: string | null;
    readonly secret: string;
    readonly account: string;
    readonly seed: SeedApply;
  },
): Promise<{ readonly eventId: string; readonly state: "received" | "ignored" | "duplicate" }> {
  const event = verifyStripeEvent(input);
  const key = { provider: "stripe", account: input.account, eventId: event.id };
  const isApplied = appliedTypes.has(event.type);
  const isNew = await withSystem(database, (db) =>
    insertInboxMessage(db, {
      ...key,
      type: event.type,
      objectId: event.objectId,
      payload: input.rawBody.toString("utf8"),
      state: isApplied ? "received" : "ignored",
      createdAt: event.createdAt,
    }),
  );
  if (isNew && isApplied) {
    await dispatch(database, { ...key, ...event.owner }, input.seed);
  }
  return { eventId: event.id, state: isNew ? (isApplied ? "received" : "ignored") : "duplicate" };
}

/** Finds whose the message is and writes its job; false while nobody knows. Safe to repeat. */
async function dispatch(database: Database, message: Message, seed: SeedApply): Promise<boolean> {
  const tenantId = await withSystem(database, async (db) => {
    const found = await findTenantOfObject(db, message);
    if (found === null) await missInboxMessage(db, message, looks);
    else await assignInboxMessage(db, message, found);
    return found;
  });
  if (tenantId === null) return false;
  await withTenant(database, { tenantId, actor: "webhook:stripe" }, (tx) =>
    insertJobs(tx, [seed({ account: message.account, eventId: message.eventId })]),
  );
  return true;
}

/**
 * Writes the jobs of messages that a crash left without one, or whose owner was not known when they came.
 * @returns how many messages have a job now
 */
export async function sweepInbox(
  database: Database,
  options: { readonly seed: SeedApply; readonly olderThanMs: number; readonly limit?: number },
): Promise<number> {
  const waiting = await withSystem(database, (db) =>
    listWaitingMessages(db, options.olderThanMs, options.limit ?? 200),
  );
  let dispatched = 0;
  for (const row of waiting) {
    const message = {
      provider: row.provider,
      account: row.account,
      eventId: row.event_id,
      ...ownerOfObject(objectOfEvent(row.payload)),
    };
    if (await dispatch(database, message, options.seed)) dispatched += 1;
  }
  return dispatched;
}
