import type { Temporal } from "temporal-polyfill";
import { type Db, toDate, type TenantTx } from "./database.ts";

export type RunKind = "month" | "due" | "legacy";
export type RunState = "planning" | "generating" | "generated" | "completed" | "completed_with_errors";

export type RunRow = {
  readonly tenant_id: string;
  readonly id: string;
  readonly kind: RunKind;
  readonly key: string;
  readonly month: string | null;
  readonly as_of: Date | null;
  readonly dry_run: boolean;
  readonly customers: readonly string[];
  /** Customers with a schedule of their own are left to that. */
  readonly leaves_scheduled: boolean;
  readonly state: RunState;
  readonly organizations: number;
  readonly already_billed: number;
  readonly waiting_zones: readonly string[];
  /** How often it was planned. */
  readonly plans: number;
  readonly started_at: Date;
  readonly generated_at: Date | null;
  readonly completed_at: Date | null;
  readonly recovered_at: Date | null;
};

/** Writes a run; a key that exists is the same run: its id comes back with `fresh` false. */
export async function insertRun(
  tx: TenantTx,
  run: {
    readonly id: string;
    readonly kind: RunKind;
    readonly key: string;
    readonly month: string | null;
    readonly asOf: Temporal.Instant | null;
    readonly dryRun: boolean;
    readonly customers: readonly string[];
    readonly leavesScheduled: boolean;
    readonly deadlineMs: number;
  },
): Promise<{ id: string; fresh: boolean }> {
  const rows = await tx.db.$queryRaw<{ id: string }[]>`
    insert into billing_run (tenant_id, id, kind, key, month, as_of, dry_run, customers, leaves_scheduled, deadline_at)
    values (${tx.tenantId}::uuid, ${run.id}::uuid, ${run.kind}, ${run.key}, ${run.month}, ${run.asOf === null ? null : toDate(run.asOf)},
      ${run.dryRun}, ${JSON.stringify(run.customers)}::jsonb, ${run.leavesScheduled}, now() + ${run.deadlineMs} * interval '1 millisecond')
    on conflict (tenant_id, key) do nothing returning id`;
  if (rows[0]) return { id: rows[0].id, fresh: true };
  const [existing] = await tx.db.$queryRaw<{ id: string }[]>`
    select id from billing_run where tenant_id = ${tx.tenantId}::uuid and key = ${run.key}`;
  return { id: existing?.id ?? run.id, fresh: false };
}

/** One run, locked for the rest of the transaction when asked. */
export async function findRun(tx: TenantTx, id: string, lock = false): Promise<RunRow | null> {
  const rows = lock
    ? await tx.db.$queryRaw<
        RunRow[]
      >`select * from billing_run where tenant_id = ${tx.tenantId}::uuid and id = ${id}::uuid for update`
    : await tx.db.$queryRaw<
        RunRow[]
      >`select * from billing_run where tenant_id = ${tx.tenantId}::uuid and id = ${id}::uuid`;
  return rows[0] ?? null;
}

/** Stores what the plan found. */
export async function saveRunPlan(
  tx: TenantTx,
  id: string,
  plan: {
    readonly organizations: number;
    readonly alreadyBilled: number;
    readonly waitingZones: readonly string[];
  },
): Promise<void> {
  await tx.db.$executeRaw`
    update billing_run set state = 'generating', organizations = greatest(organizations, ${plan.organizations}),
      already_billed = ${plan.alreadyBilled}, waiting_zones = ${JSON.stringify(plan.waitingZones)}::jsonb
    where tenant_id = ${tx.tenantId}::uuid and id = ${id}::uuid`;
}

/**
 * Sends a run back to planning, with the number of this plan and `deadlineMs` more to work in. The state keeps a
 * second call from planning it twice.
 */
export async function reopenRunPlan(tx: TenantTx, id: string, deadlineMs: number): Promise<number> {
  const [row] = await tx.db.$queryRaw<{ plans: number }[]>`
    update billing_run set state = 'planning', plans = plans + 1, deadline_at = now() + ${deadlineMs} * interval '1 millisecond'
    where tenant_id = ${tx.tenantId}::uuid and id = ${id}::uuid returning plans`;
  return row?.plans ?? 0;
}

/** Open runs of a month whose zones are not all over, locked. */
export async function lockWaitingRuns(tx: TenantTx): Promise<RunRow[]> {
  return tx.db.$queryRaw<RunRow[]>`
    select * from billing_run where tenant_id = ${tx.tenantId}::uuid and not dry_run and waiting_zones <> '[]'
      and state in ('generating', 'generated') order by started_at for update`;
}

