import type { Temporal } from "temporal-polyfill";
import type { Settings } from "#libs/core/settings.ts";
import type { DuePeriod } from "#libs/core/rating/due-periods.ts";
import type { PeriodClaim } from "#libs/data/billing-periods.ts";
import type { NewInvoice } from "#libs/data/invoices.ts";
import type { VersionedSettings } from "#libs/data/tenant-settings.ts";
import { newId } from "#libs/data/new-id.ts";
import { type BoundaryDraft, draftLines, isDropped } from "./draft-boundary.ts";
import type { Drafted, RoundDraft } from "./drafted.ts";

export type InvoiceTerms = {
  readonly settings: Settings;
  readonly settingsVersion: number;
  /** When drafts of now are issued. */
  readonly finalizeAt: Temporal.Instant;
};

/** What holds for every invoice that is drafted at an instant. */
export function invoiceTerms(
  { settings, version: settingsVersion }: VersionedSettings,
  now: Temporal.Instant,
): InvoiceTerms {
  const finalizeAt = now.toZonedDateTimeISO(settings.timezone).add(settings.draftWindow).toInstant();
  return { settings, settingsVersion, finalizeAt };
}

/** A decided boundary with all that it writes: the invoice that it makes, and a claim on each period that falls due. */
export function draftedBoundary({ draft, fromIndex }: RoundDraft, terms: InvoiceTerms): Drafted {
  const claimOf = new Map(draft.dues.map((due) => [due, newId()]));
  const invoice = boundaryInvoice(draft, terms, claimOf);
  const eventsOf = new Map<DuePeriod, bigint>();
  for (const { due, eventCount } of draft.lines) eventsOf.set(due, (eventsOf.get(due) ?? 0n) + eventCount);
  const claims = [...claimOf].map(([due, id]): PeriodClaim => {
    const isWaived = isDropped(due, draft.applied);
    const state = isWaived ? "dropped" : "billed";
    const invoiceId = isWaived ? null : (invoice?.id ?? null);
    return { id, due, state, invoiceId, eventCount: eventsOf.get(due) ?? 0n };
  });
  return { draft, fromIndex, invoice, claims };
}

/**
 * The invoice that a decided boundary makes; null when the boundary makes none.
 * @param claimOf the claims of what falls due, where they are known
 */
export function boundaryInvoice(
  draft: BoundaryDraft,
  terms: InvoiceTerms,
  claimOf: ReadonlyMap<DuePeriod, string> = new Map(),
): NewInvoice | null {
  const { standing, assembled } = draft;
  const { settings, settingsVersion, finalizeAt } = terms;
  if (assembled === null) return null;
  if (assembled.totalMinor === 0n && settings.zeroAmountInvoices === "skip") return null;
  return {
    id: newId(),
    customerId: standing.customerId,
    subscriptionId: standing.subscriptionId,
    invoiceType: "subscription",
    currency: standing.currency,
    boundary: {
      kind: draft.kind,
      scheduleNo: standing.scheduleNo,
      boundaryIndex: standing.position.index,
      billingSequence: standing.billingSequence + 1,
    },
    billingReason: `subscription_${draft.kind}`,
    periodStart: draft.periodStart,
    periodEnd: draft.periodEnd,
    settingsVersion,
    roundingMode: settings.roundingMode,
    taxStatus: standing.taxStatus,
    couponPeriodAt: draft.couponPeriod?.start ?? null,
    finalizeAt,
    lines: draftLines(draft, claimOf).map((line) => ({ ...line, id: newId() })),
    assembled,
  };
}
