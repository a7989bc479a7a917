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
import { type StripeEventFacts, verifyStripeEvent } from "#libs/platform/stripe/stripe-payments.ts";
import { appliedTypes, inboxLooks } from "./stripe-event-types.ts";

/** Makes the job that applies a message; `look`: how often it was looked at in vain before. */
export type SeedApply = (message: {
  readonly account: string;
  readonly eventId: string;
  readonly look: number;
}) => JobSeed;

type Message = InboxKey & EventOwner & { readonly attempts: number };

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
  return storeStripeEvent(database, { ...input, event, payload: input.rawBody.toString("utf8") });
}

/** Keeps a message that is surely Stripe's, once, and writes the job that applies it. */
export async function storeStripeEvent(
  database: Database,
  input: {
    readonly event: StripeEventFacts;
    readonly payload: string;
    readonly account: string;
    readonly seed: SeedApply;
  },
): Promise<{ readonly eventId: string; readonly state: "received" | "ignored" | "duplicate" }> {
  const { event, payload } = input;
  // A platform's endpoint is told about its connected accounts too: those are other accounts.
  const account = input.account === "" ? (event.account ?? "") : input.account;
  const isForeign = event.account !== null && event.account !== account;
  const key = { provider: "stripe", account, eventId: event.id };
  const state = appliedTypes.has(event.type) && !isForeign ? "received" : "ignored";
  const { type, objectId, createdAt } = event;
  const isNew = await withSystem(database, (db) =>
    insertInboxMessage(db, { ...key, type, objectId, payload, state, createdAt }),
  );
  if (isNew && state === "received") {
    await dispatch(database, { ...key, ...event.owner, attempts: 0 }, input.seed);
  }
  return { eventId: event.id, state: isNew ? state : "duplicate" };
}

/** Finds whose the message is and writes its job; false while nobody knows. Safe to repeat. */
async function dispatch(database: Database, message: Message, seed: SeedApply): Promise<boolean> {
  const tenantId = await withSystem(database, async (db) => {
    const found = await findTenantOfObject(db, message);
    if (found === null) await missInboxMessage(db, message, inboxLooks);
    else await assignInboxMessage(db, message, found);
    return found;
  });
  if (tenantId === null) return false;
  await withTenant(database, { tenantId, actor: "webhook:stripe" }, (tx) =>
    insertJobs(tx, [seed({ account: message.account, eventId: message.eventId, look: message.attempts })]),
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
      attempts: row.attempts,
      ...ownerOfObject(objectOfEvent(row.payload)),
    };
    if (await dispatch(database, message, options.seed)) dispatched += 1;
  }
  return dispatched;
}
