import { Temporal } from "temporal-polyfill";
import { compareInstants } from "#libs/core/calendar/timezone.ts";
import { type LimitPeriod, limitPeriodsDue } from "#libs/core/rating/limit-periods.ts";
import type { LimitInputs } from "#libs/core/rating/limit-line.ts";
import { type BilledBefore, type BilledLimit, lineHere } from "#libs/core/rating/plan-limits.ts";
import type { DuePeriod } from "#libs/core/rating/due-periods.ts";
import type { Settings } from "#libs/core/settings.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { loadBilledBefore } from "#libs/data/limit-lines.ts";
import { type BoundaryDraft, type LimitsDue, linesOf, type Standing } from "./draft-boundary.ts";

export type LimitOptions = {
  /** Boundaries that were decided and not saved: they count as billed. */
  readonly unsaved?: readonly BoundaryDraft[];
  /** The invoice that is decided again, and the last boundary that is billed by now. */
  readonly again?: { readonly exceptInvoiceId: string; readonly billedUntil: Temporal.Instant };
  /** What is billed already is shown as it would be billed now, limits of the whole period included. */
  readonly isRepeated?: boolean;
};

type Planned = { readonly standing: Standing; readonly dues: readonly DuePeriod[] };

/**
 * The limits that are decided at the boundaries of some standings, by subscription: one statement, and none when no plan
 * has limits. What a boundary bills again does not count as billed before.
 */
export async function loadLimits(
  tx: TenantTx,
  planned: readonly Planned[],
  { roundingMode }: Pick<Settings, "roundingMode">,
  { unsaved = [], again, isRepeated = false }: LimitOptions = {},
): Promise<Map<string, LimitsDue>> {
  const due = planned.flatMap(({ standing, dues }) => {
    const settled = isRepeated ? [] : [...dues, ...(standing.late ?? []).map(({ rated }) => rated.due)];
    const touched = settled.map(({ start }) => start);
    const { at } = standing.position;
    const until = again === undefined ? {} : { billedUntil: again.billedUntil };
    const periods = limitPeriodsDue(standing.items, { at, touched, ...until });
    return periods.length === 0 ? [] : [{ standing, dues, periods }];
  });
  const billed = await loadBilledBefore(
    tx,
    due.map(({ standing: { subscriptionId }, periods }) => ({ subscriptionId, ...rangeOf(periods) })),
    again === undefined ? [] : [again.exceptInvoiceId],
  );
  return new Map(
    due.map(({ standing, dues, periods }) => {
      const { subscriptionId, position } = standing;
      const stored = billed.get(subscriptionId) ?? { lines: [], limits: [] };
      const drafts = unsaved.filter((draft) => draft.standing.subscriptionId === subscriptionId);
      const before = [stored, ...drafts.map((draft) => billedByDraft(draft, roundingMode))];
      const isBilledHere = (line: BilledBefore["lines"][number]) =>
        line.kind !== "proration_credit" &&
        dues.some(
          ({ item, start }) => item.itemId === line.itemId && compareInstants(start, line.start) === 0,
        );
      const isLaterLimit = ({ end }: BilledLimit) => isRepeated && compareInstants(end, position.at) >= 0;
      const left = {
        lines: before.flatMap(({ lines }) => lines.filter((line) => !isBilledHere(line))),
        limits: before.flatMap(({ limits }) => limits.filter((limit) => !isLaterLimit(limit))),
      };
      return [subscriptionId, { periods, before: left }];
    }),
  );
}

function rangeOf(periods: readonly LimitPeriod[]): { start: Temporal.Instant; end: Temporal.Instant } {
  const starts = periods.map((period) => period.gridStart).sort(compareInstants);
  const ends = periods.map((period) => period.end).sort(compareInstants);
  const [start] = starts;
  const end = ends.at(-1);
  if (start === undefined || end === undefined) throw new Error("no period has limits");
  return { start, end };
}

/** A draft as it would be read had it been saved. */
function billedByDraft(draft: BoundaryDraft, mode: Settings["roundingMode"]): BilledBefore {
  const { currency } = draft.standing;
  const assembledOf = new Map((draft.assembled?.lines ?? []).map((line) => [line.key, line]));
  return {
    lines: linesOf(draft)
      .flatMap((line) => lineHere(line, { currency, mode }))
      .map((line) => ({
        ...line,
        discountMinor: line.discountMinor + (assembledOf.get(line.key)?.discountMinor ?? 0n),
      })),
    limits: draft.limits.map(({ line }): BilledLimit => {
      const { limit, grid, settlementNo, discountMinor } = line.inputs as LimitInputs;
      const amounts = assembledOf.get(line.sourceKey);
      const carried = BigInt(discountMinor);
      return {
        ...{
          limit,
          grid: Temporal.Instant.from(grid),
          end: line.end,
          settlementNo,
          isVoid: false,
          isWaived: false,
        },
        ...{ grossMinor: (amounts?.amountMinor ?? 0n) - carried, takenBackMinor: 0n },
        discountMinor: (amounts?.discountMinor ?? 0n) - carried,
      };
    }),
  };
}
