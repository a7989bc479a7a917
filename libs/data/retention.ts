import type { Db, TenantTx } from "./database.ts";
import { lowestId } from "./new-id.ts";

/** What ended before an instant is forgotten, so many rows at a time, the oldest first; found by its place, whatever the planner knows of the table. */
export type Retention = { readonly before: Date; readonly limit: number };

/**
 * Forgets calls to the outside that are over: what each was for stands in its own table (the mirror, the closed attempt, the ended refund,
 * the stored file), which is why nobody makes it again. Mails, customers and saved methods are kept: nothing else remembers
 * those calls. The database itself decides which (`effect_forget`), of its tenant alone and none younger than 30 days. Returns how many.
 */
export async function forgetEffects(tx: TenantTx, { before, limit }: Retention): Promise<number> {
  const [row] = await tx.db.$queryRaw<{ gone: number }[]>`
    select effect_forget(${tx.tenantId}::uuid, ${before}, ${limit}::int) as gone`;
  return row?.gone ?? 0;
}

/** Forgets what endpoints were told, with each try, where nothing more will be sent by itself; none younger than 30 days. Returns how many. */
export async function forgetDeliveries(tx: TenantTx, { before, limit }: Retention): Promise<number> {
  const [row] = await tx.db.$queryRaw<{ gone: number }[]>`
    select webhook_delivery_forget(${tx.tenantId}::uuid, ${lowestId(before)}::uuid, ${limit}::int) as gone`;
  return row?.gone ?? 0;
}

/**
 * Forgets messages of providers that were dealt with, or set aside. Stripe repeats one for three days and keeps it for thirty; one that came
 * after all would find what it says done: payments, refunds and disputes are known by the provider's id. System role. Returns how many.
 */
export async function pruneInbox(db: Db, { before, limit }: Retention): Promise<number> {
  return db.$executeRaw`
    delete from webhook_inbox where state <> 'received' and ctid = any(array(
      select ctid from webhook_inbox where state <> 'received' and received_at < ${before}
      order by received_at limit ${limit}))`;
}

/** Forgets counters of tries whose window has long ended. System role. Returns how many. */
export async function pruneHits(db: Db, { before, limit }: Retention): Promise<number> {
  return db.$executeRaw`
    delete from rate_limit where ctid = any(array(select ctid from rate_limit where window_started_at < ${before} limit ${limit}))
      and window_started_at < ${before}`;
}
