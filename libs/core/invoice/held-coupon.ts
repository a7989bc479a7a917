import type { Temporal } from "temporal-polyfill";
import { compareInstants } from "../calendar/timezone.ts";
import { Decimal } from "../money/decimal.ts";
import { formatMoney, parseMoney } from "../money/money.ts";
import { type RoundingMode, roundToMinor } from "../money/rounding.ts";
import type { DecimalString } from "../price/price.ts";
import type { Discount } from "./assemble-invoice.ts";
import type { CouponPeriod } from "./coupon-period.ts";
import type { LineKind } from "./invoice-document.ts";

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
  /** Periods that it may still discount, of any subscription; null = no limit. */
  readonly usesLeft: number | null;
  /** Periods of this subscription that it discounted, by the epoch milliseconds of their start: minor units. */
  readonly used: ReadonlyMap<string, bigint>;
};

/** A charge as coupons see it. */
export type CouponLine = {
  readonly key: string;
  readonly priceCode: string | null;
  readonly kind: LineKind;
  readonly start: Temporal.Instant;
  /** Exclusive. */
  readonly end: Temporal.Instant;
};

/** What a change gives back of a fee: the amount before discounts, and the discount that goes with it. Minor units. */
export type CouponCredit = {
  readonly priceCode: string | null;
  readonly amountMinor: bigint;
  readonly discountMinor: bigint;
};

export type CouponInvoice = {
  readonly currency: string;
  readonly at: Temporal.Instant;
  readonly roundingMode: RoundingMode;
  readonly lines: readonly CouponLine[];
  readonly credits: readonly CouponCredit[];
  /** Null: it belongs to no period, and is a use of its own. */
  readonly period: CouponPeriod | null;
};

/** How a period is named in what a coupon remembers of its uses. */
export function periodKey({ start }: CouponPeriod): string {
  return start.epochMilliseconds.toString();
}

/**
 * The discounts of an invoice, in the order in which the coupons are held. One in another currency, used up, or made for
 * prices that the invoice does not bill, gives none.
 *
 * A coupon is used once for a period, however many invoices it has. A change within it gives back the old fees' share of
 * the discount, and the coupon discounts the new ones in its place: a percentage as before, an amount by as much as came
 * back, so that the period has its amount once. One that is used up since then does so for fees up to the end of the
 * period; where they run longer (a move to a yearly plan), by as much as came back.
 */
export function discountsOf(coupons: readonly HeldCoupon[], invoice: CouponInvoice): Discount[] {
  const back = givenBack(coupons, invoice);
  return coupons.flatMap((coupon): Discount[] => {
    if (coupon.currency !== null && coupon.currency !== invoice.currency) return [];
    const all = { lines: invoice.lines, isAll: true };
    const isUp = coupon.usesLeft !== null && coupon.usesLeft <= 0;
    const usedMinor = usedIn(coupon, invoice.period);
    if (usedMinor === null) return isUp ? [] : discountOn(coupon, all);
    const { isRest = false, end = invoice.at } = invoice.period ?? {};
    const cameBack = { minor: back.get(coupon.id) ?? 0n, currency: invoice.currency };
    if (coupon.kind === "amount") {
      const { minor } = parseMoney(coupon.value, invoice.currency);
      return amountOn(coupon, all, { ...cameBack, minor: isRest ? cameBack.minor : minor - usedMinor });
    }
    if (!isUp || !isRest) return discountOn(coupon, all);
    const fees = invoice.lines.filter((line) => isFeeAfter(line, invoice.at));
    const within = fees.filter((line) => compareInstants(line.end, end) <= 0);
    if (within.length > 0) return discountOn(coupon, { lines: within, isAll: false });
    return amountOn(coupon, { lines: fees, isAll: false }, cameBack);
  });
}

type Reach = { readonly lines: readonly CouponLine[]; readonly isAll: boolean };

function discountOn({ id, name, kind, value, appliesTo }: HeldCoupon, { lines, isAll }: Reach): Discount[] {
  if (isAll && appliesTo.length === 0) return [{ id, name, kind, value }];
  const keys = lines.filter((line) => isFor(appliesTo, line)).map(({ key }) => key);
  return keys.length === 0 ? [] : [{ id, name, kind, value, appliesTo: keys }];
}

/** A discount of so much and no more. */
function amountOn(
  coupon: HeldCoupon,
  reach: Reach,
  { minor, currency }: { readonly minor: bigint; readonly currency: string },
): Discount[] {
  if (minor <= 0n) return [];
  return discountOn({ ...coupon, kind: "amount", value: formatMoney({ minor, currency }) }, reach);
}

function isFor(appliesTo: readonly string[], { priceCode }: { readonly priceCode: string | null }): boolean {
  return appliesTo.length === 0 || (priceCode !== null && appliesTo.includes(priceCode));
}

function isFeeAfter({ kind, end }: CouponLine, at: Temporal.Instant): boolean {
  return (kind === "recurring" || kind === "proration_charge") && compareInstants(end, at) > 0;
}

/** What it took off in the period so far; null: it was not used in it. */
function usedIn({ used }: HeldCoupon, period: CouponPeriod | null): bigint | null {
  return period === null ? null : (used.get(periodKey(period)) ?? null);
}

/** How much of the discounts that a change gives back came from each coupon that was used in the period, by id. */
function givenBack(
  coupons: readonly HeldCoupon[],
  { credits, period, currency, roundingMode }: CouponInvoice,
): ReadonlyMap<string, bigint> {
  const back = new Map<string, bigint>();
  for (const credit of credits) {
    let left = credit.amountMinor;
    let open = credit.discountMinor;
    for (const coupon of coupons) {
      if (usedIn(coupon, period) === null || !isFor(coupon.appliesTo, credit)) continue;
      const share =
        coupon.kind === "amount" ? open : percentOf(left, coupon.value, { currency, roundingMode });
      const part = smaller(share, open);
      left -= part;
      open -= part;
      back.set(coupon.id, (back.get(coupon.id) ?? 0n) + part);
    }
  }
  return back;
}

function smaller(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}

function percentOf(
  minor: bigint,
  percent: DecimalString,
  { currency, roundingMode }: Pick<CouponInvoice, "currency" | "roundingMode">,
): bigint {
  const major = new Decimal(formatMoney({ minor, currency }));
  return roundToMinor(major.times(percent).div(100), currency, roundingMode);
}

/** What an invoice of a subscription took off by a coupon: once for each of its periods. */
export type CouponUse = {
  readonly couponId: string;
  readonly subscriptionId: string;
  /** Null: the invoice belongs to no period, and is a use of its own. */
  readonly period: string | null;
  readonly amountMinor: bigint;
};

/** A subscription's coupons after some uses, of this and of other subscriptions, that they do not know of yet. */
export function couponsAfter(
  coupons: readonly HeldCoupon[],
  subscriptionId: string,
  uses: readonly CouponUse[],
): HeldCoupon[] {
  return coupons.map((coupon) => {
    const used = new Map(coupon.used);
    let usesLeft = coupon.usesLeft;
    const seen = new Set<string>();
    for (const use of uses.filter(({ couponId }) => couponId === coupon.id)) {
      const isOwn = use.subscriptionId === subscriptionId;
      const key = `${use.subscriptionId}/${use.period}`;
      const isNew = use.period === null || !(seen.has(key) || (isOwn && used.has(use.period)));
      seen.add(key);
      if (isNew && usesLeft !== null) usesLeft -= 1;
      if (isOwn && use.period !== null) used.set(use.period, (used.get(use.period) ?? 0n) + use.amountMinor);
    }
    return { ...coupon, used, usesLeft };
  });
}
