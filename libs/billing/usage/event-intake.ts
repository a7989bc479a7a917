import { DomainError, domainError } from "#libs/core/errors.ts";
import { findUsableKeys } from "#libs/data/api-keys.ts";
import { withTenantSql } from "#libs/data/database.ts";
import { isDatabaseUnavailable, isHeldUp } from "#libs/data/database-failure.ts";
import type { Deps } from "../deps.ts";
import { type IngestAnswer, type IngestRequest, ingestRequests } from "./ingest-events.ts";

export type IntakeRequest = IngestRequest & {
  readonly tenantId: string;
  /** The key that it came with: whether it can still be used is asked in the transaction that stores the events. */
  readonly keyId: string;
  /** Size of what was sent. */
  readonly bytes: number;
};

export type EventIntake = {
  /**
   * Stores the events of one request; answers after the commit.
   * @throws `intake_full` when too much waits already, `api_key_invalid` when the key was revoked or has expired
   */
  readonly take: (request: IntakeRequest) => Promise<IngestAnswer>;
};

export type IntakeLimits = {
  /** Of one transaction that holds more than one request. */
  readonly events: number;
  /** Sent and not answered yet, over all tenants; half of it for each tenant. */
  readonly bytes: number;
  /** Transactions at a time, over all tenants, without those that have taken longer than `slowMs`. */
  readonly writers: number;
  /** Transactions at a time with those; above `writers` a tenant gets no second one. */
  readonly writersWithSlow: number;
  /** Who has been writing for so long waits for rows, and leaves the turn to others. */
  readonly slowMs: number;
  /** Longest wait of a group for a row that somebody else holds; half as long for each half of it, down to an eighth. */
  readonly lockTimeoutMs: number;
  /** A group that has been held up for so long is not tried in smaller parts any more. */
  readonly heldUpMs: number;
  /** Transactions of one tenant at a time; more would wait for the same buckets. */
  readonly tenantWriters: number;
  /** Events that wait before a tenant gets a further transaction beside one that is under way: few small ones cost less. */
  readonly furtherEvents: number;
};

const defaultLimits: IntakeLimits = {
  events: 2_000,
  bytes: 32 * 1024 * 1024,
  writers: 4,
  writersWithSlow: 8,
  slowMs: 1_000,
  lockTimeoutMs: 2_000,
  heldUpMs: 10_000,
  tenantWriters: 2,
  furtherEvents: 500,
};

type IntakeDeps = Pick<Deps, "database" | "failpoint">;

type Waiting = IntakeRequest & {
  readonly resolve: (answer: IngestAnswer) => void;
  readonly reject: (reason: unknown) => void;
};

type Lane = { bytes: number; events: number; writers: number; readonly waiting: Waiting[] };

/**
 * Gathers requests that come at the same time into one transaction for each tenant, so that they share its round trips and
 * its commit. Nobody waits for company: what is there when a writer is free goes at once. Requests of a group are answered
 * each for itself; what fails as a group is tried in halves, so that one request cannot harm the others. Whoever waits for rows
 * that somebody holds leaves room for other tenants.
 */
