import { applyPriceOverride, type PriceOverride } from "#libs/core/price/price-override.ts";
import type { ChangeTerms, OfferedPlan, PendingChange } from "#libs/core/subscription/change-terms.ts";
import type { TenantTx } from "#libs/data/database.ts";
import {
  changeInstant,
  listPendingChanges,
  loadOfferedPlans,
  type OfferedPlanRow,
} from "#libs/data/subscription-changes.ts";

/**
 * The changes that wait, by subscription and in order: two statements at most, however many. The prices of their plans
 * are still without the subscription's overrides.
 */
export async function loadPendingChanges(
  tx: TenantTx,
  subscriptionIds: readonly string[],
): Promise<Map<string, PendingChange[]>> {
  const rows = await listPendingChanges(tx, subscriptionIds);
  const offered = await loadOffers(
    tx,
    rows.map((row) => row.terms),
  );
  const found = new Map<string, PendingChange[]>();
  for (const row of rows) {
    const change = { id: row.id, at: changeInstant(row), terms: row.terms, offered: offered(row.terms) };
    const known = found.get(row.subscription_id);
    if (known) known.push(change);
    else found.set(row.subscription_id, [change]);
  }
  return found;
}

/** The plan that each of the terms leads to; null for terms that lead to none. */
export async function loadOffers(
  tx: TenantTx,
  list: readonly ChangeTerms[],
): Promise<(terms: ChangeTerms) => OfferedPlan | null> {
  const ids = new Set(list.flatMap((terms) => planVersionOf(terms) ?? []));
  const plans = new Map((await loadOfferedPlans(tx, [...ids])).map((plan) => [plan.id, toOffer(plan)]));
  return (terms) => plans.get(planVersionOf(terms) ?? "") ?? null;
}

/** The change with the subscription's own terms on the prices of the same code. */
export function withOverrides(change: PendingChange, overrides: readonly PriceOverride[]): PendingChange {
  if (change.offered === null || overrides.length === 0) return change;
  const prices = change.offered.prices.map((each) => ({
    ...each,
    price: applyPriceOverride(each.price, overrides),
  }));
  return { ...change, offered: { ...change.offered, prices } };
}

function planVersionOf(terms: ChangeTerms): string | null {
  return "planVersionId" in terms ? terms.planVersionId : null;
}

function toOffer({ id, plan_id: planId, interval, prices, ...row }: OfferedPlanRow): OfferedPlan {
  const limits = {
    ...{ planVersionId: id, interval, minimumCommitmentMinor: row.minimum_commitment_minor },
    maximumAmountMinor: row.maximum_amount_minor,
  };
  return {
    ...{ planVersionId: id, planId, interval },
    prices: prices.map(({ id: priceId, definition: price, meter }) => ({ priceId, price, meter, limits })),
  };
}
