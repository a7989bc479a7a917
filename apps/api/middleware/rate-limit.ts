import { domainError } from "#libs/core/errors.ts";
import { type Database, withSystemSql } from "#libs/data/database.ts";
import { countHits } from "#libs/data/rate-limit.ts";

export type RateLimiter = {
  /** Counts one hit. @throws DomainError rate_limited with `retryAfterSeconds` */
  readonly hit: (key: string) => Promise<void>;
};

type Counter = { pending: number; total: number; endsAt: number; syncedAt: number };

const maxKeys = 10_000;

/**
 * A limit per key over all processes. Hits are counted here and handed to the shared table in small batches, so
 * that most requests cost no statement; the limit can be overshot by one batch per process. What is refused is not counted,
 * and what was not handed over when a window ends is forgotten with it.
 */
export function createRateLimiter(
  database: Database,
  options: {
    readonly limit: number;
    readonly windowMs: number;
    /** The process's clock, in milliseconds. */
    readonly now?: () => number;
  },
): RateLimiter {
  const { limit, windowMs, now: nowMs = Date.now } = options;
  const batch = Math.max(1, Math.min(50, Math.floor(limit / 20)));
  const counters = new Map<string, Counter>();

  async function sync(key: string, counter: Counter, now: number): Promise<void> {
    const hits = counter.pending;
    counter.pending = 0;
    counter.syncedAt = now;
    const counted = await withSystemSql(database, (db) => countHits(db, key, hits, windowMs));
    counter.total = counted.hits;
    counter.endsAt = nowMs() + counted.resetMs;
  }

  return {
    hit: async (key) => {
      const now = nowMs();
      const counter = counters.get(key) ?? { pending: 0, total: 0, endsAt: 0, syncedAt: 0 };
      if (counters.size >= maxKeys) counters.clear();
      counters.set(key, counter);
      if (counter.endsAt <= now) Object.assign(counter, { total: 0, pending: 0 });
      if (counter.total <= limit) {
        counter.pending += 1;
        if (counter.pending >= batch || now - counter.syncedAt > 1_000) await sync(key, counter, now);
      }
      if (counter.total + counter.pending <= limit) return;
      const retryAfterSeconds = Math.max(1, Math.ceil((counter.endsAt - nowMs()) / 1_000));
      throw domainError(
        "rate_limited",
        `More than ${limit} requests in ${windowMs / 1_000} s; try again in ${retryAfterSeconds} s.`,
        { retryAfterSeconds },
      );
    },
  };
}
