import { withSystem } from "#libs/data/database.ts";
import {
  type DueJob,
  type JobRow,
  listOverdueJobs,
  releaseJobs,
  releaseLostJobs,
  takeDueJobs,
} from "#libs/data/jobs.ts";
import type { Deps } from "../deps.ts";

/** The queue as the relay needs it; what carries the jobs stays outside. */
export type Carrier = {
  readonly add: (rows: readonly DueJob[]) => Promise<void>;
  /** Whether the carrier still knows this dispatch as waiting, delayed or active: a hint, never evidence. */
  readonly holds: (row: DueJob) => Promise<boolean>;
};

type Relay = Pick<Deps, "database" | "logger" | "failpoint">;

/**
 * Moves due jobs to the queue. The rows are marked first, in their own commit: a crash before the carrier has them
 * is found by the sweep, a crash after it leaves a delivery that the row guards.
 * @returns how many were moved; a full batch means there may be more
 */
export async function relayDueWork(deps: Relay, carrier: Carrier, limit = 500): Promise<number> {
  const rows = await takeDueJobs(deps.database, limit);
  if (rows.length === 0) return 0;
  deps.failpoint("relay:taken");
  await carrier.add(rows);
  deps.failpoint("relay:added");
  return rows.length;
}

/**
 * Takes work back from workers that ended without a word. A job that ends every worker it is given to is dead after a few,
 * so that it does not take all others with it.
 * @returns how many went back to the relay
 */
export async function sweepLostWorkers(deps: Relay, limit = 500): Promise<number> {
  const lost = await withSystem(deps.database, (db) => releaseLostJobs(db, limit));
  for (const job of lost.filter(({ state }) => state === "dead")) {
    deps.logger.error("job is dead: it was lost with its worker too often", {
      job_id: job.id,
      job: job.name,
    });
  }
  return lost.filter(({ state }) => state === "pending").length;
}

/**
 * Finds work that nobody moves any more (wiped Redis, killed relay, used-up dispatch) and gives it back to the relay, later
 * each time it was given back. One call looks at `limit` rows, from a cursor on: what waits in a slow queue hides no other.
 * @returns how many were released, and the cursor of the next call; null = from the start again
 */
export async function sweepLostWork(
  deps: Relay,
  carrier: Carrier,
  options: {
    readonly olderThanMs: number;
    readonly retryDelayMs: number;
    readonly after?: string | null;
    readonly limit?: number;
  },
): Promise<{ readonly released: number; readonly next: string | null }> {
  const { olderThanMs, after = null, limit = 500 } = options;
  const overdue = await withSystem(deps.database, (db) => listOverdueJobs(db, { olderThanMs, after, limit }));
  const lost: JobRow[] = [];
  for (const row of overdue) if (!(await carrier.holds(row))) lost.push(row);
  let released = 0;
  for (const [delayMs, ids] of groupByDelay(lost, options.retryDelayMs)) {
    released += await withSystem(deps.database, (db) => releaseJobs(db, ids, delayMs));
  }
  if (released > 0) deps.logger.info("lost work released", { jobs: released });
  return { released, next: overdue.length === limit ? (overdue.at(-1)?.id ?? null) : null };
}

/** Work that was lost goes back at once; work that failed waits twice as long each dispatch, five minutes at most. */
function groupByDelay(rows: readonly JobRow[], retryDelayMs: number): Map<number, string[]> {
  const groups = new Map<number, string[]>();
  for (const row of rows) {
    const delayMs =
      row.state === "failed" ? Math.min(retryDelayMs * 2 ** Math.min(row.dispatch, 12), 300_000) : 0;
    groups.set(delayMs, [...(groups.get(delayMs) ?? []), row.id]);
  }
  return groups;
}
