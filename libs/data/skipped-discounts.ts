import { Temporal } from "temporal-polyfill";
import type { CouponUse } from "#libs/core/invoice/held-coupon.ts";
import { type TenantTx, toDate } from "./database.ts";
import { newId } from "./new-id.ts";

/** Keeps what coupons took off of invoices that were not made, as nothing was left of them: their periods are used. */
export async function insertSkippedDiscounts(tx: TenantTx, uses: readonly CouponUse[]): Promise<void> {
  if (uses.length === 0) return;
  const periods = uses.map(({ period }) =>
    period === null ? null : toDate(Temporal.Instant.fromEpochMilliseconds(Number(period))),
  );
  await tx.db.$executeRaw`
    insert into skipped_discount (tenant_id, id, customer_coupon_id, subscription_id, period_at, amount_minor)
    select ${tx.tenantId}::uuid, d.* from unnest(${uses.map(() => newId())}::uuid[], ${uses.map((use) => use.couponId)}::uuid[],
      ${uses.map((use) => use.subscriptionId)}::uuid[], ${periods}::timestamptz[], ${uses.map((use) => use.amountMinor)}::bigint[]) as d`;
}
