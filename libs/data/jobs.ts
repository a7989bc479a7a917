import type { JobSeed } from "#libs/core/events.ts";
import { Prisma } from "#prisma/generated/client.ts";
import { arrayLiteral } from "./array-literal.ts";
import { callAsSystem, type Database, type Db, type TenantTx } from "./database.ts";
import { gatherCalls } from "./gather-calls.ts";
import { lowestId, newId } from "./new-id.ts";
import type { Retention } from "./retention.ts";

export type JobState = "pending" | "queued" | "running" | "succeeded" | "failed" | "dead";

export type JobRow = {
  readonly tenant_id: string;
  readonly id: string;
  readonly name: string;
  readonly queue: string;
  readonly key: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly state: JobState;
  readonly attempts: number;
  readonly attempt_budget: number;
  readonly dispatch: number;
  readonly run_id: string | null;
  readonly last_error: { code: string; message: string } | null;
  /** Milliseconds since it was written; system time. */
  readonly age_ms: number;
};

/** Writes jobs beside the change that causes them; a key that exists already is left as it is. Returns the new ids. */
export async function insertJobs(
  tx: TenantTx,
  seeds: readonly (JobSeed & { readonly causeId?: string })[],
): Promise<string[]> {
  if (seeds.length === 0) return [];
  const rows = await tx.db.$queryRaw<{ id: string }[]>`
    insert into job (tenant_id, id, name, queue, key, payload, attempt_budget, run_at, run_id, cause_id)
    select ${tx.tenantId}::uuid, s.id, s.name, s.queue, s.key, s.payload::jsonb, s.budget,
           now() + s.delay_ms * interval '1 millisecond', ${tx.runId}::uuid, s.cause_id
    from unnest(${arrayLiteral(seeds.map(() => newId()))}::uuid[], ${arrayLiteral(seeds.map((s) => s.name))}::text[], ${arrayLiteral(seeds.map((s) => s.queue))}::text[],
                ${arrayLiteral(seeds.map((s) => s.key))}::text[], ${arrayLiteral(seeds.map((s) => JSON.stringify(s.payload)))}::text[],
                ${arrayLiteral(seeds.map((s) => s.attemptBudget))}::int[], ${arrayLiteral(seeds.map((s) => s.delayMs ?? 0))}::int[],
                ${arrayLiteral(seeds.map((s) => s.causeId ?? null))}::uuid[])
      as s (id, name, queue, key, payload, budget, delay_ms, cause_id)
    order by s.key
    on conflict (tenant_id, key) do nothing
    returning id`;
  if (rows.length > 0) tx.noteJobs();
  return rows.map((row) => row.id);
}

/** How often in a row a job may be lost with its worker; fewer where its budget is smaller. */
const lossesAllowed = 8;

const ageText = "extract(epoch from now() - created_at)::float8 * 1000 as age_ms";
const rowText = `tenant_id, id, name, queue, key, payload, state, attempts, attempt_budget, dispatch, run_id, last_error, ${ageText}`;

/** What the queue must know of a job. */
export type DueJob = Pick<JobRow, "id" | "name" | "queue" | "dispatch">;

