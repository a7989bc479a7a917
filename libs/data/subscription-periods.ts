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

/** Periods of a subscription's items that were claimed, overlapping `[from, to)`, in order; at most 1,000. */
export async function listSubscriptionPeriods(
  tx: TenantTx,
  subscriptionId: string,
  window: { readonly from: Date | null; readonly to: Date | null },
): Promise<SubscriptionPeriodRow[]> {
  return tx.db.$queryRaw<SubscriptionPeriodRow[]>`
    select p.subscription_item_id, r.code as price_code, p.schedule_no, p.index, p.start_at, p.end_at, p.state, p.invoice_id
    from billing_period p
    join subscription_item i on i.tenant_id = p.tenant_id and i.id = p.subscription_item_id
    join price r on r.tenant_id = i.tenant_id and r.id = i.price_id
    where p.tenant_id = ${tx.tenantId}::uuid and i.subscription_id = ${subscriptionId}::uuid
      and (${window.from}::timestamptz is null or p.end_at > ${window.from}) and (${window.to}::timestamptz is null or p.start_at < ${window.to})
    order by p.start_at, r.position, i.id limit 1000`;
}