export function openEventIntake(deps: IntakeDeps, limits: IntakeLimits = defaultLimits): EventIntake {
  /** By tenant, in the order of their turns. */
  const lanes = new Map<string, Lane>();
  let bytes = 0;
  let writers = 0;
  let slow = 0;
  let planned = false;

  const take = (request: IntakeRequest) => {
    const lane = lanes.get(request.tenantId) ?? { bytes: 0, events: 0, writers: 0, waiting: [] };
    const isFull = (held: number, most: number) => held > 0 && held + request.bytes > most;
    if (isFull(bytes, limits.bytes) || isFull(lane.bytes, limits.bytes / 2)) {
      throw domainError("intake_full", "Too many events wait to be stored; send this again in a second.", {
        retryAfterSeconds: 1,
      });
    }
    lanes.set(request.tenantId, lane);
    bytes += request.bytes;
    lane.bytes += request.bytes;
    lane.events += request.events.length;
    plan();
    return new Promise<IngestAnswer>((resolve, reject) => lane.waiting.push({ ...request, resolve, reject }));
  };

  const mayWrite = ({ waiting, writers: busy, events }: Lane) =>
    waiting.length > 0 &&
    (busy === 0 ||
      (busy < limits.tenantWriters && events >= limits.furtherEvents && writers < limits.writers));

  /** After all that this turn of the event loop brings. */
  const plan = () => {
    if (planned) return;
    planned = true;
    setImmediate(() => {
      planned = false;
      for (const [tenantId, lane] of lanes) {
        if (writers - slow >= limits.writers || writers >= limits.writersWithSlow) return;
        if (!mayWrite(lane)) continue;
        lanes.delete(tenantId);
        lanes.set(tenantId, lane);
        void write(tenantId, lane, nextGroup(lane, limits.events));
      }
    });
  };

  const write = async (tenantId: string, lane: Lane, group: readonly Waiting[]) => {
    writers += 1;
    lane.writers += 1;
    let isSlow = false;
    const timer = setTimeout(() => {
      isSlow = true;
      slow += 1;
      plan();
    }, limits.slowMs);
    await storeGroup(deps, groupTerms(tenantId, limits), group);
    clearTimeout(timer);
    if (isSlow) slow -= 1;
    writers -= 1;
    lane.writers -= 1;
    for (const request of group) {
      bytes -= request.bytes;
      lane.bytes -= request.bytes;
    }
    if (lane.waiting.length === 0 && lane.writers === 0) lanes.delete(tenantId);
    plan();
  };

  return { take: async (request) => take(request) };
}

/** At least one request, and as many more as fit. */
function nextGroup(lane: Lane, eventsMax: number): readonly Waiting[] {
  let count = 0;
  let events = 0;
  for (const request of lane.waiting) {
    if (count > 0 && events + request.events.length > eventsMax) break;
    events += request.events.length;
    count += 1;
  }
  lane.events -= events;
  return lane.waiting.splice(0, count);
}

type GroupTerms = {
  readonly tenantId: string;
  readonly lockTimeoutMs: number;
  readonly leastMs: number;
  /** By the process's clock. */
  readonly until: number;
};

function groupTerms(tenantId: string, { lockTimeoutMs, heldUpMs }: IntakeLimits): GroupTerms {
  const leastMs = Math.max(lockTimeoutMs >> 3, 1);
  return { tenantId, lockTimeoutMs, leastMs, until: performance.now() + heldUpMs };
}

/** Answers every request of the group, whatever happens; never throws. */
async function storeGroup(deps: IntakeDeps, terms: GroupTerms, group: readonly Waiting[]): Promise<void> {
  try {
    const answers = await withTenantSql(deps.database, terms, async (tx) => {
      const usable = await findUsableKeys(tx, [...new Set(group.map(({ keyId }) => keyId))]);
      const allowed = group.filter(({ keyId }) => usable.has(keyId));
      const stored = await ingestRequests(tx, allowed);
      deps.failpoint("usage.ingest:before-commit");
      return new Map(allowed.map((request, place) => [request, stored[place]]));
    });
    deps.failpoint("usage.ingest:committed");
    for (const request of group) {
      const answer = answers.get(request);
      if (answer === undefined) request.reject(keyInvalid());
      else request.resolve(answer);
    }
  } catch (error) {
    const isHeld = isHeldUp(error);
    if (group.length === 1 || isOfAll(error) || (isHeld && performance.now() > terms.until)) {
      for (const request of group) request.reject(error);
      return;
    }
    const half = group.length >> 1;
    const lockTimeoutMs = isHeld ? Math.max(terms.lockTimeoutMs >> 1, terms.leastMs) : terms.lockTimeoutMs;
    await storeGroup(deps, { ...terms, lockTimeoutMs }, group.slice(0, half));
    await storeGroup(deps, { ...terms, lockTimeoutMs }, group.slice(half));
  }
}

/** What no request of the group has caused: to try each of them would only make it last longer. */
function isOfAll(error: unknown): boolean {
  if (isHeldUp(error)) return false;
  return isDatabaseUnavailable(error) || (error instanceof DomainError && error.code === "tenant_not_found");
}

function keyInvalid(): DomainError {
  return domainError("api_key_invalid", "The API key is unknown, revoked or expired.");
}
