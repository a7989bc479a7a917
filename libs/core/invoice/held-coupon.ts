import type { DecimalString } from "../price/price.ts";
import type { Discount } from "./assemble-invoice.ts";

/** A coupon that a customer or a subscription holds, as invoices see it. */
export type HeldCoupon = {
  /** Of the holding, not of the coupon: the same coupon may be held twice. */
  readonly id: string;
  readonly name: string;
  readonly kind: "percent" | "amount";
  /** Percent, or major units of `currency`. */
  readonly value: DecimalString;
  /** Of an amount; null for a percentage. */
  readonly currency: string | null;
  /** Codes of prices; empty: all. */
  readonly appliesTo: readonly string[];
  /** Invoices that it may still discount; null = no limit. */
  readonly usesLeft: number | null;
};

/**
 * The discounts of an invoice, in the order in which the coupons are held. One in another currency, used up, or made for
 * prices that the invoice does not bill, gives none.
 * @param lines keys of the invoice's lines, with the code of the price that each bills
 */
export function discountsOf(
  coupons: readonly HeldCoupon[],
  currency: string,
  lines: readonly { readonly key: string; readonly priceCode: string | null }[],
): Discount[] {
  return coupons.flatMap((coupon): Discount[] => {
    if (coupon.usesLeft !== null && coupon.usesLeft <= 0) return [];
    if (coupon.currency !== null && coupon.currency !== currency) return [];
    const { id, name, kind, value, appliesTo } = coupon;
    if (appliesTo.length === 0) return [{ id, name, kind, value }];
    const keys = lines.filter(({ priceCode }) => priceCode !== null && appliesTo.includes(priceCode));
    return keys.length === 0 ? [] : [{ id, name, kind, value, appliesTo: keys.map(({ key }) => key) }];
  });
}

/** The coupons after some of their uses were taken, by id: a limited one has as many fewer. */
export function couponsAfter(
  coupons: readonly HeldCoupon[],
  uses: ReadonlyMap<string, number>,
): HeldCoupon[] {
  return coupons.map((coupon) =>
    coupon.usesLeft === null ? coupon : { ...coupon, usesLeft: coupon.usesLeft - (uses.get(coupon.id) ?? 0) },
  );
}
