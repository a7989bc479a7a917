import type { Db } from "./database.ts";

export type StateCount = { readonly state: string; readonly count: number };

export type WorkFigures = {
  readonly jobs: readonly (StateCount & { readonly queue: string })[];
  readonly effects: readonly (StateCount & { readonly kind: string })[];
  /** Started in the last seven days. */
  readonly runs: readonly StateCount[];
  /** Opened in the last 24 hours. */
  readonly attempts: readonly StateCount[];
  readonly deliveries: readonly StateCount[];
  readonly inbox: readonly StateCount[];
  /** Seconds since the tick that no worker has run, by schedule; 0 when none is overdue. */
  readonly schedules: readonly { readonly name: string; readonly seconds: number }[];
  /** Breaches that the last look at each invariant found, over all tenants; 0 when it holds. */
  readonly invariants: readonly { readonly code: string; readonly breaches: number }[];
  /** Findings of the last look at each kind of anomaly, over all tenants. */
  readonly anomalies: readonly { readonly kind: string; readonly findings: number }[];
  readonly parkedSubscriptions: number;
  /** Age of the oldest job that is due and has not ended; 0 when there is none. */
  readonly oldestDueSeconds: number;
  /** Age of the oldest job that is due and that no relay has taken; 0 when there is none. */
  readonly relayLagSeconds: number;
};

/** What was issued here; imported ones belong to other books. Sums in minor units, as text; credit notes count against them. */
export type InvoiceFigure = StateCount & {
  readonly mode: "live" | "test";
  readonly currency: string;
  readonly total: string;
  readonly paid: string;
};

/** Invoices by state and currency, over all tenants: reads every one of them, so ask rarely. System role. */
export function readInvoiceFigures(db: Db): Promise<InvoiceFigure[]> {
  return db.$queryRaw<InvoiceFigure[]>`
    select t.mode, i.invoice_status as state, i.currency, count(*)::int as count,
      sum(case when i.invoice_type = 'credit' then -i.total_minor else i.total_minor end)::text as total,
      sum(i.amount_paid_minor)::text as paid
    from invoice i join tenant t on t.id = i.tenant_id where i.imported_at is null
    group by t.mode, i.invoice_status, i.currency`;
}

/** How much work there is and how old it is, over all tenants. System role. */
export async function readWorkFigures(db: Db): Promise<WorkFigures> {
  const jobs = await db.$queryRaw<WorkFigures["jobs"]>`
    select queue, state, count(*)::int as count from job where state <> 'succeeded' group by queue, state`;
  const effects = await db.$queryRaw<WorkFigures["effects"]>`
    select kind, state, count(*)::int as count from effect group by kind, state`;
  const runs = await db.$queryRaw<StateCount[]>`
    select state, count(*)::int as count from billing_run where started_at > now() - interval '7 days' group by state`;
  const attempts = await db.$queryRaw<StateCount[]>`
    select state, count(*)::int as count from payment_attempt where opened_at > now() - interval '24 hours' group by state`;
  const deliveries = await db.$queryRaw<StateCount[]>`
    select state, count(*)::int as count from webhook_delivery where state <> 'delivered' group by state`;
  const inbox = await db.$queryRaw<StateCount[]>`
    select state, count(*)::int as count from webhook_inbox
    where state in ('received', 'failed') or state = 'ignored' and received_at > now() - interval '24 hours' group by state`;
  const schedules = await db.$queryRaw<WorkFigures["schedules"]>`
    select name, greatest(0, extract(epoch from now() - next_run_at))::float8 as seconds from schedule where next_run_at is not null`;
  const invariants = await db.$queryRaw<WorkFigures["invariants"]>`
    select code, sum(breaches)::int as breaches from invariant_check group by code`;
  const anomalies = await db.$queryRaw<WorkFigures["anomalies"]>`
    select kind, sum(findings)::int as findings from anomaly_check group by kind`;
  const [age] = await db.$queryRaw<{ due: number; relay: number; parked: number }[]>`
    select coalesce(extract(epoch from now() - min(run_at)), 0)::float8 as due,
      coalesce(extract(epoch from now() - min(run_at) filter (where state = 'pending')), 0)::float8 as relay,
      (select count(*)::int from subscription where parked_at is not null) as parked
    from job where state in ('pending', 'queued', 'running', 'failed') and run_at <= now()`;
  return {
    ...{ jobs, effects, runs, attempts, deliveries, inbox, schedules, invariants, anomalies },
    parkedSubscriptions: age?.parked ?? 0,
    oldestDueSeconds: Math.max(0, age?.due ?? 0),
    relayLagSeconds: Math.max(0, age?.relay ?? 0),
  };
}

/** Age in seconds of the oldest job of these queues that is due and has not ended; 0 when there is none. System role. */
export async function oldestDueSeconds(db: Db, queues: readonly string[]): Promise<number> {
  const [age] = await db.$queryRaw<{ due: number }[]>`
    select coalesce(extract(epoch from now() - min(run_at)), 0)::float8 as due
    from job where state in ('pending', 'queued', 'running', 'failed') and run_at <= now() and queue = any(${[...queues]})`;
  return Math.max(0, age?.due ?? 0);
}
