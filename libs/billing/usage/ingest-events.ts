import { domainError } from "#libs/core/errors.ts";
import { identityKey, splitRepeats } from "#libs/core/usage/event-identity.ts";
import type { TenantSql } from "#libs/data/database.ts";
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

/** What one sender sent at once: events, and what was refused of them before. */
export type IngestRequest = {
  readonly events: readonly UsageEventInput[];
  readonly rejected: readonly EventRefusal[];
};

/** Of one request. */
export const EVENTS_MAX = 10_000;

/** Of one transaction: more save nothing, and hold locks for longer. */
export const BATCH_MAX = 20_000;

/**
 * Stores a batch of usage events: deduplicated by (source, id), added to their hourly buckets in the same statement,
 * durable when the transaction commits. Bad events do not keep good ones out.
 * @param rejected events that were refused before, to be told in the same answer
 * @throws `body_too_large` above 20,000 events
 */
export async function ingestEvents(
  tx: TenantSql,
  events: readonly UsageEventInput[],
  rejected: readonly EventRefusal[] = [],
): Promise<IngestAnswer> {
  const [answer] = await ingestRequests(tx, [{ events, rejected }]);
  if (answer === undefined) throw new Error("no answer to a batch");
  return answer;
}

/**
 * Stores what several requests of the tenant brought as one batch, and answers each as if they had come one after the
 * other: of the same event in two of them, the first one's counts.
 * @throws `body_too_large` above 20,000 events
 */
export async function ingestRequests(
  tx: TenantSql,
  requests: readonly IngestRequest[],
): Promise<IngestAnswer[]> {
  const events = requests.flatMap((request) => request.events);
  if (events.length > BATCH_MAX) {
    throw domainError("body_too_large", `up to ${BATCH_MAX} events at a time, got ${events.length}`);
  }
  const known = await loadReferences(tx, events);
  const tallies = requests.map(({ rejected }) => newTally(rejected));
  const resolved: Owned[] = [];
  for (const [place, request] of requests.entries()) {
    const tally = tallies[place] ?? newTally([]);
    for (const input of request.events) {
      const outcome = resolveEvent(input, known);
      if ("refused" in outcome) tally.rejected.push(outcome.refused);
      else resolved.push({ tally, each: outcome.resolved });
    }
  }
  const { first: batch, again } = splitRepeats(resolved, ({ each }) => each.event);
  const stored = await insertUsageEvents(
    tx,
    batch.map(({ each }) => each.event),
    batch.flatMap(placedContributions),
  );
  for (const [place, { tally, each }] of batch.entries()) {
    if (!stored.has(place)) continue;
    tally.accepted += 1;
    if (each.event.unresolved !== null) tally.unresolved += 1;
  }
  await compareWithStored(tx, batch, stored, again);
  for (const { rejected, conflicts } of tallies) {
    rejected.sort((a, b) => a.index - b.index);
    conflicts.sort((a, b) => a.index - b.index);
  }
  return tallies;
}

/** The answer to one request, while it is being counted. */
type Tally = {
  accepted: number;
  duplicates: number;
  unresolved: number;
  readonly rejected: EventRefusal[];
  readonly conflicts: EventConflict[];
};

function newTally(rejected: readonly EventRefusal[]): Tally {
  return { accepted: 0, duplicates: 0, unresolved: 0, rejected: [...rejected], conflicts: [] };
}

/** An event with the answer that tells of it. */
type Owned = { readonly tally: Tally; readonly each: ResolvedEvent };

function placedContributions({ each }: Owned, place: number): MeterContribution[] {
  return each.contributions.map(({ meterId, group, value }) => ({ event: place, meterId, group, value }));
}

async function loadReferences(tx: TenantSql, events: readonly UsageEventInput[]): Promise<EventReferences> {
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
  tx: TenantSql,
  batch: readonly Owned[],
  stored: ReadonlySet<number>,
  again: readonly Owned[],
): Promise<void> {
  const older = batch.filter((_, place) => !stored.has(place));
  const waiting = [...older, ...again];
  if (waiting.length === 0) return;
  const hashes = await findContentHashes(
    tx,
    older.map(({ each }) => each.event),
  );
  for (const place of stored) {
    const event = batch[place]?.each.event;
    if (event !== undefined) hashes.set(identityKey(event), event.contentHash);
  }
  for (const { tally, each } of waiting) {
    const { id, source, contentHash } = each.event;
    if (hashes.get(identityKey(each.event)) === contentHash) {
      tally.duplicates += 1;
      continue;
    }
    const from = source === "" ? "" : ` from source "${source}"`;
    const message = `event "${id}"${from} is stored with other content; the stored event stands`;
    tally.conflicts.push({ index: each.index, id, source, code: "event_conflict", message });
  }
}
