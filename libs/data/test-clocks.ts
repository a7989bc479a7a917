import type { Temporal } from "temporal-polyfill";
import { toDate, type TenantTx } from "./database.ts";
import { newId } from "./new-id.ts";

export type TestClockRow = {
  readonly id: string;
  readonly now: Date;
  readonly target_at: Date;
  readonly state: "ready" | "advancing";
  readonly created_at: Date;
};

/** The tenant's clock as its owner drives it; null when it has none. Locked for the rest of the transaction when asked. */
export async function findTestClock(tx: TenantTx, lock = false): Promise<TestClockRow | null> {
  if (lock)
    await tx.db.$queryRaw`select id from test_clock where tenant_id = ${tx.tenantId}::uuid for update`;
  const rows = await tx.db.$queryRaw<TestClockRow[]>`
    select c.id, t.clock_now as now, c.target_at, c.state, c.created_at
    from test_clock c join tenant t on t.id = c.tenant_id where c.tenant_id = ${tx.tenantId}::uuid`;
  return rows[0] ?? null;
}

/** False when the tenant has one already. */
export async function insertTestClock(tx: TenantTx, at: Temporal.Instant): Promise<boolean> {
  const written = await tx.db.$executeRaw`
    insert into test_clock (tenant_id, id, target_at) values (${tx.tenantId}::uuid, ${newId()}::uuid, ${toDate(at)})
    on conflict (tenant_id) do nothing`;
  return written === 1;
}

/** Gives it a new target, or says that it has arrived. */
export async function saveTestClock(
  tx: TenantTx,
  change: { readonly state: TestClockRow["state"]; readonly targetAt?: Temporal.Instant },
): Promise<void> {
  const target = change.targetAt === undefined ? null : toDate(change.targetAt);
  await tx.db.$executeRaw`
    update test_clock set state = ${change.state}, target_at = coalesce(${target}::timestamptz, target_at) where tenant_id = ${tx.tenantId}::uuid`;
}

/**
 * Whether work of the tenant is under way or about to be: jobs that wait, run, or failed fewer than `patience` times, and
 * runs that still plan or generate. What only tells somebody is none of it. `exceptJob` is the job that asks.
 */
export async function isTenantBusy(
  tx: TenantTx,
  options: { readonly patience: number; readonly exceptJob: string },
): Promise<boolean> {
  const [row] = await tx.db.$queryRaw<{ busy: boolean }[]>`
    select exists (select 1 from job where tenant_id = ${tx.tenantId}::uuid and name <> ${options.exceptJob} and queue not in ('notification', 'webhook-delivery')
        and (state in ('queued', 'running') or (state = 'pending' and run_at < now() + interval '2 seconds')
          or (state = 'failed' and attempts < ${options.patience})))
      or exists (select 1 from billing_run where tenant_id = ${tx.tenantId}::uuid and state in ('planning', 'generating')) as busy`;
  return row?.busy ?? false;
}

/** The next instant after now at which something of the tenant falls due by its clock; null = nothing ever does. */
export async function nextDueInstant(tx: TenantTx): Promise<Date | null> {
  const now = toDate(tx.now);
  const [row] = await tx.db.$queryRaw<{ at: Date | null }[]>`
    select least(
      (select min(next_due_at) from subscription where tenant_id = ${tx.tenantId}::uuid and next_due_at > ${now} and parked_at is null
        and status in ('scheduled', 'trialing', 'active', 'past_due')),
      (select min(expires_at) from credit_grant where tenant_id = ${tx.tenantId}::uuid and expires_at > ${now} and amount_minor > expired_minor),
      (select min(finalize_at) from invoice where tenant_id = ${tx.tenantId}::uuid and invoice_status = 'draft' and finalize_at > ${now})) as at`;
  return row?.at ?? null;
}

/** Ids of runs that still have something to decide. */
export async function listOpenRunIds(tx: TenantTx): Promise<string[]> {
  const rows = await tx.db.$queryRaw<{ id: string }[]>`
    select id from billing_run where tenant_id = ${tx.tenantId}::uuid and state in ('planning', 'generating', 'generated') order by id`;
  return rows.map((row) => row.id);
}
