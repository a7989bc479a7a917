import { Temporal } from "temporal-polyfill";
import { instantText } from "#libs/core/calendar/instant-text.ts";
import type { CouponUse } from "#libs/core/invoice/held-coupon.ts";
import { formatMoney } from "#libs/core/money/money.ts";
import { lockLimitedCoupons } from "#libs/data/coupons.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { lockSubscriptions, parkSubscriptions } from "#libs/data/subscription-progress.ts";
import { currentSettings } from "#libs/data/tenant-settings.ts";
import { draftedBoundary, invoiceTerms } from "./boundary-invoice.ts";
import type { BoundaryDraft, ParkedSubscription, Standing } from "./draft-boundary.ts";
import type { Drafted } from "./drafted.ts";
import { draftRound } from "./draft-round.ts";
import { withLateLines } from "./late-lines.ts";
import { loadStandings } from "./load-standings.ts";
import { saveRound } from "./save-round.ts";

export type GenerateInput = {
  readonly subscriptionIds: readonly string[];
  /** Boundaries up to here are billed, by zone of the subscription; inclusive. */
  readonly cutoffs: ReadonlyMap<string, Temporal.Instant>;
  readonly dryRun: boolean;
  /** Changes that are asked for in this transaction, by a verb that audits them. */
  readonly askedChangeIds?: readonly string[];
};

/** What one chunk did, or in a dry run would have done. Amounts as decimal strings. */
export type GenerateResult = {
  readonly invoices: readonly {
    readonly invoiceId: string;
    readonly customerId: string;
    readonly currency: string;
    readonly total: string;
    /** The period that it bills, end not included, as RFC 3339 in UTC. */
    readonly periodStart: string | null;
    readonly periodEnd: string | null;
    readonly lines: number;
  }[];
  readonly boundaries: number;
  readonly parked: readonly ParkedSubscription[];
};

/** More boundaries than this in one transaction are left to the next sweep. */
const maxRounds = 40;

/**
 * Bills every due boundary of a few hundred subscriptions, each strictly in order, set-based: a round bills the next
 * boundary of all of them with a constant number of statements. What core refuses is caught per subscription before
 * anything is written: it is parked and stops nobody else. Repeating it does nothing: the claims are taken.
 * A dry run decides the same and writes nothing.
 */
export async function generateInvoices(tx: TenantTx, input: GenerateInput): Promise<GenerateResult> {
  if (!input.dryRun) {
    await lockSubscriptions(tx, input.subscriptionIds);
    await lockLimitedCoupons(tx, input.subscriptionIds);
  }
  const loaded = await loadStandings(tx, input.subscriptionIds);
  const { drafted, parked: failed } = await billStandings(tx, loaded.standings, input);
  const parked = [...loaded.broken, ...failed];
  if (!input.dryRun) await parkSubscriptions(tx, parked);
  return describe(drafted, parked);
}

/**
 * Bills loaded subscriptions, boundary by boundary, and lets their changes take effect in between. A dry run writes
 * nothing, and its later boundaries know of the earlier ones.
 */
export async function billStandings(
  tx: TenantTx,
  loaded: readonly Standing[],
  input: Pick<GenerateInput, "cutoffs" | "dryRun" | "askedChangeIds">,
): Promise<{ readonly drafted: readonly Drafted[]; readonly parked: readonly ParkedSubscription[] }> {
  const current = await currentSettings(tx);
  const { settings } = current;
  const terms = invoiceTerms(current, tx.now);
  const parked: ParkedSubscription[] = [];
  const drafted: Drafted[] = [];
  const couponUses: CouponUse[] = [];
  let standings: readonly Standing[] = await withLateLines(tx, loaded, settings, true);
  for (let round = 0; round < maxRounds; round++) {
    const due = standings.filter((standing) => isDue(standing, input, tx.now));
    if (due.length === 0) break;
    const outcome = await draftRound(tx, due, settings, { couponUses, unsaved: input.dryRun ? drafted : [] });
    parked.push(...outcome.parked);
    const decided = outcome.drafts.map((each) => draftedBoundary(each, terms));
    const kept = input.dryRun ? decided : await saveRound(tx, decided, input.askedChangeIds ?? []);
    drafted.push(...kept);
    standings = kept.flatMap(({ draft, invoice }) => nextStanding(draft, invoice !== null));
  }
  return { drafted, parked };
}

function isDue(
  standing: Standing,
  input: Pick<GenerateInput, "cutoffs" | "dryRun">,
  now: Temporal.Instant,
): boolean {
  const cutoff = input.cutoffs.get(standing.timezone);
  if (cutoff === undefined || Temporal.Instant.compare(standing.position.at, cutoff) > 0) return false;
  return input.dryRun || Temporal.Instant.compare(standing.position.at, now) <= 0;
}

function nextStanding(draft: BoundaryDraft, billed: boolean): Standing[] {
  if (draft.next === null) return [];
  const billingSequence = draft.standing.billingSequence + (billed ? 1 : 0);
  const { late, settled, ...standing } = draft.standing;
  const kept = billed || late === undefined ? {} : { late, ...(settled === undefined ? {} : { settled }) };
  return [{ ...standing, ...kept, position: draft.next, billingSequence }];
}

function describe(drafted: readonly Drafted[], parked: readonly ParkedSubscription[]): GenerateResult {
  return {
    invoices: drafted.flatMap(({ invoice }) =>
      invoice === null
        ? []
        : [
            {
              invoiceId: invoice.id,
              customerId: invoice.customerId,
              currency: invoice.currency,
              total: formatMoney({ minor: invoice.assembled.totalMinor, currency: invoice.currency }),
              periodStart: textOf(invoice.periodStart),
              periodEnd: textOf(invoice.periodEnd),
              lines: invoice.lines.length,
            },
          ],
    ),
    boundaries: drafted.length,
    parked,
  };
}

function textOf(at: Temporal.Instant | null): string | null {
  return at === null ? null : instantText(at);
}
