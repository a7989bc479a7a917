import type { Temporal } from "temporal-polyfill";
import { boundary, periodContaining, wholePeriodAround } from "../calendar/schedule.ts";
import { compareInstants } from "../calendar/timezone.ts";
import type { BillableItem } from "../rating/billable-item.ts";

/**
 * The period of a subscription that an invoice of it belongs to, as coupons count them: the one that begins at its
 * boundary, of the shortest interval. All invoices of one period use a coupon once.
 */
export type CouponPeriod = {
  readonly start: Temporal.Instant;
  /** Exclusive. */
  readonly end: Temporal.Instant;
  /** The invoice charges for the rest of a period that began before it: a change within it. */
  readonly isRest: boolean;
};

/**
 * The period of an invoice at an instant; null when no item lives there. What is billed in arrears between two boundaries,
 * and no fee beside it, belongs to the next one, as it would have been billed there.
 * @param charges when each of its charges begins
 */
export function couponPeriodAt(
  items: readonly BillableItem[],
  at: Temporal.Instant,
  charges: readonly { readonly start: Temporal.Instant }[],
): CouponPeriod | null {
  const live = items.filter(({ schedule, endsAt }) => {
    const start = boundary(schedule, 0);
    if (compareInstants(start, at) > 0) return false;
    return endsAt === null || (compareInstants(at, endsAt) <= 0 && compareInstants(start, endsAt) < 0);
  });
  const before = live.filter(({ schedule }) => compareInstants(boundary(schedule, 0), at) < 0);
  const wholes = (before.length > 0 ? before : live).map(({ schedule }) =>
    wholePeriodAround(schedule, periodContaining(schedule, at).index),
  );
  const [whole] = wholes.sort((a, b) => compareInstants(b.start, a.start));
  if (whole === undefined) return null;
  const { start, end } = whole;
  if (compareInstants(start, at) === 0) return { start, end, isRest: false };
  const isAhead = charges.some((charge) => compareInstants(charge.start, at) >= 0);
  if (isAhead) return { start, end, isRest: true };
  return { start: end, end, isRest: false };
}
