import { DomainError, domainError, isRetryable } from "#libs/core/errors.ts";
import { withSystem, withTenant, type TenantTx } from "#libs/data/database.ts";
import {
  claimJob,
  endExternalJob,
  extendJobLease,
  failJob,
  forgiveLoss,
  type JobRow,
  lockJobs,
  postponeJob,
  succeedJobs,
} from "#libs/data/jobs.ts";
import { gatherCalls } from "#libs/data/gather-calls.ts";
import type { Deps } from "../deps.ts";

/** What a job does: one transaction that also ends the job, or calls to the outside guarded by effects. */
export type Work =
  | {
      readonly kind: "transaction";
      readonly run: (tx: TenantTx, deps: Deps) => Promise<unknown>;
      /** The same for several jobs of this name and tenant: one result each, in their order. */
      readonly together?: (tx: TenantTx, rows: readonly JobRow[], deps: Deps) => Promise<readonly unknown[]>;
      /** What to do instead after a failure, such as cutting the work smaller; null = nothing, the failure stands. */
      readonly recover?: (thrown: unknown) => Promise<unknown>;
    }
  | { readonly kind: "external"; readonly run: (deps: Deps) => Promise<unknown> };

type WorkInput = {
  readonly jobId: string;
  readonly timeoutMs: (row: JobRow) => number;
  readonly plan: (row: JobRow) => Work;
};

export type WorkOutcome =
  | { readonly outcome: "succeeded" | "not_claimed" | "fenced" | "postponed" }
  | { readonly outcome: "failed" | "dead"; readonly error: { code: string; message: string } };

/**
 * Runs one delivery of a job. Any number of deliveries of the same job are safe: the row decides who acts, the
 * attempt number fences who lost its lease. Never throws for what the work threw: the outcome says so.
 * @param plan turns the claimed row into work; what it throws makes the job dead
 */
export async function runWork(deps: Deps, input: WorkInput): Promise<WorkOutcome> {
  const row = await claimJob(deps.database, input.jobId, deps.leaseMs);
  if (row === null) return { outcome: "not_claimed" };
  deps.failpoint(`job.${row.name}:claimed`);
  const outcome = await runClaimed(deps, row, input);
  // Slow, not dead: a machine with too much to do must not make its work dead.
  if (outcome.outcome === "fenced") await withSystem(deps.database, (db) => forgiveLoss(db, row.id));
  return outcome;
}

async function runClaimed(deps: Deps, row: JobRow, input: WorkInput): Promise<WorkOutcome> {
  let work: Work | null = null;
  try {
    work = input.plan(row);
    const done =
      work.kind === "transaction"
        ? await runTransaction(deps, row, work, input.timeoutMs(row))
        : await runExternal(deps, row, work, input.timeoutMs(row));
    return { outcome: done ? "succeeded" : "fenced" };
  } catch (error) {
    return (await recovered(deps, row, work, error)) ?? (await recordFailure(deps, row, error));
  }
}

function scopeOf(row: JobRow, timeoutMs: number) {
  return {
    tenantId: row.tenant_id,
    actor: `job:${row.name}`,
    requestId: row.id,
    runId: row.run_id,
    timeoutMs,
  };
}

type TransactionWork = Extract<Work, { kind: "transaction" }>;

const attemptOf = (row: JobRow) => ({ id: row.id, attempt: row.attempts });

function runTransaction(deps: Deps, row: JobRow, work: TransactionWork, timeoutMs: number): Promise<boolean> {
  const { together } = work;
  if (together !== undefined) return runTogether(deps.database, { deps, row, timeoutMs, together });
  return inTransactionOf(deps, [row], timeoutMs, async (tx) => [await work.run(tx, deps)]).then(
    ([done]) => done === true,
  );
}

/**
 * Does the work of the rows that are still held, and ends them, in one transaction. The lock of a row holds its job until the
 * commit, longer than its lease if need be: nobody claims a locked row.
 * @returns of each row whether it was held
 */
async function inTransactionOf(
  deps: Deps,
  rows: readonly [JobRow, ...JobRow[]],
  timeoutMs: number,
  run: (tx: TenantTx, held: readonly JobRow[]) => Promise<readonly unknown[]>,
): Promise<boolean[]> {
  const [first] = rows;
  const done = await withTenant(deps.database, scopeOf(first, timeoutMs), async (tx) => {
    const isHeld = await lockJobs(tx, rows.map(attemptOf));
    const held = rows.filter((_, n) => isHeld[n]);
    if (held.length === 0) return isHeld;
    const results = await run(tx, held);
    deps.failpoint(`job.${first.name}:before-commit`);
    await succeedJobs(
      tx,
      held.map((row, n) => ({ ...attemptOf(row), result: results[n] })),
    );
    return isHeld;
  });
  deps.failpoint(`job.${first.name}:committed`);
  return done;
}

