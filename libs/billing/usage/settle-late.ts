import { compareInstants } from "#libs/core/calendar/timezone.ts";
import { loadBillableSubscriptions } from "#libs/data/billable-subscriptions.ts";
import { type TenantTx, toInstant } from "#libs/data/database.ts";
import { takeBillingSequence } from "#libs/data/invoice-claims.ts";
import { insertDraftInvoices, type NewInvoice } from "#libs/data/invoices.ts";
import {
  clearLate,
  type CountedClaim,
  countSettled,
  listEndedWithLate,
  markLate,
  markLateAfter,
  takeClaimsToCount,
} from "#libs/data/late-usage.ts";
import { lockSubscriptions } from "#libs/data/subscription-progress.ts";
import { currentSettings } from "#libs/data/tenant-settings.ts";
import { loadQuantities } from "#libs/data/usage-quantities.ts";
import { boundaryInvoice, invoiceTerms } from "../run/boundary-invoice.ts";
import { draftBoundary, type Standing } from "../run/draft-boundary.ts";
import { finalizeOrWait, type WrittenInvoice } from "../run/save-round.ts";
import { loadLimits } from "../run/load-limits.ts";
import { withLateLines } from "../run/late-lines.ts";
import { standingAt } from "../run/load-standings.ts";

export type LateSweep = {
  readonly counted: number;
  readonly late: number;
  readonly invoices: readonly { readonly invoiceId: string }[];
};

const claimsPerSweep = 2_000;
const invoicesPerSweep = 200;

/**
 * Counts the events of billed periods again, by rotation, and never by a watermark: what has other events than were
 * billed is late, and so is what was billed after it of a meter that carries over. The next invoice of its subscription settles it; a subscription that has none to come gets a `late`
 * invoice here. A constant number of statements, for a bounded number of periods.
 */
export async function settleLateUsage(tx: TenantTx): Promise<LateSweep> {
  const claims = await takeClaimsToCount(tx, claimsPerSweep);
  const { late, carried } = await findLate(tx, claims);
  await markLate(tx, late);
  await markLateAfter(tx, carried);
  const ended = await listEndedWithLate(tx, invoicesPerSweep);
  const invoices = ended.length === 0 ? [] : await billEnded(tx, ended);
  return { counted: claims.length, late: late.length, invoices };
}

/** The claims whose events are not as many as they were rated with; `carried`: those of meters with `carry_over`. */
async function findLate(
  tx: TenantTx,
  claims: readonly CountedClaim[],
): Promise<{ readonly late: string[]; readonly carried: string[] }> {
  const ids = [...new Set(claims.map((claim) => claim.subscription_id))];
  const loaded = ids.length === 0 ? [] : await loadBillableSubscriptions(tx, ids);
  const meters = new Map(
    loaded.flatMap((each) =>
      "broken" in each ? [] : each.items.map((item) => [item.itemId, item.meter] as const),
    ),
  );
  const queries = claims.flatMap((claim) => {
    const meter = meters.get(claim.subscription_item_id) ?? null;
    if (meter === null) return [];
    const { customer_id: customerId, subscription_id: subscriptionId } = claim;
    const [start, end] = [toInstant(claim.start_at), toInstant(claim.end_at)];
    return [{ key: claim.id, customerId, subscriptionId, meter, start, end }];
  });
  const usage = await loadQuantities(tx, queries);
  const countedOf = new Map(claims.map((claim) => [claim.id, claim.counted]));
  const late = queries.filter(({ key }) => {
    const now = usage.get(key) ?? [];
    return now.reduce((sum, group) => sum + group.eventCount, 0n) !== countedOf.get(key);
  });
  const carried = late.filter(({ meter }) => meter.carryOver);
  return { late: late.map(({ key }) => key), carried: carried.map(({ key }) => key) };
}

async function billEnded(tx: TenantTx, ids: readonly string[]): Promise<{ invoiceId: string }[]> {
  const current = await currentSettings(tx);
  const { settings } = current;
  const terms = invoiceTerms(current, tx.now);
  await lockSubscriptions(tx, ids);
  const standings = (await loadBillableSubscriptions(tx, ids)).flatMap((loaded) =>
    "broken" in loaded ? [] : standingAt(loaded, () => ({ index: 0, at: tx.now, last: true })),
  );
  const settled = await withLateLines(tx, standings, settings);
  const late = settled.filter((each) => (each.late ?? []).length > 0);
  const planned = late.map((standing) => ({ standing, dues: [] }));
  const limits = await loadLimits(tx, planned, settings);
  const written: WrittenInvoice[] = [];
  for (const standing of late) {
    const draft = draftBoundary(standing, [], new Map(), settings, {
      limits: limits.get(standing.subscriptionId),
    });
    const decided = boundaryInvoice(draft, terms);
    if (decided === null) continue;
    const sequence = await takeBillingSequence(tx, standing.subscriptionId);
    written.push({ invoice: asLateInvoice(decided, standing, sequence), standing });
  }
  await insertDraftInvoices(
    tx,
    written.map(({ invoice }) => invoice),
  );
  await clearLate(tx, ids);
  await countSettled(
    tx,
    settled.flatMap((standing) => standing.settled ?? []),
  );
  await finalizeOrWait(tx, written);
  return written.map(({ invoice }) => ({ invoiceId: invoice.id }));
}

function asLateInvoice(decided: NewInvoice, standing: Standing, billingSequence: number): NewInvoice {
  const late = standing.late ?? [];
  const starts = late.map(({ rated }) => rated.due.start).sort(compareInstants);
  const ends = late.map(({ rated }) => rated.due.end).sort(compareInstants);
  const claimOf = new Map(late.map(({ rated, claimId }) => [rated.sourceKey, claimId]));
  return {
    ...decided,
    boundary: {
      kind: "late",
      scheduleNo: standing.scheduleNo,
      boundaryIndex: billingSequence,
      billingSequence,
    },
    billingReason: "subscription_late",
    periodStart: starts[0] ?? decided.periodStart,
    periodEnd: ends.at(-1) ?? decided.periodEnd,
    lines: decided.lines.map((line) => ({
      ...line,
      billingPeriodId: claimOf.get(line.sourceKey) ?? null,
    })),
  };
}
