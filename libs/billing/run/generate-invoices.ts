import { Temporal } from "temporal-polyfill";
import { lineOfRated } from "#libs/core/invoice/new-line.ts";
import { formatMoney } from "#libs/core/money/money.ts";
import type { Settings } from "#libs/core/settings.ts";
import { claimPeriods, markPeriodsBilled } from "#libs/data/billing-periods.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { emitEvents } from "#libs/data/domain-events.ts";
import { insertDraftInvoices, type NewInvoice } from "#libs/data/invoices.ts";
import {
  advanceSubscriptions,
  lockSubscriptions,
  parkSubscriptions,
} from "#libs/data/subscription-progress.ts";
import { currentSettings } from "#libs/data/tenant-settings.ts";
import { finalizeInvoices } from "../invoice/finalize-invoices.ts";
import { describeFailure } from "../work/run-work.ts";
import { boundaryInvoice } from "./boundary-invoice.ts";
import {
  type BoundaryDraft,
  draftBoundary,
  dueAt,
  type ParkedSubscription,
  type Standing,
} from "./draft-boundary.ts";
import { loadStandings } from "./load-standings.ts";
import { loadUsage } from "./load-usage.ts";

export type GenerateInput = {
  readonly subscriptionIds: readonly string[];
  /** Boundaries up to here are billed, by zone of the subscription; inclusive. */
  readonly cutoffs: ReadonlyMap<string, Temporal.Instant>;
  readonly dryRun: boolean;
};

/** What one chunk did, or in a dry run would have done. Amounts as decimal strings. */
export type GenerateResult = {
  readonly invoices: readonly {
    readonly invoiceId: string;
    readonly customerId: string;
    readonly currency: string;
    readonly total: string;
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
  const { settings, version } = await currentSettings(tx);
  if (!input.dryRun) await lockSubscriptions(tx, input.subscriptionIds);
  const loaded = await loadStandings(tx, input.subscriptionIds);
  const parked: ParkedSubscription[] = [...loaded.broken];
  const drafted: { invoice: NewInvoice | null; draft: BoundaryDraft }[] = [];
  let standings = loaded.standings;
  for (let round = 0; round < maxRounds; round++) {
    const due = standings.filter((standing) => isDue(standing, input, tx.now));
    if (due.length === 0) break;
    const outcome = await draftRound(tx, due, settings);
    parked.push(...outcome.parked);
    const invoices = outcome.drafts.map((draft) => ({
      draft,
      invoice: boundaryInvoice(draft, { now: tx.now, settings, settingsVersion: version }),
    }));
    const kept = input.dryRun ? invoices : await saveRound(tx, invoices);
    drafted.push(...kept);
    standings = kept.flatMap(({ draft, invoice }) => nextStanding(draft, invoice !== null));
  }
  if (!input.dryRun) await parkSubscriptions(tx, parked);
  return describe(drafted, parked);
}

function isDue(standing: Standing, input: GenerateInput, now: Temporal.Instant): boolean {
  const zone = standing.items[0]?.schedule.timezone;
  const cutoff = zone === undefined ? undefined : input.cutoffs.get(zone);
  if (cutoff === undefined || Temporal.Instant.compare(standing.position.at, cutoff) > 0) return false;
  return input.dryRun || Temporal.Instant.compare(standing.position.at, now) <= 0;
}

async function draftRound(
  tx: TenantTx,
  due: readonly Standing[],
  settings: Settings,
): Promise<{ drafts: BoundaryDraft[]; parked: ParkedSubscription[] }> {
  const parked: ParkedSubscription[] = [];
  const attempt = <T>(standing: Standing, decide: () => T): T[] => {
    try {
      return [decide()];
    } catch (thrown) {
      const { code, message } = describeFailure(thrown);
      parked.push({
        subscriptionId: standing.subscriptionId,
        customerId: standing.customerId,
        code,
        reason: message,
      });
      return [];
    }
  };
  const planned = due.flatMap((standing) => attempt(standing, () => ({ standing, dues: dueAt(standing) })));
  const usage = await loadUsage(tx, planned);
  const drafts = planned.flatMap(({ standing, dues }) =>
    attempt(standing, () => draftBoundary(standing, dues, usage, settings)),
  );
  return { drafts, parked };
}

type Drafted = { readonly draft: BoundaryDraft; readonly invoice: NewInvoice | null };

/** Claims first; only what was won is written. Returns what was. */
async function saveRound(tx: TenantTx, round: readonly Drafted[]): Promise<Drafted[]> {
  const claims = await claimPeriods(
    tx,
    round.flatMap(({ draft }) => [...draft.dues]),
  );
  const claimOf = new Map(claims.map((claim) => [claim.due, claim.id]));
  const won = round.flatMap(({ draft, invoice }) => {
    const taken = draft.dues.filter((due) => claimOf.has(due));
    if (draft.dues.length > 0 && taken.length === 0) return [];
    if (taken.length < draft.dues.length) {
      throw new Error(
        `subscription ${draft.standing.subscriptionId}: some of its periods were claimed before, others not`,
      );
    }
    const lines = draft.lines.map((rated) => lineOfRated(rated, claimOf.get(rated.due) ?? null));
    return [{ draft, invoice: invoice === null ? null : { ...invoice, lines } }];
  });
  const invoices = won.flatMap(({ invoice }) => (invoice === null ? [] : [invoice]));
  await insertDraftInvoices(tx, invoices);
  await markPeriodsBilled(
    tx,
    won.flatMap(({ draft, invoice }) =>
      draft.dues.map((due) => ({
        id: claimOf.get(due) ?? "",
        invoiceId: invoice?.id ?? null,
        eventCount: draft.lines.reduce((sum, line) => (line.due === due ? sum + line.eventCount : sum), 0n),
      })),
    ),
  );
  await advanceSubscriptions(
    tx,
    won.map(({ draft, invoice }) => ({
      subscriptionId: draft.standing.subscriptionId,
      index: draft.standing.position.index,
      next: draft.next,
      billingSequence: draft.standing.billingSequence + (invoice === null ? 0 : 1),
    })),
  );
  await finalizeOrWait(tx, invoices);
  return won;
}

async function finalizeOrWait(tx: TenantTx, invoices: readonly NewInvoice[]): Promise<void> {
  const isAtOnce = ({ finalizeAt }: NewInvoice) =>
    finalizeAt !== null && Temporal.Instant.compare(finalizeAt, tx.now) <= 0;
  const atOnce = invoices.filter(isAtOnce);
  const waiting = invoices.filter((invoice) => !atOnce.includes(invoice));
  await finalizeInvoices(
    tx,
    atOnce.map((invoice) => invoice.id),
  );
  await emitEvents(
    tx,
    waiting.map((invoice) => ({ type: "invoice.drafted", subjectType: "invoice", subjectId: invoice.id })),
  );
}

function nextStanding(draft: BoundaryDraft, billed: boolean): Standing[] {
  if (draft.next === null) return [];
  const billingSequence = draft.standing.billingSequence + (billed ? 1 : 0);
  return [{ ...draft.standing, position: draft.next, billingSequence }];
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
              lines: invoice.lines.length,
            },
          ],
    ),
    boundaries: drafted.length,
    parked,
  };
}
