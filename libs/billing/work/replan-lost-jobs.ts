import type { DomainEvent, JobSeed } from "#libs/core/events.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { listDomainEvents } from "#libs/data/domain-events.ts";
import { insertJobs, listJobsByKey } from "#libs/data/jobs.ts";
import { lowestId } from "#libs/data/new-id.ts";
import { readTenantSpan } from "#libs/data/tenants.ts";

/** An event of which no job is left, and those that it causes. */
export type LostCause = { readonly event: DomainEvent; readonly seeds: readonly JobSeed[] };

const oldestMs = 86_400_000;
const youngestMs = 60_000;

/**
 * Events of the last day, older than a minute, that cause jobs and have none of them: their jobs were lost with the rows. An
 * event that has one of its jobs lost nothing: a job that a newer version added is not made up for.
 * @returns those among the `limit` events after an id, and where to go on; null = all were looked at
 */
export async function findLostCauses(
  tx: TenantTx,
  options: { readonly after: string | null; readonly limit: number },
): Promise<{ readonly lost: readonly LostCause[]; readonly next: string | null }> {
  const { now } = await readTenantSpan(tx);
  const oldest = lowestId(new Date(now.getTime() - oldestMs));
  const fromId = options.after !== null && options.after > oldest ? options.after : oldest;
  const toId = lowestId(new Date(now.getTime() - youngestMs));
  const events = await listDomainEvents(tx, { fromId, toId, limit: options.limit + 1 });
  const caused = events.slice(0, options.limit).map((event) => ({ event, seeds: tx.causes(event) }));
  const keys = caused.flatMap(({ seeds }) => seeds.map((seed) => seed.key));
  const kept = new Set((await listJobsByKey(tx, keys)).map((job) => job.key));
  const lost = caused.filter(({ seeds }) => seeds.length > 0 && !seeds.some((seed) => kept.has(seed.key)));
  return { lost, next: events[options.limit]?.id ?? null };
}

/**
 * Writes the jobs again of events that lost them; keys make it one job, however often it is done. A sweep step.
 * @returns how many jobs are new, and where to go on
 */
export async function replanLostJobs(
  tx: TenantTx,
  after: string | null,
  limit = 1_000,
): Promise<{ readonly done: number; readonly next: string | null }> {
  const { lost, next } = await findLostCauses(tx, { after, limit });
  let done = 0;
  for (const { event, seeds } of lost) {
    const caused = seeds.map((seed) => ({ ...seed, causeId: event.id }));
    done += (await insertJobs({ ...tx, runId: event.runId }, caused)).length;
  }
  return { done, next };
}
