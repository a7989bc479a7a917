import { Temporal } from "temporal-polyfill";
import type { EventType } from "#libs/core/events.ts";
import type { ChangeTerms } from "#libs/core/subscription/change-terms.ts";
import { writeSystemAudit } from "#libs/data/audit-log.ts";
import { claimDrafts } from "#libs/data/billing-periods.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { emitEvents } from "#libs/data/domain-events.ts";
import { draftRow } from "#libs/data/draft-row.ts";
import { insertDraftParts, type NewInvoice } from "#libs/data/invoices.ts";
import { clearLate, countSettled } from "#libs/data/late-usage.ts";
import { insertSkippedDiscounts } from "#libs/data/skipped-discounts.ts";
import { saveAppliedChanges, saveChangedItems, type SavedChange } from "#libs/data/subscription-changes.ts";
import { advanceSubscriptions, type Progress } from "#libs/data/subscription-progress.ts";
import { finalizeDrafts } from "../invoice/finalize-invoices.ts";
import { type BoundaryDraft, hasBegun, type Standing } from "./draft-boundary.ts";
import { couponUsesOf } from "./draft-round.ts";
import type { Drafted } from "./drafted.ts";

const eventOf: Readonly<Record<ChangeTerms["kind"], EventType>> = {
  change: "subscription.changed",
  reschedule: "subscription.changed",
  cancel: "subscription.canceled",
  pause: "subscription.paused",
  resume: "subscription.resumed",
};

/**
 * Changed items and claims first; only what was won is written. Returns what was.
 * @param askedChangeIds changes that are asked for in this transaction: whoever asks says so in the audit log
 */
export async function saveRound(
  tx: TenantTx,
  round: readonly Drafted[],
  askedChangeIds: readonly string[],
): Promise<Drafted[]> {
  await saveChangedItems(tx, changesOf(round));
  const claimed = await claimDrafts(
    tx,
    round.map(({ draft: { applied }, claims, invoice }) => {
      return { claims, invoice, needsClaim: applied === null && claims.length > 0 };
    }),
  );
  const won = round.filter(({ draft: { applied, standing }, claims }) => {
    const taken = claims.filter(({ id }) => claimed.has(id));
    if (applied === null && claims.length > 0 && taken.length === 0) return false;
    if (taken.length === claims.length) return true;
    throw new Error(
      `subscription ${standing.subscriptionId}: some of its periods were claimed before, others not`,
    );
  });
  const written = won.flatMap(({ draft: { standing }, invoice }) =>
    invoice === null ? [] : [{ invoice, standing }],
  );
  await insertDraftParts(
    tx,
    written.map(({ invoice }) => invoice),
  );
  const skipped = won.filter(({ invoice }) => invoice === null);
  await insertSkippedDiscounts(
    tx,
    skipped.flatMap(({ draft }) => couponUsesOf(draft)),
  );
  const settled = won.filter(isSettled).map(({ draft }) => draft.standing);
  await clearLate(
    tx,
    settled.map((standing) => standing.subscriptionId),
  );
  await countSettled(
    tx,
    settled.flatMap((standing) => standing.settled ?? []),
  );
  await advanceSubscriptions(tx, won.map(progressOf));
  await saveChanges(tx, won, askedChangeIds);
  await finalizeOrWait(tx, written);
  return won;
}

function changesOf(round: readonly Drafted[]): (SavedChange & { invoiceId: string | null })[] {
  return round.flatMap(({ draft: { applied, standing }, invoice }) => {
    if (applied === null) return [];
    const { subscriptionId, scheduleNo } = standing;
    return [{ subscriptionId, applied, scheduleNo, invoiceId: invoice?.id ?? null }];
  });
}

function progressOf({ draft, invoice, fromIndex }: Drafted): Progress {
  const { standing, next } = draft;
  return {
    subscriptionId: standing.subscriptionId,
    index: fromIndex,
    next,
    billingSequence: standing.billingSequence + (invoice === null ? 0 : 1),
    status: statusAfter(draft),
  };
}

function statusAfter({ applied, standing }: BoundaryDraft): Progress["status"] {
  const kind = applied?.change.terms.kind;
  if (kind === "cancel") return "canceled";
  if (standing.position.last) return "ended";
  if (kind === "pause") return "paused";
  if (kind === "resume") return "active";
  return hasBegun(standing.items, standing.position.at) ? "begun" : null;
}

/** What changes mean for their subscriptions, and that they took effect. */
async function saveChanges(
  tx: TenantTx,
  won: readonly Drafted[],
  askedChangeIds: readonly string[],
): Promise<void> {
  const changes = changesOf(won);
  await saveAppliedChanges(tx, changes);
  await emitEvents(
    tx,
    changes.map(({ subscriptionId, applied: { change }, invoiceId }) => ({
      type: eventOf[change.terms.kind],
      subjectType: "subscription",
      subjectId: subscriptionId,
      data: { changeId: change.id, at: change.at.toString(), invoiceId },
    })),
  );
  const stored = changes.filter(({ applied }) => !askedChangeIds.includes(applied.change.id ?? ""));
  await writeSystemAudit(tx, stored.map(auditOf));
}

/** A change that was stored for later takes effect when nobody is there: the audit log says that it did, and what it billed. */
function auditOf({ subscriptionId, applied, scheduleNo, invoiceId }: ReturnType<typeof changesOf>[number]) {
  const { id: changeId, at, terms } = applied.change;
  return {
    ...{ action: `subscription.${terms.kind}_applied`, targetType: "subscription", targetId: subscriptionId },
    reason: `stored for ${at.toString()}`,
    after: { changeId, at: at.toString(), terms, scheduleNo, invoiceId },
  };
}

/** Whether late periods are settled by it: not by an invoice that was skipped with their lines on it. */
function isSettled({ draft: { standing }, invoice }: Drafted): boolean {
  const { late } = standing;
  return late !== undefined && (invoice !== null || late.length === 0);
}

/** An invoice that was written in this transaction, and the subscription that it bills. */
export type WrittenInvoice = { readonly invoice: NewInvoice; readonly standing: Standing };

/** Issues invoices now, or leaves them as drafts until their window has passed. */
export async function finalizeOrWait(tx: TenantTx, written: readonly WrittenInvoice[]): Promise<void> {
  const isAtOnce = ({ invoice: { finalizeAt } }: WrittenInvoice) =>
    finalizeAt !== null && Temporal.Instant.compare(finalizeAt, tx.now) <= 0;
  const atOnce = written.filter(isAtOnce);
  await finalizeDrafts(
    tx,
    atOnce.map(({ invoice, standing }) => draftRow(invoice, standing)),
  );
  await emitEvents(
    tx,
    written
      .filter((each) => !isAtOnce(each))
      .map(({ invoice }) => ({ type: "invoice.drafted", subjectType: "invoice", subjectId: invoice.id })),
  );
}
