import { compareInstants } from "#libs/core/calendar/timezone.ts";
import { couponsAfter, type CouponUse, periodKey } from "#libs/core/invoice/held-coupon.ts";
import { rateFor } from "#libs/core/invoice/tax-lines.ts";
import type { Settings } from "#libs/core/settings.ts";
import type { AppliedChange } from "#libs/core/subscription/applied-change.ts";
import { applyChange } from "#libs/core/subscription/apply-change.ts";
import type { BilledClaim } from "#libs/core/subscription/change-credit.ts";
import type { DuePeriod } from "#libs/core/rating/due-periods.ts";
import { loadBilledClaims } from "#libs/data/billed-claims.ts";
import { findClaimed } from "#libs/data/billing-periods.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { newId } from "#libs/data/new-id.ts";
import { describeFailure } from "../work/run-work.ts";
import {
  type BoundaryDraft,
  draftBoundary,
  dueAt,
  type ParkedSubscription,
  type Standing,
} from "./draft-boundary.ts";
import type { Drafted, RoundDraft } from "./drafted.ts";
import { loadLimits } from "./load-limits.ts";
import { loadUsage } from "./load-usage.ts";

/** What earlier rounds of the same call decided. */
export type EarlierRounds = {
  /** Boundaries that were decided and not saved: a dry run's. */
  readonly unsaved: readonly Drafted[];
  /** What was used of coupons since they were loaded; a round adds its own. */
  readonly couponUses: CouponUse[];
};

/**
 * Decides the next boundary of each subscription, with the change that takes effect there. What core refuses is caught
 * per subscription.
 */
export async function draftRound(
  tx: TenantTx,
  due: readonly Standing[],
  settings: Settings,
  earlier: EarlierRounds,
): Promise<{ drafts: RoundDraft[]; parked: ParkedSubscription[] }> {
  const parked: ParkedSubscription[] = [];
  const attempt = <T>(standing: Standing, decide: () => T): T[] => {
    try {
      return [decide()];
    } catch (thrown) {
      const { code, message } = describeFailure(thrown);
      const { subscriptionId, customerId } = standing;
      parked.push({ subscriptionId, customerId, code, reason: message });
      return [];
    }
  };
  const claims = await claimsAtChanges(tx, due, earlier.unsaved);
  const reached = due.flatMap((before) =>
    attempt(before, () => {
      const { standing, applied } = takeEffect(before, claims);
      return { before, standing, applied, dues: dueAt(standing) };
    }),
  );
  const planned = await withoutClaimed(tx, reached, earlier.unsaved);
  const usage = await loadUsage(tx, planned);
  const limits = await loadLimits(tx, planned, settings, {
    unsaved: earlier.unsaved.map(({ draft }) => draft),
  });
  const drafts = planned.flatMap(({ before, standing, applied, dues }) =>
    attempt(standing, () => {
      const coupons = couponsAfter(standing.coupons, standing.subscriptionId, earlier.couponUses);
      const draft = draftBoundary({ ...standing, coupons }, dues, usage, settings, {
        applied,
        limits: limits.get(standing.subscriptionId),
      });
      earlier.couponUses.push(...couponUsesOf(draft));
      return { draft: { ...draft, standing }, fromIndex: before.position.index };
    }),
  );
  return { drafts, parked };
}

/** What a decided boundary takes off by coupons. */
export function couponUsesOf({ assembled, couponPeriod, standing }: BoundaryDraft): CouponUse[] {
  const period = couponPeriod === null ? null : periodKey(couponPeriod);
  const { subscriptionId } = standing;
  return (assembled?.discounts ?? []).flatMap(({ id: couponId, amountMinor }) =>
    amountMinor > 0n ? [{ couponId, subscriptionId, period, amountMinor }] : [],
  );
}

function isChangeDue({ changes, position }: Standing): boolean {
  const [change] = changes;
  return change !== undefined && compareInstants(change.at, position.at) <= 0;
}

