import { domainError } from "#libs/core/errors.ts";
import { couponsAfter } from "#libs/core/invoice/held-coupon.ts";
import { periodShare } from "#libs/core/proration/period-share.ts";
import type { BillableItem } from "#libs/core/rating/billable-item.ts";
import type { DuePeriod } from "#libs/core/rating/due-periods.ts";
import { loadBillableSubscriptions } from "#libs/data/billable-subscriptions.ts";
import { listInvoiceCoupons, lockLimitedCoupons } from "#libs/data/coupons.ts";
import { type TenantTx, toInstant } from "#libs/data/database.ts";
import { hasProrationCredit, type InvoiceClaim, listInvoiceClaims } from "#libs/data/invoice-claims.ts";
import type { NewInvoice } from "#libs/data/invoices.ts";
import type { StoredInvoice } from "#libs/data/stored-invoice.ts";
import { currentSettings } from "#libs/data/tenant-settings.ts";
import { boundaryInvoice } from "../run/boundary-invoice.ts";
import { draftBoundary } from "../run/draft-boundary.ts";
import { standingAt } from "../run/load-standings.ts";
import { loadLimits } from "../run/load-limits.ts";
import { loadUsage } from "../run/load-usage.ts";

/** An invoice decided again; `invoice` is null when there would be none now. */
export type Redraft = {
  readonly invoice: NewInvoice | null;
  /** The claims that it bills, and of how many events each quantity was made. */
  readonly claims: readonly { readonly id: string; readonly eventCount: bigint }[];
};

type Kind = "start" | "cycle" | "final";

/**
 * Decides the invoice of a boundary again, from the claims it holds: the terms, the usage and the settings of now.
 * Its kind, period and place stay. Writes nothing.
 * @param linePrefix what its lines' keys begin with, as those of an issued invoice are taken
 * @throws DomainError invoice_not_regenerable, subscription_broken, and what stops its billing
 */
export async function redraftBoundary(
  tx: TenantTx,
  stored: StoredInvoice,
  linePrefix: string,
): Promise<Redraft> {
  const { kind, subscription_id: subscriptionId } = stored;
  if (subscriptionId === null || !isBoundaryKind(kind)) {
    throw domainError(
      "invoice_not_regenerable",
      `Only invoices of a subscription's own boundaries (start, cycle, final) can be made again; this one is ${kind ?? "made by hand"}.`,
    );
  }
  const claims = await listInvoiceClaims(tx, stored.id);
  if (claims.length === 0) {
    throw domainError(
      "invoice_not_regenerable",
      `Invoice ${stored.number ?? "(draft)"} bills no period any more: another one took its place.`,
    );
  }
  if (await hasProrationCredit(tx, stored.id)) {
    throw domainError(
      "invoice_not_regenerable",
      `Invoice ${stored.number ?? "(draft)"} gives back what was paid in advance, which cannot be decided again; correct it by a credit note.`,
    );
  }
  const { settings, version } = await currentSettings(tx);
  await lockLimitedCoupons(tx, [subscriptionId]);
  const [loaded] = await loadBillableSubscriptions(tx, [subscriptionId]);
  if (loaded === undefined || "broken" in loaded)
    throw domainError(
      "subscription_broken",
      `The subscription cannot be billed: ${loaded?.broken ?? "it is gone"}.`,
    );
  const index = stored.boundary_index ?? 0;
  const at = boundaryInstant(claims, loaded.items, tx);
  const ownUses = new Map((await listInvoiceCoupons(tx, stored.id)).map((id) => [id, -1]));
  const terms = { ...loaded, coupons: couponsAfter(loaded.coupons, ownUses) };
  const [standing] = standingAt(terms, () => ({ index, at, last: kind === "final" }));
  if (standing === undefined) throw domainError("subscription_broken", "The subscription has no items.");
  const billed = claimedPeriods(standing.items, claims);
  const dues = billed.map(({ due }) => due);
  const usage = await loadUsage(tx, [{ standing, dues }]);
  const limits = await loadLimits(tx, [{ standing, limits: standing.limits }], {
    exceptInvoiceId: stored.id,
  });
  const limit = limits.get(subscriptionId) ?? null;
  const draft = draftBoundary(standing, dues, usage, settings, { limit });
  const decided = boundaryInvoice(draft, { now: tx.now, settings, settingsVersion: version });
  return {
    claims: billed.map(({ id, due }) => ({
      id,
      eventCount: draft.lines.reduce((sum, line) => (line.due === due ? sum + line.eventCount : sum), 0n),
    })),
    invoice: decided === null ? null : asStored(decided, stored, kind, billed, linePrefix),
  };
}

function isBoundaryKind(kind: StoredInvoice["kind"]): kind is Kind {
  return kind === "start" || kind === "cycle" || kind === "final";
}

type ClaimedPeriod = { readonly id: string; readonly due: DuePeriod };

/** The claims as due periods, in the order of the items. */
function claimedPeriods(items: readonly BillableItem[], claims: readonly InvoiceClaim[]): ClaimedPeriod[] {
  return items.flatMap((item) =>
    claims
      .filter((claim) => claim.subscription_item_id === item.itemId && claim.schedule_no === item.scheduleNo)
      .map((claim) => {
        const [start, end] = [toInstant(claim.start_at), toInstant(claim.end_at)];
        const by = item.price.kind === "one_time" ? "none" : item.price.proration;
        const { share } = periodShare(item.schedule, claim.index, { endsAt: end, by });
        return { id: claim.id, due: { item, index: claim.index, start, end, ratio: share } };
      }),
  );
}

type Item = { readonly itemId: string; readonly price: BillableItem["price"] };

/** Where the claims meet: what is paid in advance begins there, what is paid in arrears ends there. */
function boundaryInstant(claims: readonly InvoiceClaim[], items: readonly Item[], tx: TenantTx) {
  const [claim] = claims;
  if (claim === undefined) return tx.now;
  const price = items.find((item) => item.itemId === claim.subscription_item_id)?.price;
  const isAhead = price?.kind === "one_time" || price?.billing === "in_advance";
  return toInstant(isAhead ? claim.start_at : claim.end_at);
}

function asStored(
  decided: NewInvoice,
  stored: StoredInvoice,
  kind: Kind,
  billed: readonly ClaimedPeriod[],
  linePrefix: string,
): NewInvoice {
  const claimOf = (itemId: string | null, start: { readonly epochMilliseconds: number }) =>
    billed.find(
      ({ due }) => due.item.itemId === itemId && due.start.epochMilliseconds === start.epochMilliseconds,
    )?.id ?? null;
  const key = (line: string) => `${linePrefix}${line}`;
  return {
    ...decided,
    boundary: {
      kind,
      scheduleNo: stored.schedule_no ?? 0,
      boundaryIndex: stored.boundary_index ?? 0,
      billingSequence: stored.billing_sequence ?? 0,
    },
    billingReason: stored.billing_reason,
    periodStart: stored.period_start === null ? null : toInstant(stored.period_start),
    periodEnd: stored.period_end === null ? null : toInstant(stored.period_end),
    description: stored.description,
    metadata: stored.metadata,
    lines: decided.lines.map((line) => ({
      ...line,
      sourceKey: key(line.sourceKey),
      billingPeriodId: claimOf(line.itemId, line.start),
    })),
    assembled: {
      ...decided.assembled,
      lines: decided.assembled.lines.map((line) => ({ ...line, key: key(line.key) })),
    },
  };
}
