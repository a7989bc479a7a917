import type { Temporal } from "temporal-polyfill";
import type { Settings } from "#libs/core/settings.ts";
import type { NewInvoice } from "#libs/data/invoices.ts";
import { newId } from "#libs/data/new-id.ts";
import { type BoundaryDraft, draftLines } from "./draft-boundary.ts";

/** The invoice that a decided boundary makes, its claims not yet known; null when the boundary makes none. */
export function boundaryInvoice(
  draft: BoundaryDraft,
  terms: {
    readonly now: Temporal.Instant;
    readonly settings: Settings;
    readonly settingsVersion: number;
  },
): NewInvoice | null {
  const { standing, assembled } = draft;
  const { now, settings, settingsVersion } = terms;
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
    finalizeAt: now.toZonedDateTimeISO(settings.timezone).add(settings.draftWindow).toInstant(),
    lines: draftLines(draft, new Map()),
    assembled,
  };
}
