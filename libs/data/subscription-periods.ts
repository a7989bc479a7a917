import { Prisma } from "#prisma/generated/client.ts";
import type { TenantTx } from "./database.ts";

export type SubscriptionPeriodRow = {
  readonly subscription_item_id: string;
  readonly price_code: string;
  readonly schedule_no: number;
  readonly index: number;
  readonly start_at: Date;
  readonly end_at: Date;
  readonly state: "claimed" | "billed" | "dropped" | "voided";
  readonly invoice_id: string | null;
};

/** Which periods: those that overlap `[from, to)`, after a place in the list. */
export type PeriodWindow = {
  readonly from: Date | null;
  readonly to: Date;
  readonly after: { readonly startAt: Date; readonly itemId: string } | null;
  readonly limit: number;
};

/** Periods of a subscription's items that were claimed, by start and item. */
export async function listSubscriptionPeriods(
  tx: TenantTx,
  subscriptionId: string,
  { from, to, after, limit }: PeriodWindow,
): Promise<SubscriptionPeriodRow[]> {
  const isLater =
    after === null
      ? Prisma.sql`true`
      : Prisma.sql`(p.start_at, p.subscription_item_id) > (${after.startAt}::timestamptz, ${after.itemId}::uuid)`;
  return tx.db.$queryRaw<SubscriptionPeriodRow[]>`
    select p.subscription_item_id, r.code as price_code, p.schedule_no, p.index, p.start_at, p.end_at, p.state, p.invoice_id
    from billing_period p
    join subscription_item i on i.tenant_id = p.tenant_id and i.id = p.subscription_item_id
    join price r on r.tenant_id = i.tenant_id and r.id = i.price_id
    where p.tenant_id = ${tx.tenantId}::uuid and i.subscription_id = ${subscriptionId}::uuid
      and (${from}::timestamptz is null or p.end_at > ${from}::timestamptz) and p.start_at < ${to}::timestamptz and ${isLater}
    order by p.start_at, p.subscription_item_id limit ${limit}`;
}

export type ClaimedUpTo = {
  readonly subscription_item_id: string;
  readonly schedule_no: number;
  /** Periods are claimed without a gap, so that all before it are claimed too. */
  readonly last_index: number;
};

/** How far the schedules of a subscription's items are claimed; those without a claim are left out. */
export async function listClaimedUpTo(tx: TenantTx, subscriptionId: string): Promise<ClaimedUpTo[]> {
  return tx.db.$queryRaw<ClaimedUpTo[]>`
    select p.subscription_item_id, p.schedule_no, max(p.index) as last_index from billing_period p
    join subscription_item i on i.tenant_id = p.tenant_id and i.id = p.subscription_item_id
    where p.tenant_id = ${tx.tenantId}::uuid and i.subscription_id = ${subscriptionId}::uuid
    group by p.subscription_item_id, p.schedule_no`;
}