/** Runs that still have something to decide. System role. */
export async function listOpenRuns(db: Db): Promise<{ tenant_id: string; id: string }[]> {
  return db.$queryRaw<{ tenant_id: string; id: string }[]>`
    select tenant_id, id from billing_run where state not in ('completed', 'completed_with_errors') order by started_at limit 1000`;
}

/** Runs of the last 7 days that ended with errors and may recover: each tenant's newest 100. System role. */
export async function listFailedRuns(db: Db): Promise<{ tenant_id: string; id: string }[]> {
  return db.$queryRaw<{ tenant_id: string; id: string }[]>`
    select tenant_id, id from (
      select tenant_id, id, row_number() over (partition by tenant_id order by started_at desc) as newest
      from billing_run where state = 'completed_with_errors' and started_at > now() - interval '7 days') r
    where newest <= 100 order by newest limit 2000`;
}

export type RunWork = {
  /** Jobs that generate, not ended. */
  readonly generating: number;
  /** Jobs that are neither ended nor failed a whole dispatch long. */
  readonly moving: number;
  /** Jobs dead, or failing for a whole dispatch and still tried. */
  readonly failing: number;
  readonly dead: number;
  readonly pastDeadline: boolean;
};

/** How the work of a run stands; a job that failed `patience` times in a row counts as failing, though it is tried on. */
export async function countRunWork(tx: TenantTx, id: string, patience: number): Promise<RunWork> {
  const [row] = await tx.db.$queryRaw<
    { generating: bigint; moving: bigint; failing: bigint; dead: bigint; past_deadline: boolean }[]
  >`
    select count(*) filter (where j.queue = 'invoice-generation' and j.state not in ('succeeded', 'dead')) as generating,
      count(*) filter (where j.state in ('pending', 'queued', 'running', 'failed') and not (j.attempts >= ${patience} and j.last_error is not null)) as moving,
      count(*) filter (where j.state = 'dead' or (j.state <> 'succeeded' and j.attempts >= ${patience} and j.last_error is not null)) as failing,
      count(*) filter (where j.state = 'dead') as dead,
      (select deadline_at < now() from billing_run where tenant_id = ${tx.tenantId}::uuid and id = ${id}::uuid) as past_deadline
    from job j where j.tenant_id = ${tx.tenantId}::uuid and j.run_id = ${id}::uuid and j.queue <> 'notification'`;
  return {
    generating: Number(row?.generating ?? 0n),
    moving: Number(row?.moving ?? 0n),
    failing: Number(row?.failing ?? 0n),
    dead: Number(row?.dead ?? 0n),
    pastDeadline: row?.past_deadline ?? false,
  };
}

/** Subscriptions that the run's chunks parked and that are still parked, or have a boundary due by `tx.now` since. */
export async function countRunParked(tx: TenantTx, id: string): Promise<number> {
  const [row] = await tx.db.$queryRaw<{ n: bigint }[]>`
    select count(distinct s.id) as n from job j
    cross join jsonb_array_elements(j.result->'parked') p
    join subscription s on s.tenant_id = j.tenant_id and s.id = (p->>'subscriptionId')::uuid
    where j.tenant_id = ${tx.tenantId}::uuid and j.run_id = ${id}::uuid and j.name = 'invoice.generate' and j.state = 'succeeded'
      and (s.parked_at is not null or s.next_due_at <= ${toDate(tx.now)})`;
  return Number(row?.n ?? 0n);
}

export async function setRunState(
  tx: TenantTx,
  id: string,
  state: RunState,
  recovered: boolean,
): Promise<void> {
  await tx.db.$executeRaw`
    update billing_run set state = ${state},
      generated_at = coalesce(generated_at, now()),
      completed_at = case when ${state} in ('completed', 'completed_with_errors') then coalesce(completed_at, now()) end,
      recovered_at = case when ${recovered} then now() else recovered_at end
    where tenant_id = ${tx.tenantId}::uuid and id = ${id}::uuid`;
}

/** Whether a run that bills what is due is still planning or generating: a second one would only repeat it. */
export async function hasOpenGeneration(tx: TenantTx): Promise<boolean> {
  const [row] = await tx.db.$queryRaw<{ open: boolean }[]>`
    select exists (select 1 from billing_run r where r.tenant_id = ${tx.tenantId}::uuid and not r.dry_run and r.state in ('planning', 'generating')) as open`;
  return row?.open ?? false;
}

/** Serialises whoever starts runs of one tenant. */
export async function lockRuns(tx: TenantTx): Promise<void> {
  await tx.db
    .$executeRaw`select pg_advisory_xact_lock(hashtextextended('billing_run:' || ${tx.tenantId}, 0))`;
}