/** Jobs that are in hand at once, of one name, tenant and run: those that come while a transaction of theirs is under way are the next. */
const runTogether = gatherCalls<
  {
    readonly deps: Deps;
    readonly row: JobRow;
    readonly timeoutMs: number;
    readonly together: NonNullable<TransactionWork["together"]>;
  },
  boolean
>(
  async (_, members) => {
    const [first] = members;
    const rows = members.map(({ row }) => row);
    if (first === undefined || rows[0] === undefined) return [];
    const { deps, timeoutMs, together } = first;
    return inTransactionOf(deps, [rows[0], ...rows.slice(1)], timeoutMs, (tx, held) =>
      together(tx, held, deps),
    );
  },
  { keyOf: ({ row }) => `${row.tenant_id}/${row.name}/${row.run_id}` },
);

async function runExternal(
  deps: Deps,
  row: JobRow,
  work: Extract<Work, { kind: "external" }>,
  timeoutMs: number,
): Promise<boolean> {
  const held = { id: row.id, attempt: row.attempts };
  const heartbeat = setInterval(() => {
    extendJobLease(deps.database, { ...held, leaseMs: deps.leaseMs }).catch(() => undefined);
  }, deps.leaseMs / 3);
  try {
    const result = await within(timeoutMs, work.run(deps));
    deps.failpoint(`job.${row.name}:before-commit`);
    return await endExternalJob(deps.database, { ...held, result }); // still held: others may be ended first
  } finally {
    clearInterval(heartbeat);
  }
}

/** What comes after the time is up is fenced off: the attempt has failed by then. @throws work_timed_out */
async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const error = domainError("work_timed_out", `it was not done within ${timeoutMs / 1_000} s`);
    timer = setTimeout(() => reject(error), timeoutMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

async function recovered(
  deps: Deps,
  row: JobRow,
  work: Work | null,
  thrown: unknown,
): Promise<WorkOutcome | null> {
  if (work === null || work.kind === "external" || work.recover === undefined) return null;
  // The transaction may have been committed all the same: what it did needs no other way.
  const [isHeld] = await withTenant(deps.database, scopeOf(row, 10_000), (tx) =>
    lockJobs(tx, [attemptOf(row)]),
  );
  if (!isHeld) return { outcome: "fenced" };
  const result = await work.recover(thrown).catch((error: unknown) => {
    deps.logger.warn("job had no other way", {
      job_id: row.id,
      job: row.name,
      tenant_id: row.tenant_id,
      error,
    });
  });
  if (result === undefined || result === null) return null;
  const [done] = await withTenant(deps.database, scopeOf(row, 10_000), (tx) =>
    succeedJobs(tx, [{ ...attemptOf(row), result }]),
  );
  return { outcome: done ? "succeeded" : "fenced" };
}

/** How long work waits for an outside that does not answer, however often it is tried; after it, the budget counts. */
const outageMs = 3 * 86_400_000;

async function recordFailure(deps: Deps, row: JobRow, thrown: unknown): Promise<WorkOutcome> {
  const error = describeFailure(thrown);
  const waitMs = postponedMs(thrown);
  if (waitMs !== undefined) {
    await withTenant(deps.database, scopeOf(row, 10_000), (tx) =>
      postponeJob(tx, row.id, row.attempts, { delayMs: waitMs, error }),
    );
    return { outcome: "postponed" };
  }
  const waits = thrown instanceof DomainError && thrown.kind === "unavailable" && row.age_ms < outageMs;
  const mayPass = !(thrown instanceof DomainError) || isRetryable(thrown.kind);
  const again = waits || (mayPass && row.attempts < row.attempt_budget);
  const state = again ? "failed" : "dead";
  deps.logger.warn("job attempt failed", {
    job_id: row.id,
    job: row.name,
    tenant_id: row.tenant_id,
    attempt: row.attempts,
    state,
    error: thrown instanceof DomainError ? error : thrown,
  });
  await withTenant(deps.database, scopeOf(row, 10_000), (tx) =>
    failJob(tx, row.id, row.attempts, { state, error }),
  );
  return { outcome: state, error };
}

/** For how long work waits that could not be done, through no fault of its own; undefined: it failed. */
function postponedMs(thrown: unknown): number | undefined {
  if (!(thrown instanceof DomainError)) return undefined;
  if (thrown.code === "work_stopped") return 0;
  const waitMs = thrown.details["circuitRetryMs"];
  return typeof waitMs === "number" ? waitMs : undefined;
}

/** Code and message of anything thrown, short enough to keep in a row. */
export function describeFailure(thrown: unknown): { code: string; message: string } {
  if (thrown instanceof DomainError) return { code: thrown.code, message: thrown.message.slice(0, 1_000) };
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: "internal", message: message.slice(0, 1_000) };
}
