import { z } from "zod";
import type { NewCoupon } from "#libs/billing/catalog/create-coupon.ts";
import { defined } from "#libs/core/defined.ts";
import { formatMoney } from "#libs/core/money/money.ts";
import { publicId } from "#libs/core/public-id.ts";
import type { CouponRow, CustomerCouponRow } from "#libs/data/coupons.ts";
import {
  codeText,
  currencyCode,
  decimalText,
  moneyText,
  nullableTimestamp,
  text,
  timestampToWire,
} from "./wire-values.ts";

/** `POST /v1/coupons`. */
export const createCouponBody = z.strictObject({
  code: codeText,
  name: text(200),
  percent_off: decimalText.optional().describe('Percent: "20" takes off 20 %'),
  amount_off: moneyText.optional(),
  currency: currencyCode.optional().describe("Of amount_off: it discounts invoices in this currency only"),
  duration: z
    .enum(["once", "repeating", "forever"])
    .describe("Counted in periods of a subscription: changes within a period take part in its use"),
  duration_periods: z
    .int()
    .min(1)
    .max(1_000)
    .optional()
    .describe("Periods that a repeating coupon discounts"),
  applies_to: z.array(codeText).max(100).optional().describe("Codes of prices; none: all lines"),
});

export const couponWire = z.strictObject({
  id: z.string(),
  code: z.string(),
  name: z.string(),
  percent_off: z.string().nullable(),
  amount_off: z.string().nullable(),
  currency: z.string().nullable(),
  duration: z.enum(["once", "repeating", "forever"]),
  duration_periods: z.int().nullable(),
  applies_to: z.array(z.string()),
  archived_at: z.string().nullable(),
  created_at: z.string(),
});

/** `POST /v1/customers/{id}/coupons`. */
export const giveCouponBody = z.strictObject({
  coupon: z.string().min(1).max(255).describe("Id or code"),
  subscription: z.string().max(64).optional().describe("Only for this one of its subscriptions"),
});

export const customerCouponWire = z.strictObject({
  coupon: z.string(),
  coupon_code: z.string(),
  customer: z.string(),
  subscription: z.string().nullable(),
  uses: z.int().describe("Invoices that it has discounted; void ones do not count"),
  starts_at: z.string(),
  ends_at: z.string().nullable(),
});

export function parseCoupon(body: z.infer<typeof createCouponBody>): NewCoupon {
  const { code, name, duration, percent_off, amount_off, currency, duration_periods, applies_to } = body;
  const more = { percentOff: percent_off, amountOff: amount_off, currency, appliesTo: applies_to };
  return { code, name, duration, ...defined({ ...more, durationPeriods: duration_periods }) };
}

export function couponToWire(row: CouponRow): z.infer<typeof couponWire> {
  const { amount_off_minor: minor, currency } = row;
  return {
    ...{ id: publicId("coupon", row.id), code: row.code, name: row.name, percent_off: row.percent_off },
    amount_off: minor === null || currency === null ? null : formatMoney({ minor, currency }),
    ...{ currency, duration: row.duration, duration_periods: row.duration_periods },
    applies_to: [...row.applies_to],
    archived_at: nullableTimestamp(row.archived_at),
    created_at: timestampToWire(row.created_at),
  };
}

export function customerCouponToWire(row: CustomerCouponRow): z.infer<typeof customerCouponWire> {
  return {
    ...{ coupon: publicId("coupon", row.coupon_id), coupon_code: row.coupon_code },
    customer: publicId("customer", row.customer_id),
    subscription: row.subscription_id === null ? null : publicId("subscription", row.subscription_id),
    uses: row.uses,
    starts_at: timestampToWire(row.starts_at),
    ends_at: nullableTimestamp(row.ends_at),
  };
}
