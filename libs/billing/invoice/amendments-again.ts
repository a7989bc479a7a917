import { domainError } from "#libs/core/errors.ts";
import type { AppliedChange } from "#libs/core/subscription/applied-change.ts";
import type { BilledClaim } from "#libs/core/subscription/change-credit.ts";
import { loadBilledClaims } from "#libs/data/billed-claims.ts";
import { type TenantTx, toInstant } from "#libs/data/database.ts";
import type { AmendingLine } from "#libs/data/invoice-claims.ts";
import type { StoredInvoice } from "#libs/data/stored-invoice.ts";
import { changeInstant, findBilledChange } from "#libs/data/subscription-changes.ts";
import type { Standing } from "../run/draft-boundary.ts";

/** Where the credits of an invoice begin: the instant of the change that gave them; null when it has none. */
export function creditInstant(lines: readonly AmendingLine[]) {
  const starts = lines.flatMap((line) => (line.kind === "proration_credit" ? [line.period_start] : []));
  const [first] = starts.sort((a, b) => a.getTime() - b.getTime());
  return first === undefined ? null : toInstant(first);
}

/**
 * The change that an invoice billed, as it was applied: its items stand as it left them, and what it gives back is worked
 * out from what is billed now of the same claims. Null when it billed none.
 * @throws DomainError invoice_not_regenerable while what it gave back of is void
 */
export async function appliedAgain(
  tx: TenantTx,
  stored: StoredInvoice,
  standing: Standing,
  lines: readonly AmendingLine[],
): Promise<AppliedChange | null> {
  const change = await findBilledChange(tx, stored.id);
  if (change === null) return null;
  const { items, endsAt } = standing;
  const credited = lines.filter((line) => line.kind === "proration_credit");
  const cuts = credited.map((line) => ({
    itemId: line.subscription_item_id,
    at: toInstant(line.period_start),
  }));
  const claims = [...(await loadBilledClaims(tx, cuts, stored.id)).values()].flat();
  const ids = new Set(credited.map((line) => line.billing_period_id));
  if (claims.filter(({ claimId }) => claimId !== null && ids.has(claimId)).length < ids.size) {
    throw domainError(
      "invoice_not_regenerable",
      `Invoice ${stored.number ?? "(draft)"} gives back a part of an invoice that is void: make that one again first.`,
    );
  }
  const itemOf = (claim: BilledClaim) =>
    items.find((item) => item.itemId === claim.itemId && item.scheduleNo === claim.scheduleNo);
  return {
    change: { id: change.id, at: changeInstant(change), terms: change.terms, offered: null },
    ...{ closed: [], opened: [], items, endsAt },
    credits: claims.flatMap((claim) => {
      const item = itemOf(claim);
      return item === undefined || claim.claimId === null || !ids.has(claim.claimId) ? [] : [{ claim, item }];
    }),
  };
}
