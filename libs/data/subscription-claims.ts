import type { TenantTx } from "./database.ts";

export type SubscriptionClaim = {
  readonly subscription_item_id: string;
  readonly price_code: string;
  readonly start_at: Date;
  readonly end_at: Date;
  readonly state: "claimed" | "billed" | "dropped" | "voided";
  readonly invoice_id: string | null;
  readonly invoice_number: string | null;
};

/** Every period that was claimed of a subscription, oldest first. */
export async function listSubscriptionClaims(
  tx: TenantTx,
  subscriptionId: string,
): Promise<SubscriptionClaim[]> {
  return tx.db.$queryRaw<SubscriptionClaim[]>`
    select p.subscription_item_id, r.code as price_code, p.start_at, p.end_at, p.state, p.invoice_id, v.number as invoice_number
    from subscription_item i
    join price r on r.tenant_id = i.tenant_id and r.id = i.price_id
    join billing_period p on p.tenant_id = i.tenant_id and p.subscription_item_id = i.id
    left join invoice v on v.tenant_id = p.tenant_id and v.id = p.invoice_id
    where i.tenant_id = ${tx.tenantId}::uuid and i.subscription_id = ${subscriptionId}::uuid
    order by p.start_at, r.position, i.id`;
}
