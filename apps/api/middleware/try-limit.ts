import { domainError } from "#libs/core/errors.ts";
import { type Database, withSystemSql } from "#libs/data/database.ts";
import { countHits } from "#libs/data/rate-limit.ts";
import type { QueueBackend } from "#libs/platform/queue/queue-backend.ts";

const windowMs = 60_000;

export type TryLimit = {
  /**
   * Counts one try of a key, exactly, over all processes.
   * @throws DomainError rate_limited with `retryAfterSeconds`; rate_limit_unavailable when nobody can count: then nobody may try
   */
  readonly count: (key: string, perMinute: number) => Promise<void>;
};

/** Counts where the queues live: in Redis when they do, else in Postgres. */
export function createTryLimit(database: Database, queues: Pick<QueueBackend, "countHit">): TryLimit {
  const countOne = async (key: string) =>
    queues.countHit === null
      ? withSystemSql(database, (db) => countHits(db, key, 1, windowMs), 3_000)
      : queues.countHit(key, windowMs);
  return {
    count: async (key, perMinute) => {
      const { hits, resetMs } = await countOne(key).catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        throw domainError("rate_limit_unavailable", undefined, { reason });
      });
      if (hits <= perMinute) return;
      const retryAfterSeconds = Math.max(1, Math.ceil(resetMs / 1_000));
      throw domainError(
        "rate_limited",
        `More than ${perMinute} tries in a minute; try again in ${retryAfterSeconds} s.`,
        { retryAfterSeconds },
      );
    },
  };
}
