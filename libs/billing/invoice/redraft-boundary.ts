import type { Temporal } from "temporal-polyfill";
import { domainError } from "#libs/core/errors.ts";
import { periodShare } from "#libs/core/proration/period-share.ts";
import type { BillableItem } from "#libs/core/rating/billable-item.ts";
import type { DuePeriod } from "#libs/core/rating/due-periods.ts";
import { loadBillableSubscriptions } from "#libs/data/billable-subscriptions.ts";
import { lockLimitedCoupons } from "#libs/data/coupons.ts";
import { type TenantTx, toInstant } from "#libs/data/database.ts";
import {
  type AmendingLine,
  type InvoiceClaim,
  listAmendingLines,
  listInvoiceClaims,
} from "#libs/data/invoice-claims.ts";
import type { InvoiceBoundary, NewInvoice } from "#libs/data/invoices.ts";
import type { SettledClaim } from "#libs/data/late-usage.ts";
import type { StoredInvoice } from "#libs/data/stored-invoice.ts";
import { currentSettings } from "#libs/data/tenant-settings.ts";
import { boundaryInvoice, invoiceTerms } from "../run/boundary-invoice.ts";
import { draftBoundary, type Standing } from "../run/draft-boundary.ts";
import { againLateLines } from "../run/late-lines.ts";
import { standingAt } from "../run/load-standings.ts";
import { loadLimits } from "../run/load-limits.ts";
import { loadUsage } from "../run/load-usage.ts";
import { appliedAgain, creditInstant } from "./amendments-again.ts";
import { assertNotAmended } from "./assert-not-amended.ts";

/** An invoice decided again; `invoice` is null when there would be none now. */
export type Redraft = {
  readonly invoice: NewInvoice | null;
  /** The claims that it bills, and of how many events each quantity was made. */
  readonly claims: readonly { readonly id: string; readonly eventCount: bigint }[];
  /** The earlier periods that it settles, and of how many events. */
  readonly settled: readonly SettledClaim[];
};

type Kind = InvoiceBoundary["kind"];

/**
 * Decides the invoice of a boundary again, from what it holds: the periods that it claimed, what it gave back of earlier
 * ones, and the late periods that it settled; by the terms, the usage and the settings of now. Its kind, period and place
 * stay. Writes nothing.
 * @param linePrefix what its lines' keys begin with, as those of an issued invoice are taken
 * @throws DomainError invoice_not_regenerable, invoice_amended, subscription_broken, and what stops its billing
 */
export async function redraftBoundary(
  tx: TenantTx,
  stored: StoredInvoice,
  linePrefix: string,
): Promise<Redraft> {
  const { kind, subscription_id: subscriptionId } = stored;
  if (subscriptionId === null || kind === null)
    throw domainError("invoice_not_regenerable", "The invoice belongs to no boundary of a subscription.");
  await assertNotAmended(tx, stored);
  const claims = await listInvoiceClaims(tx, stored.id);
  const amending = await listAmendingLines(tx, stored.id);
  if (claims.length + amending.length === 0) {
    throw domainError(
      "invoice_not_regenerable",
      `Invoice ${stored.number ?? "(draft)"} bills no period any more: another one took its place.`,
    );
  }
  const current = await currentSettings(tx);
  const { settings } = current;
  const terms = invoiceTerms(current, tx.now);
  const { found, billedUntil } = await loadStanding(tx, stored, { subscriptionId, kind, claims, amending });
  const lateIds = amending.flatMap((line) => (line.kind === "late_usage" ? [line.billing_period_id] : []));
  const again = { claimIds: lateIds, exceptInvoiceId: stored.id };
  const standing = await againLateLines(tx, found, again, settings);
  const applied = await appliedAgain(tx, stored, standing, amending);
  const billed = claimedPeriods(standing.items, claims);
  const dues = billed.map(({ due }) => due);
  const usage = await loadUsage(tx, [{ standing, dues }]);
  const limits = await loadLimits(tx, [{ standing, dues }], settings, {
    again: { exceptInvoiceId: stored.id, billedUntil },
  });
  const draft = draftBoundary(standing, dues, usage, settings, {
    applied,
    limits: limits.get(subscriptionId),
  });
  const decided = boundaryInvoice(draft, terms);
  return {
    settled: standing.settled ?? [],
    claims: billed.map(({ id, due }) => ({
      id,
      eventCount: draft.lines.reduce((sum, line) => (line.due === due ? sum + line.eventCount : sum), 0n),
    })),
    invoice: decided === null ? null : asStored(decided, stored, kind, billed, linePrefix),
  };
}

/** The subscription as it stood at the boundary, with the terms of now, and the last instant whose boundary is billed; a coupon that the invoice used is free for it again. */
async function loadStanding(
  tx: TenantTx,
  stored: StoredInvoice,
  held: {
    readonly subscriptionId: string;
    readonly kind: Kind;
    readonly claims: readonly InvoiceClaim[];
    readonly amending: readonly AmendingLine[];
  },
): Promise<{ readonly found: Standing; readonly billedUntil: Temporal.Instant }> {
  await lockLimitedCoupons(tx, [held.subscriptionId]);
  const [loaded] = await loadBillableSubscriptions(tx, [held.subscriptionId], stored.id);
  if (loaded === undefined || "broken" in loaded)
    throw domainError(
      "subscription_broken",
      `The subscription cannot be billed: ${loaded?.broken ?? "it is gone"}.`,
    );
  const at = boundaryInstant(held.claims, loaded.items) ?? creditInstant(held.amending) ?? tx.now;
  const last = held.kind === "final" || held.kind === "late";
  const position = { index: stored.boundary_index ?? 0, at, last };
  const [standing] = standingAt(loaded, () => position);
  if (standing === undefined) throw domainError("subscription_broken", "The subscription has no items.");
  const billedUntil = loaded.nextDueAt?.subtract({ nanoseconds: 1 }) ?? tx.now;
  return { found: { ...standing, scheduleNo: stored.schedule_no ?? standing.scheduleNo }, billedUntil };
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
function boundaryInstant(claims: readonly InvoiceClaim[], items: readonly Item[]) {
  const [claim] = claims;
  if (claim === undefined) return null;
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
      billingPeriodId: line.billingPeriodId ?? claimOf(line.itemId, line.start),
    })),
    assembled: {
      ...decided.assembled,
      lines: decided.assembled.lines.map((line) => ({ ...line, key: key(line.key) })),
    },
  };
}
