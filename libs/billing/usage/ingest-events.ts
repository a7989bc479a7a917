import { domainError } from "#libs/core/errors.ts";
import { identityKey, splitRepeats } from "#libs/core/usage/event-identity.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { findContentHashes, insertUsageEvents, type MeterContribution } from "#libs/data/usage-events.ts";
import { loadUsageMeters, type StoredMeter } from "#libs/data/usage-meters.ts";
import { findCustomers, findSubscriptions } from "#libs/data/usage-references.ts";
import { type EventReferences, type ResolvedEvent, resolveEvent } from "./resolve-event.ts";
import type { EventRefusal, UsageEventInput } from "./usage-event-input.ts";

/** The answer to a batch: every event is either accepted, a duplicate, refused or a conflict. */
export type IngestAnswer = {
  /** Stored now, the unresolved ones among them. */
  readonly accepted: number;
  /** Stored before with the same content, or twice in this batch. */
  readonly duplicates: number;
  /** Of the accepted: kept, and counted when their customer or meter appears. */
  readonly unresolved: number;
  readonly rejected: readonly EventRefusal[];
  /** Same identity, other content: the stored event stands. */
  readonly conflicts: readonly EventConflict[];
};

export type EventConflict = {
  readonly index: number;
  readonly id: string;
  readonly source: string;
  readonly code: "event_conflict";
  readonly message: string;
};

/** Of one request. */
export const EVENTS_MAX = 10_000;

/** Of one transaction: more save nothing, and hold locks for longer. */
export const BATCH_MAX = 20_000;

/**
 * Stores a batch of usage events: deduplicated by (source, id), added to their hourly buckets in the same statement,
 * durable when the transaction commits. Bad events do not keep good ones out.
 * @param refused events that were refused before, to be told in the same answer
 * @throws `body_too_large` above 20,000 events
 */
export async function ingestEvents(
  tx: TenantTx,
  events: readonly UsageEventInput[],
  refused: readonly EventRefusal[] = [],
): Promise<IngestAnswer> {
  if (events.length > BATCH_MAX) {
    throw domainError("body_too_large", `up to ${BATCH_MAX} events at a time, got ${events.length}`);
  }
  const known = await loadReferences(tx, events);
  const rejected = [...refused];
  const resolved: ResolvedEvent[] = [];
  for (const input of events) {
    const outcome = resolveEvent(input, known);
    if ("refused" in outcome) rejected.push(outcome.refused);
    else resolved.push(outcome.resolved);
  }
  const { first: batch, again } = splitRepeats(resolved, (each) => each.event);
  const stored = await insertUsageEvents(
    tx,
    batch.map((each) => each.event),
    batch.flatMap(placedContributions),
  );
  const waiting = [...batch.filter((_, place) => !stored.has(place)), ...again];
  const { duplicates, conflicts } = await compareWithStored(tx, batch, stored, waiting);
  const unresolved = batch.filter(
    (each, place) => stored.has(place) && each.event.unresolved !== null,
  ).length;
  rejected.sort((a, b) => a.index - b.index);
  return { accepted: stored.size, duplicates, unresolved, rejected, conflicts };
}

function placedContributions(each: ResolvedEvent, place: number): MeterContribution[] {
  return each.contributions.map((contribution) => ({ event: place, ...contribution }));
}

async function loadReferences(tx: TenantTx, events: readonly UsageEventInput[]): Promise<EventReferences> {
  const customers = new Set<string>();
  const subscriptions = new Set<string>();
  for (const event of events) {
    customers.add(event.customer);
    if (event.subscription !== undefined) subscriptions.add(event.subscription);
  }
  const meters = await loadUsageMeters(tx);
  const now = tx.now.round({ smallestUnit: "millisecond", roundingMode: "floor" });
  return {
    customers: await findCustomers(tx, [...customers]),
    subscriptions: await findSubscriptions(tx, [...subscriptions]),
    metersByCode: new Map(meters.filter((meter) => meter.current).map((meter) => [meter.code, meter])),
    metersByEventType: byEventType(meters),
    now: now.toString({ fractionalSecondDigits: 3 }),
    latest: now.add({ hours: 1 }).toString({ fractionalSecondDigits: 3 }),
  };
}

/** Meters of all versions by event type; a type whose meters are all superseded still counts. */
export function byEventType(meters: readonly StoredMeter[]): Map<string, StoredMeter[]> {
  const found = new Map<string, StoredMeter[]>();
  for (const meter of meters) found.set(meter.eventType, [...(found.get(meter.eventType) ?? []), meter]);
  return found;
}

/** Tells duplicates from conflicts among the events that were not stored now. */
async function compareWithStored(
  tx: TenantTx,
  batch: readonly ResolvedEvent[],
  stored: ReadonlySet<number>,
  waiting: readonly ResolvedEvent[],
): Promise<{ duplicates: number; conflicts: EventConflict[] }> {
  if (waiting.length === 0) return { duplicates: 0, conflicts: [] };
  const older = batch.filter((_, place) => !stored.has(place)).map((each) => each.event);
  const hashes = await findContentHashes(tx, older);
  for (const place of stored) {
    const event = batch[place]?.event;
    if (event !== undefined) hashes.set(identityKey(event), event.contentHash);
  }
  const conflicts = waiting
    .filter(({ event }) => hashes.get(identityKey(event)) !== event.contentHash)
    .map(({ index, event: { id, source } }): EventConflict => {
      const from = source === "" ? "" : ` from source "${source}"`;
      const message = `event "${id}"${from} is stored with other content; the stored event stands`;
      return { index, id, source, code: "event_conflict", message };
    })
    .sort((a, b) => a.index - b.index);
  return { duplicates: waiting.length - conflicts.length, conflicts };
}
