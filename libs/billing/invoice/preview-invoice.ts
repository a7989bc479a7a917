import type { Temporal } from "temporal-polyfill";
import { compareInstants } from "#libs/core/calendar/timezone.ts";
import { domainError } from "#libs/core/errors.ts";
import type { Position } from "#libs/core/rating/due-periods.ts";
import type { Settings } from "#libs/core/settings.ts";
import { loadBillableSubscriptions } from "#libs/data/billable-subscriptions.ts";
import { findClaimed } from "#libs/data/billing-periods.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { currentSettings } from "#libs/data/tenant-settings.ts";
import { closingPosition, type PeriodAsked, positionsOfPeriod } from "../run/boundary-of-period.ts";
import {
  type BoundaryDraft,
  draftBoundary,
  draftLines,
  dueAt,
  type Standing,
} from "../run/draft-boundary.ts";
import { draftRound } from "../run/draft-round.ts";
import { withLateLines } from "../run/late-lines.ts";
import { loadPendingChanges, withOverrides } from "../run/load-changes.ts";
import { billStandings } from "../run/generate-invoices.ts";
import { loadStandings, standingAt } from "../run/load-standings.ts";
import { loadLimits } from "../run/load-limits.ts";
import { loadUsage } from "../run/load-usage.ts";
import { lineViews, type UnsavedLineView } from "./line-view.ts";

export type PreviewInput = {
  readonly subscriptionId: string;
  /** A period of the subscription; unset: the one that holds `asOf`. */
  readonly period?: PeriodAsked;
  /** Default: the tenant's now. */
  readonly asOf?: Temporal.Instant;
};

/** An invoice as it would be made now; `roundingMode` is the tenant's. */
export type InvoicePreview = { readonly draft: BoundaryDraft; readonly roundingMode: string };

/**
 * The invoice of the boundary that closes a period, decided as generation decides it, from the usage there is now.
 * Writes nothing. Of two invoices with the same period (the first one, of what is paid in advance, and the one that
 * closes it) this is the last one that generation would make now; the one that closes it when it would make none. A change that waits and takes effect by then is the invoice that comes.
 * @throws DomainError subscription_not_found, subscription_broken, period_not_aligned, and what stops its billing
 */
export async function previewInvoice(tx: TenantTx, input: PreviewInput): Promise<InvoicePreview> {
  const { settings } = await currentSettings(tx);
  const asked = input.period;
  const first = await loadStandingAt(tx, input.subscriptionId, asked?.start ?? input.asOf ?? tx.now);
  const [change] = first.changes;
  if (asked === undefined && change !== undefined && compareInstants(change.at, first.position.at) <= 0) {
    return { draft: await draftChange(tx, first, change.at, settings), roundingMode: settings.roundingMode };
  }
  const positions = asked === undefined ? [] : positionsOfPeriod(first, asked);
  const due = await draftDue(tx, first, positions);
  if (due !== null) return { draft: due, roundingMode: settings.roundingMode };
  const position = positions.at(-1) ?? first.position;
  const [standing = first] = await withLateLines(tx, [{ ...first, position }], settings);
  const dues = dueAt(standing);
  const usage = await loadUsage(tx, [{ standing, dues }]);
  const isRepeated = (await findClaimed(tx, dues)).size > 0;
  const limits = await loadLimits(tx, [{ standing, dues }], settings, { isRepeated });
  const draft = draftBoundary(standing, dues, usage, settings, {
    limits: limits.get(standing.subscriptionId),
  });
  return { draft, roundingMode: settings.roundingMode };
}

/** The last invoice of a period that generation would make now, as it would; null when it would make none. */
async function draftDue(
  tx: TenantTx,
  { subscriptionId, timezone }: Standing,
  positions: readonly Position[],
): Promise<BoundaryDraft | null> {
  const due = positions.filter(({ at }) => compareInstants(at, tx.now) <= 0);
  const last = due.at(-1);
  if (last === undefined) return null;
  const { standings } = await loadStandings(tx, [subscriptionId]);
  const cutoffs = new Map([[timezone, last.at]]);
  const { drafted } = await billStandings(tx, standings, { cutoffs, dryRun: true });
  const drafts = drafted
    .map(({ draft }) => draft)
    .filter(({ standing }) => due.some(({ at }) => compareInstants(at, standing.position.at) === 0));
  return drafts.at(-1) ?? null;
}

/** The invoice of a change that waits, as it would be if it took effect with the usage there is now. */
async function draftChange(
  tx: TenantTx,
  standing: Standing,
  at: Temporal.Instant,
  settings: Settings,
): Promise<BoundaryDraft> {
  const standings = [{ ...standing, position: { ...standing.position, at } }];
  const late = await withLateLines(tx, standings, settings);
  const { drafts, parked } = await draftRound(tx, late, settings, { unsaved: [], couponUses: [] });
  const [made] = drafts;
  if (made !== undefined) return made.draft;
  throw domainError("subscription_broken", `It cannot be billed: ${parked[0]?.reason ?? "nothing is due"}.`);
}

/** The lines of a preview as they would be stored. */
export function previewLines({ draft, roundingMode }: InvoicePreview): UnsavedLineView[] {
  return lineViews(draftLines(draft, new Map()), draft.assembled?.lines ?? [], roundingMode);
}

/**
 * One subscription at the boundary that closes the period which holds `at`, whatever was billed of it.
 * @throws DomainError subscription_not_found, subscription_broken
 */
async function loadStandingAt(tx: TenantTx, subscriptionId: string, at: Temporal.Instant): Promise<Standing> {
  const [loaded] = await loadBillableSubscriptions(tx, [subscriptionId]);
  if (loaded === undefined) throw domainError("subscription_not_found", "There is no such subscription.");
  if ("broken" in loaded)
    throw domainError("subscription_broken", `The subscription cannot be billed: ${loaded.broken}.`);
  const [standing] = standingAt(loaded, (terms) => closingPosition(terms, at));
  if (standing === undefined)
    throw domainError("subscription_broken", "The subscription has no period to bill.");
  const pending = (await loadPendingChanges(tx, [subscriptionId])).get(subscriptionId) ?? [];
  const changes = pending.map((change) => withOverrides(change, loaded.priceOverrides));
  return { ...standing, changes };
}