/** Marks due pending jobs as queued and returns them; concurrent relays skip each other's rows. */
export async function takeDueJobs(database: Database, limit: number): Promise<DueJob[]> {
  return callAsSystem<DueJob>(database, "select id, name, queue, dispatch from take_due_jobs($1)", [limit]);
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const claimTogether = gatherCalls<{ readonly id: string; readonly leaseMs: number }, JobRow | null>(
  async (database, claims) => {
    const rows = await callAsSystem<JobRow>(database, `select ${rowText} from claim_jobs($1, $2, $3)`, [
      claims.map(({ id }) => id),
      claims.map(({ leaseMs }) => leaseMs),
      lossesAllowed,
    ]);
    const unclaimed = new Map(rows.map((row) => [row.id, row]));
    return claims.map(({ id }) => {
      const row = unclaimed.get(id) ?? null;
      unclaimed.delete(id); // of two deliveries of one job in one statement, one has it
      return row;
    });
  },
);

/**
 * Claims one delivery: counts the attempt and takes a lease on database time, in a commit of its own, which claims of the same
 * process share. Null when the work has ended, or another worker holds it, by its lease or by its transaction, which locks the
 * row. A dead job that is delivered once more was retried by a person: it gets one more attempt.
 */
export async function claimJob(database: Database, id: string, leaseMs: number): Promise<JobRow | null> {
  return uuid.test(id) ? claimTogether(database, { id, leaseMs }) : null;
}

/** An extension that hangs must not outlast the lease that the next one would have extended. */
const extensionMs = 3_000;

/**
 * Extends the lease of a running attempt, together with those that the process holds beside it; false when the attempt was taken
 * over, or is being ended.
 */
export const extendJobLease = gatherCalls<
  { readonly id: string; readonly attempt: number; readonly leaseMs: number },
  boolean
>(async (database, held) => {
  const values = [
    held.map(({ id }) => id),
    held.map(({ attempt }) => attempt),
    held.map(({ leaseMs }) => leaseMs),
  ];
  const statement = "select id from extend_jobs($1, $2, $3) as id";
  const rows = await callAsSystem<{ id: string }>(database, statement, values, extensionMs);
  const extended = new Set(rows.map(({ id }) => id));
  return held.map(({ id }) => extended.has(id));
});

/** One run of a job: what was claimed, and what a fence asks for. */
export type Attempt = { readonly id: string; readonly attempt: number };

/** Locks the rows and tells of each whether its attempt still holds the job: the fence of database work. */
export async function lockJobs(tx: TenantTx, attempts: readonly Attempt[]): Promise<boolean[]> {
  const ids = arrayLiteral(attempts.map(({ id }) => id));
  // By their ids first: without the list a young table is read whole.
  const rows = await tx.db.$queryRaw<Attempt[]>`
    select j.id, j.attempts as attempt from job j
    join unnest(${ids}::uuid[], ${arrayLiteral(attempts.map(({ attempt }) => attempt))}::int[]) as a (id, attempt)
      on a.id = j.id and a.attempt = j.attempts
    where j.tenant_id = ${tx.tenantId}::uuid and j.id = any(${ids}::uuid[]) and j.state = 'running' order by j.id for update of j`;
  return heldBy(attempts, rows);
}

/** Ends jobs well within the transaction of their work; false for an attempt that was fenced off. */
export async function succeedJobs(
  tx: TenantTx,
  ended: readonly (Attempt & { readonly result: unknown })[],
): Promise<boolean[]> {
  const ids = arrayLiteral(ended.map(({ id }) => id));
  const rows = await tx.db.$queryRaw<Attempt[]>`
    update job j set state = 'succeeded', ended_at = now(), lease_until = null, last_error = null, result = e.result::jsonb
    from unnest(${ids}::uuid[], ${arrayLiteral(ended.map(({ attempt }) => attempt))}::int[],
                ${arrayLiteral(ended.map(({ result }) => JSON.stringify(result ?? null)))}::text[]) as e (id, attempt, result)
    where j.tenant_id = ${tx.tenantId}::uuid and j.id = any(${ids}::uuid[]) and j.id = e.id and j.attempts = e.attempt and j.state = 'running'
    returning j.id, j.attempts as attempt`;
  return heldBy(ended, rows);
}

function heldBy(attempts: readonly Attempt[], rows: readonly Attempt[]): boolean[] {
  const held = new Map(rows.map(({ id, attempt }) => [id, attempt]));
  return attempts.map(({ id, attempt }) => held.get(id) === attempt);
}

/**
 * Ends a job well whose work was not a transaction, in a commit that jobs of the same process share; false when the attempt was
 * fenced off.
 */
export const endExternalJob = gatherCalls<
  { readonly id: string; readonly attempt: number; readonly result: unknown },
  boolean
>(async (database, ended) => {
  const rows = await callAsSystem<{ id: string }>(database, "select id from end_jobs($1, $2, $3) as id", [
    ended.map(({ id }) => id),
    ended.map(({ attempt }) => attempt),
    ended.map(({ result }) => JSON.stringify(result ?? null)),
  ]);
  const recorded = new Set(rows.map(({ id }) => id));
  return ended.map(({ id }) => recorded.delete(id));
});

/** Gives an attempt back that could not even be made; the job is due again in `delayMs`. */
export async function postponeJob(
  tx: TenantTx,
  id: string,
  attempt: number,
  later: { readonly delayMs: number; readonly error: { code: string; message: string } },
): Promise<void> {
  await tx.db.$executeRaw`
    update job set state = 'pending', attempts = attempts - 1, lease_until = null,
      run_at = now() + ${later.delayMs} * interval '1 millisecond',
      last_error = ${JSON.stringify(later.error)}::jsonb || jsonb_build_object('at', now())
    where tenant_id = ${tx.tenantId}::uuid and id = ${id}::uuid and attempts = ${attempt} and state = 'running'`;
}

/** Records a failed attempt: `failed` is tried again, `dead` waits for a person. */
export async function failJob(
  tx: TenantTx,
  id: string,
  attempt: number,
  failure: { readonly state: "failed" | "dead"; readonly error: { code: string; message: string } },
): Promise<void> {
  await tx.db.$executeRaw`
    update job set state = ${failure.state}, lease_until = null,
      last_error = ${JSON.stringify(failure.error)}::jsonb || jsonb_build_object('at', now()),
      queued_at = now(), ended_at = case when ${failure.state} = 'dead' then now() end
    where tenant_id = ${tx.tenantId}::uuid and id = ${id}::uuid and attempts = ${attempt} and state = 'running'`;
}

/**
 * Jobs that were handed over or failed longer ago than they should have been, by id after a cursor: the sweeper asks the
 * queue about each. System role.
 */
export async function listOverdueJobs(
  db: Db,
  query: { readonly olderThanMs: number; readonly after: string | null; readonly limit: number },
): Promise<JobRow[]> {
  return db.$queryRaw<JobRow[]>`
    select ${Prisma.raw(rowText)} from job
    where state in ('queued', 'failed') and queued_at < now() - ${query.olderThanMs} * interval '1 millisecond'
      and (${query.after}::uuid is null or id > ${query.after}::uuid)
    order by id limit ${query.limit}`;
}

/** Gives jobs back to the relay; `delayMs` from now. System role. */
export async function releaseJobs(db: Db, ids: readonly string[], delayMs: number): Promise<number> {
  return db.$executeRaw`
    update job set state = 'pending', run_at = now() + ${delayMs} * interval '1 millisecond', lease_until = null
    where id in (select id from job where id = any(${[...ids]}::uuid[]) and state in ('queued', 'failed') for update skip locked)`;
}

/**
 * Takes jobs back from workers that ended without a word: their lease ran out, and no transaction of theirs locks the row.
 * They go back to the relay; what was lost eight times in a row is dead instead, as it may be what ends the workers. System
 * role.
 */
export async function releaseLostJobs(
  db: Db,
  limit: number,
): Promise<{ readonly id: string; readonly name: string; readonly state: JobState }[]> {
  return db.$queryRaw<{ id: string; name: string; state: JobState }[]>`
    with lost as (
      select id, lost_worker_error(last_error) as error, least(${lossesAllowed}, attempt_budget) as allowed from job where state = 'running' and lease_until < now() order by lease_until limit ${limit} for update skip locked),
    judged as (select id, error, (error->>'losses')::int >= allowed as dead from lost)
    update job j set lease_until = null, run_at = now(), state = case when judged.dead then 'dead' else 'pending' end,
      ended_at = case when judged.dead then now() end, last_error = judged.error
    from judged where j.id = judged.id returning j.id, j.name, j.state`;
}

/**
 * Takes one loss back from a job whose worker turns out to live: it was silent for longer than its lease, and the job did not end it.
 * One that this loss has made dead is due again. System role.
 */
export async function forgiveLoss(db: Db, id: string): Promise<void> {
  await db.$executeRaw`
    update job set last_error = last_error || jsonb_build_object('losses', greatest((last_error->>'losses')::int - 1, 0)),
      state = case when state = 'dead' then 'pending' else state end,
      run_at = case when state = 'dead' then now() else run_at end,
      ended_at = case when state = 'dead' then null else ended_at end
    where id = ${id}::uuid and last_error->>'code' = 'worker_lost'`;
}

/** A person's retry: any job that has not succeeded goes back to pending with a fresh budget. Returns how many moved. */
export async function retryJobs(
  tx: TenantTx,
  filter: {
    readonly ids?: readonly string[];
    readonly queue?: string;
    readonly name?: string;
    readonly namePrefix?: string;
  },
): Promise<string[]> {
  const rows = await tx.db.$queryRaw<{ id: string }[]>`
    update job set state = 'pending', run_at = now(), attempt_budget = attempts + greatest(attempt_budget, 1), ended_at = null, lease_until = null
    where tenant_id = ${tx.tenantId}::uuid and state in ('failed', 'dead')
      and (${filter.ids ? [...filter.ids] : null}::uuid[] is null or id = any(${filter.ids ? [...filter.ids] : null}::uuid[]))
      and (${filter.queue ?? null}::text is null or queue = ${filter.queue ?? null})
      and (${filter.name ?? null}::text is null or name = ${filter.name ?? null})
      and starts_with(name, ${filter.namePrefix ?? ""})
    returning id`;
  return rows.map((row) => row.id);
}

/** The jobs of keys, whatever became of them; keys without a job are left out. */
export async function listJobsByKey(
  tx: TenantTx,
  keys: readonly string[],
): Promise<(Pick<JobRow, "id" | "key" | "state"> & { readonly ended_at: Date | null })[]> {
  if (keys.length === 0) return [];
  return tx.db.$queryRaw`
    select id, key, state, ended_at from job where tenant_id = ${tx.tenantId}::uuid and key = any(${[...keys]}::text[])`;
}

/** Runs jobs again that succeeded and whose result is not there any more. Returns how many. */
export async function rerunJobs(tx: TenantTx, ids: readonly string[]): Promise<number> {
  return tx.db.$executeRaw`
    update job set state = 'pending', run_at = now(), attempt_budget = attempts + greatest(attempt_budget, 1), ended_at = null, lease_until = null
    where tenant_id = ${tx.tenantId}::uuid and id = any(${[...ids]}::uuid[]) and state = 'succeeded'`;
}

/**
 * Deletes jobs that were written and succeeded before an instant; dead ones stay with their reason. The guards against doing
 * their work again live in business tables. Returns how many.
 */
export async function pruneJobs(tx: TenantTx, { before, limit }: Retention): Promise<number> {
  return tx.db.$executeRaw`
    delete from job where tenant_id = ${tx.tenantId}::uuid and id in (
      select id from job where tenant_id = ${tx.tenantId}::uuid and id < ${lowestId(before)}::uuid and state = 'succeeded' and ended_at < ${before}
      order by id limit ${limit})`;
}

/** The job of a key, whatever became of it. */
export async function findJobByKey(
  tx: TenantTx,
  key: string,
): Promise<Pick<JobRow, "id" | "state" | "payload"> | null> {
  const rows = await tx.db.$queryRaw<Pick<JobRow, "id" | "state" | "payload">[]>`
    select id, state, payload from job where tenant_id = ${tx.tenantId}::uuid and key = ${key}`;
  return rows[0] ?? null;
}
