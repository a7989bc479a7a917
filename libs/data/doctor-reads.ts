import type { Db, TenantTx } from "./database.ts";

/** What the login of the application may do on its own, and whether row-level security holds. System role. */
export async function readRoleFacts(
  db: Db,
): Promise<{ superuser: boolean; bypassesRls: boolean; unforced: bigint; migrations: bigint }> {
  const [row] = await db.$queryRaw<
    { superuser: boolean; bypassesRls: boolean; unforced: bigint; migrations: bigint }[]
  >`
    select r.rolsuper as superuser, r.rolbypassrls as "bypassesRls",
      (select count(*) from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
        where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and not c.relforcerowsecurity) as unforced,
      (select count(*) from pg_class where relname = '_prisma_migrations') as migrations
    from pg_roles r where r.rolname = session_user`;
  if (row === undefined) throw new Error("the database does not know the role it is connected as");
  return row;
}

export type TenantFacts = {
  readonly active_customers: bigint;
  readonly live_subscriptions: bigint;
  readonly parked: { readonly code: string; readonly reason: string; readonly n: number }[];
  readonly dead: { readonly name: string; readonly message: string; readonly n: number }[];
  /** Jobs that failed twice or more and are still tried; `tries` is the most of one of them. */
  readonly failing: {
    readonly name: string;
    readonly message: string;
    readonly n: number;
    readonly tries: number;
  }[];
  /**
   * Runs of the last seven days that ended with errors and have not recovered, newest first. Older ones are no longer
   * settled, so their state says nothing; what holds them up shows as dead jobs and parked subscriptions.
   */
  readonly runs_with_errors: { readonly id: string; readonly month: string | null }[];
  readonly unknown_mails: bigint;
  readonly old_attempts: bigint;
  readonly late_runs: bigint;
};

/** Work of a tenant that does not move, by reason. */
export async function readTenantFacts(tx: TenantTx): Promise<TenantFacts> {
  const [row] = await tx.db.$queryRaw<TenantFacts[]>`
    select (select count(*) from customer where status = 'active' and deleted_at is null) as active_customers,
      (select count(*) from subscription where status in ('scheduled', 'trialing', 'active', 'past_due')) as live_subscriptions,
      (select coalesce(jsonb_agg(p), '[]') from (select parked_code as code, min(parked_reason) as reason, count(*)::int as n
        from subscription where parked_at is not null group by parked_code) p) as parked,
      (select coalesce(jsonb_agg(d), '[]') from (select name, min(last_error->>'message') as message, count(*)::int as n
        from job where state = 'dead' group by name, last_error->>'code') d) as dead,
      (select coalesce(jsonb_agg(f), '[]') from (select name, min(last_error->>'message') as message, count(*)::int as n, max(attempts) as tries
        from job where state not in ('succeeded', 'dead') and last_error is not null and attempts >= 2 group by name, last_error->>'code') f) as failing,
      (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'month', month) order by started_at desc), '[]') from billing_run
        where state = 'completed_with_errors' and not dry_run and started_at > now() - interval '7 days') as runs_with_errors,
      (select count(*) from effect where state = 'unknown' and kind like 'email.%') as unknown_mails,
      (select count(*) from payment_attempt where state in ('open', 'processing') and opened_at < now() - interval '1 hour') as old_attempts,
      (select count(*) from billing_run where state not in ('completed', 'completed_with_errors') 
        and not (state = 'generated' and waiting_zones <> '[]') and deadline_at < now()) as late_runs`;
  if (row === undefined) throw new Error("the database answered nothing");
  return row;
}
