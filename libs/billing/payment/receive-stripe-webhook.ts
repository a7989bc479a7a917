import type { JobSeed } from "#libs/core/events.ts";
import { type Database, withSystem, withSystemSql, withTenant } from "#libs/data/database.ts";
import { gatherCalls } from "#libs/data/gather-calls.ts";
import { insertJobs } from "#libs/data/jobs.ts";
import { findTenantsOfObjects } from "#libs/data/provider-objects.ts";
import {
  assignInboxMessage,
  type InboxKey,
  insertInboxMessages,
  listWaitingMessages,
  missInboxMessage,
  type NewInboxMessage,
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
  const state = appliedTypes.has(event.type) && !isForeign ? "received" : "ignored";
  const { id: eventId, type, objectId, createdAt, owner } = event;
  const message = {
    provider: "stripe",
    account,
    eventId,
    type,
    objectId,
    payload,
    state,
    createdAt,
  } as const;
  const { isNew, tenantId } = await storeTogether(database, { message, owner });
  if (isNew && tenantId !== null) {
    await planTogether(database, { tenantId, seed: input.seed({ account, eventId, look: 0 }) });
  }
  return { eventId, state: isNew ? state : "duplicate" };
}

type Incoming = { readonly message: Omit<NewInboxMessage, "tenantId">; readonly owner: EventOwner };

/** What comes at the same time is stored in one transaction, each with the tenant whose it is as far as that is known. */
const storeTogether = gatherCalls<Incoming, { readonly isNew: boolean; readonly tenantId: string | null }>(
  (database, incoming) =>
    withSystemSql(database, async (db) => {
      const applied = incoming.filter(({ message }) => message.state === "received");
      const named = applied.map(({ message, owner }) => ({ account: message.account, ...owner }));
      const found = await findTenantsOfObjects(db, "stripe", named);
      const owners = new Map(applied.map((each, at) => [each, found[at] ?? null]));
      const tenantOf = (each: Incoming) => owners.get(each) ?? null;
      const messages = incoming.map((each) => ({ ...each.message, tenantId: tenantOf(each) }));
      const fresh = await insertInboxMessages(db, messages);
      return incoming.map((each, at) => ({ isNew: fresh[at] === true, tenantId: tenantOf(each) }));
    }),
);

/** The jobs of messages that were stored together, in one transaction for each tenant. */
const planTogether = gatherCalls<{ readonly tenantId: string; readonly seed: JobSeed }, void>(
  async (database, planned) => {
    for (const tenantId of new Set(planned.map((each) => each.tenantId))) {
      const seeds = planned.filter((each) => each.tenantId === tenantId).map(({ seed }) => seed);
      await withTenant(database, { tenantId, actor: "webhook:stripe" }, (tx) => insertJobs(tx, seeds));
    }
    return planned.map(() => undefined);
  },
);

/** Finds whose a message is that waits, and writes its job; false while nobody knows. Safe to repeat. */
async function dispatch(database: Database, message: Message, seed: SeedApply): Promise<boolean> {
  const tenantId = await withSystemSql(database, async (db) => {
    const [found = null] = await findTenantsOfObjects(db, message.provider, [message]);
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