/** The standing after the change that is due at its position, if there is one. */
function takeEffect(
  standing: Standing,
  claims: ReadonlyMap<string, readonly BilledClaim[]>,
): { standing: Standing; applied: AppliedChange | null } {
  const [change, ...changes] = standing.changes;
  if (change === undefined || !isChangeDue(standing)) return { standing, applied: null };
  const own = [...new Set(standing.items.map((item) => item.itemId))].flatMap((id) => claims.get(id) ?? []);
  const applied = applyChange(standing, change, own, newId);
  const { items, endsAt } = applied;
  const { terms, offered } = change;
  if (terms.kind === "cancel") {
    const position = { ...standing.position, last: true };
    return { applied, standing: { ...standing, items, endsAt, changes: [], position } };
  }
  const grid =
    terms.kind === "reschedule" ? { timezone: terms.timezone, anchor: terms.anchor ?? standing.anchor } : {};
  return {
    applied,
    standing: {
      ...{ ...standing, ...grid, items, endsAt, changes, planId: offered?.planId ?? standing.planId },
      scheduleNo: standing.scheduleNo + 1,
      position: { ...standing.position, index: 0 },
    },
  };
}

/** A change may come to an instant that was billed before: what is claimed there already is not due again. */
async function withoutClaimed<
  P extends { readonly applied: AppliedChange | null; readonly dues: DuePeriod[] },
>(tx: TenantTx, reached: readonly P[], earlier: readonly Drafted[]): Promise<P[]> {
  const again = reached.flatMap(({ applied, dues }) => (applied === null ? [] : dues));
  const claimed = await findClaimed(tx, again);
  const keyOf = ({ item, index }: DuePeriod) => `${item.itemId}/${item.scheduleNo}/${index}`;
  const before = new Set(earlier.flatMap(({ draft }) => draft.dues.map(keyOf)));
  return reached.map((each) => ({
    ...each,
    dues: each.dues.filter((due) => !claimed.has(due) && !before.has(keyOf(due))),
  }));
}

/** Periods that were billed beyond the changes that are due, by item: what they may have to give back. */
async function claimsAtChanges(
  tx: TenantTx,
  due: readonly Standing[],
  earlier: readonly Drafted[],
): Promise<Map<string, BilledClaim[]>> {
  const cuts = due.filter(isChangeDue).flatMap((standing) => {
    const ids = new Set(standing.items.map((item) => item.itemId));
    return [...ids].map((itemId) => ({ itemId, at: standing.position.at }));
  });
  const claims = await loadBilledClaims(tx, cuts);
  const cutOf = new Map(cuts.map((cut) => [cut.itemId, cut.at]));
  for (const claim of earlier.flatMap(({ draft }) => claimsOfDraft(draft))) {
    const at = cutOf.get(claim.itemId);
    if (at === undefined || compareInstants(claim.end, at) <= 0) continue;
    claims.set(claim.itemId, [...(claims.get(claim.itemId) ?? []), claim]);
  }
  return claims;
}

/** What a boundary would have claimed and billed, had it been saved. */
function claimsOfDraft({ dues, lines, assembled, standing }: BoundaryDraft): BilledClaim[] {
  return dues.map((due): BilledClaim => {
    const { index, start, end } = due;
    const line = lines.find((each) => each.due === due);
    const amounts = assembled?.lines.find((each) => each.key === line?.sourceKey);
    const { itemId, scheduleNo } = due.item;
    const claim = { itemId, scheduleNo, index, start, end, claimId: null };
    if (line === undefined || amounts === undefined) return { ...claim, billed: null };
    const { exactAmount, quantity, unitAmount } = line;
    const credited = { amountMinor: 0n, discountMinor: 0n, taxes: [] };
    const taxRates = standing.taxRates.map((rate) => rateFor(rate, due.item.price.taxBehavior));
    return { ...claim, billed: { exactAmount, amounts, credited, taxRates, quantity, unitAmount } };
  });
}
