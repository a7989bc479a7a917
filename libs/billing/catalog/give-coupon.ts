import { domainError } from "#libs/core/errors.ts";
import { type ObjectRef, refText } from "#libs/core/object-ref.ts";
import { writeAudit } from "#libs/data/audit-log.ts";
import {
  type CustomerCouponRow,
  findCoupon,
  insertCustomerCoupon,
  listCustomerCoupons,
} from "#libs/data/coupons.ts";
import { lockCustomer } from "#libs/data/customers.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { findSubscription } from "#libs/data/subscriptions.ts";

/**
 * Gives a coupon to a customer: it discounts the invoices of all its subscriptions, or of the one that is named, from now
 * on. Throws `customer_not_found`, `coupon_not_found`, `subscription_not_found`, `currency_mismatch`.
 */
export async function giveCoupon(
  tx: TenantTx,
  input: { readonly customer: ObjectRef; readonly coupon: ObjectRef; readonly subscriptionId?: string },
): Promise<CustomerCouponRow> {
  const customer = await lockCustomer(tx, input.customer);
  if (customer === null)
    throw domainError("customer_not_found", `there is no customer ${refText(input.customer)}`);
  const coupon = await findCoupon(tx, input.coupon);
  if (coupon === null || coupon.archived_at !== null) {
    throw domainError("coupon_not_found", `there is no coupon ${refText(input.coupon)} to give`);
  }
  const subscriptionId = input.subscriptionId ?? null;
  const subscription = subscriptionId === null ? null : await findSubscription(tx, subscriptionId);
  if (subscriptionId !== null && subscription?.customer_id !== customer.id) {
    throw domainError("subscription_not_found", `${customer.name} has no such subscription`);
  }
  if (subscription !== null && coupon.currency !== null && coupon.currency !== subscription.currency) {
    throw domainError(
      "currency_mismatch",
      `the coupon ${coupon.code} takes off ${coupon.currency}, the subscription is billed in ${subscription.currency}`,
    );
  }
  const id = await insertCustomerCoupon(tx, { customerId: customer.id, subscriptionId, couponId: coupon.id });
  const row = (await listCustomerCoupons(tx, customer.id)).find((held) => held.id === id);
  if (row === undefined) throw domainError("internal", `coupon ${id} vanished while it was given`);
  await writeAudit(tx, { action: "coupon.give", targetType: "customer", targetId: customer.id, after: row });
  return row;
}
