import type { Temporal } from "temporal-polyfill";
import { mergeRanges, validateCoverage } from "#libs/core/calendar/coverage.ts";
import type { TimeRange } from "#libs/core/calendar/proration.ts";
import { compareInstants } from "#libs/core/calendar/timezone.ts";
import { domainError } from "#libs/core/errors.ts";
import { periodShare } from "#libs/core/proration/period-share.ts";
import type { BillableItem } from "#libs/core/rating/billable-item.ts";
import { type BillableSubscription, loadBillableSubscriptions } from "#libs/data/billable-subscriptions.ts";
import { type TenantTx, toInstant } from "#libs/data/database.ts";
import { listSubscriptionClaims, type SubscriptionClaim } from "#libs/data/subscription-claims.ts";
import { itemSegments } from "../run/load-standings.ts";

export type GapReason = "voided" | "not_billed" | "parked" | "customer_inactive";

export type SubscriptionCoverage = {
  readonly covered: readonly SubscriptionClaim[];
  readonly gaps: readonly (TimeRange & { readonly priceCode: string; readonly reason: GapReason })[];
  readonly overlaps: readonly (TimeRange & { readonly priceCode: string })[];
  /** Times between pause and resume, in which nothing is to be billed. */
  readonly paused: readonly TimeRange[];
  readonly complete: boolean;
};

/** More periods of one item than this are not looked at: daily ones over 50 years. */
const periodsMax = 20_000;

/**
 * What of a subscription's life up to now is billed: the periods that fell due by the tenant's clock, held against the
 * claims, item by item. A void invoice leaves a gap until another one bills its periods. Writes nothing.
 * @throws DomainError subscription_not_found, subscription_broken
 */
export async function readCoverage(tx: TenantTx, subscriptionId: string): Promise<SubscriptionCoverage> {
  const [loaded] = await loadBillableSubscriptions(tx, [subscriptionId]);
  if (loaded === undefined) throw domainError("subscription_not_found", "There is no such subscription.");
  if ("broken" in loaded) {
    throw domainError("subscription_broken", `The subscription cannot be read: ${loaded.broken}.`);
  }
  const claims = await listSubscriptionClaims(tx, subscriptionId);
  const items = loaded.items.map((item) => ({ item, segments: itemSegments(item, loaded.endsAt) }));
  const found = items.map(({ item, segments }) => {
    const own = claims.filter((claim) => claim.subscription_item_id === item.itemId);
    const wanted = segments.flatMap((segment) => duePeriodsUpTo(segment, tx.now));
    const held = own.filter(({ state }) => state !== "voided").map(rangeOf);
    const voided = own.filter(({ state }) => state === "voided").map(rangeOf);
    const { gaps, overlaps } = validateCoverage(wanted, held);
    const named = { priceCode: item.price.code };
    return {
      gaps: gaps.flatMap((gap) => explainGap(gap, voided, loaded).map((part) => ({ ...part, ...named }))),
      overlaps: overlaps.map((overlap) => ({ ...overlap, ...named })),
    };
  });
  const gaps = found.flatMap((each) => each.gaps).sort((a, b) => compareInstants(a.start, b.start));
  const overlaps = found.flatMap((each) => each.overlaps);
  return {
    covered: claims.filter(({ state }) => state !== "voided"),
    gaps,
    overlaps,
    paused: pausesOf(
      items.flatMap(({ segments }) => segments.flatMap((segment) => lifeOf(segment, tx.now))),
      loaded.status === "paused" ? tx.now : null,
    ),
    complete: gaps.length === 0 && overlaps.length === 0,
  };
}

/** Periods of an item that fell due: in advance at their start, in arrears at their end, one-time items where they begin. */
function duePeriodsUpTo(item: BillableItem, now: Temporal.Instant): TimeRange[] {
  const { price, schedule, endsAt } = item;
  const isOnce = price.kind === "one_time";
  const isAhead = isOnce || price.billing === "in_advance";
  const due: TimeRange[] = [];
  for (let index = 0; index < (isOnce ? 1 : periodsMax); index++) {
    const { start, end } = periodShare(schedule, index, { endsAt, by: "none" });
    if (compareInstants(start, end) >= 0 || compareInstants(isAhead ? start : end, now) > 0) break;
    due.push({ start, end });
  }
  return due;
}

function rangeOf({ start_at, end_at }: SubscriptionClaim): TimeRange {
  return { start: toInstant(start_at), end: toInstant(end_at) };
}

/** The parts of a gap that a void invoice left, and the rest with the reason why nothing has billed it. */
function explainGap(
  gap: TimeRange,
  voided: readonly TimeRange[],
  { customer, parkedCode }: BillableSubscription,
): (TimeRange & { readonly reason: GapReason })[] {
  const { gaps: never } = validateCoverage([gap], voided);
  const { gaps: lost } = validateCoverage([gap], never);
  const idle = customer.status === "inactive" ? "customer_inactive" : "not_billed";
  const reason: GapReason = parkedCode === null ? idle : "parked";
  return [
    ...lost.map((range) => ({ ...range, reason: "voided" as const })),
    ...never.map((range) => ({ ...range, reason })),
  ];
}

function lifeOf({ schedule, endsAt }: BillableItem, now: Temporal.Instant): TimeRange[] {
  const { start } = periodShare(schedule, 0, { endsAt, by: "none" });
  const end = endsAt === null || compareInstants(now, endsAt) < 0 ? now : endsAt;
  return compareInstants(start, end) < 0 ? [{ start, end }] : [];
}

/** Holes in which no item lives, and the time since the last one ended when it is paused still (`until`). */
function pausesOf(ranges: readonly TimeRange[], until: Temporal.Instant | null): TimeRange[] {
  const merged = mergeRanges(ranges);
  const [first, last] = [merged[0], merged.at(-1)];
  if (first === undefined || last === undefined) return [];
  return [...validateCoverage([{ start: first.start, end: until ?? last.end }], merged).gaps];
}
