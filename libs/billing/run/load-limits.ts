import {
  countsTowards,
  type LimitPeriod,
  limitPeriodEndingAt,
  type PlanLimits,
} from "#libs/core/rating/plan-limits.ts";
import type { TenantTx } from "#libs/data/database.ts";
import { sumLinesInPeriods } from "#libs/data/limit-lines.ts";
import type { BoundaryDraft, LimitSettlement, Standing } from "./draft-boundary.ts";

/**
 * The limits that are settled at the boundaries of some standings, by subscription: one statement, and none when no
 * plan has limits.
 * @param planned `limits`: of the plan whose period ends there, which a change may just have replaced
 * @param options.unsaved boundaries that were decided and not saved: they count as billed
 * @param options.exceptInvoiceId an invoice that is decided again
 */
export async function loadLimits(
  tx: TenantTx,
  planned: readonly { readonly standing: Standing; readonly limits: PlanLimits }[],
  options: { readonly unsaved?: readonly BoundaryDraft[]; readonly exceptInvoiceId?: string } = {},
): Promise<Map<string, LimitSettlement>> {
  const due = planned.flatMap(({ standing, limits }) => {
    const period = limitPeriodEndingAt(standing.items, limits, standing.position.at);
    return period === null ? [] : [{ subscriptionId: standing.subscriptionId, limits, period }];
  });
  const billed = await sumLinesInPeriods(
    tx,
    due.map(({ subscriptionId, period }) => ({ subscriptionId, start: period.start, end: period.end })),
    options.exceptInvoiceId ?? null,
  );
  return new Map(
    due.map(({ subscriptionId, limits, period }) => {
      const own = (options.unsaved ?? []).filter((draft) => draft.standing.subscriptionId === subscriptionId);
      const unsaved = own.reduce((sum, draft) => sum + countedMinor(draft, period), 0n);
      const billedBeforeMinor = (billed.get(subscriptionId) ?? 0n) + unsaved;
      return [subscriptionId, { limits, period, billedBeforeMinor }];
    }),
  );
}

function countedMinor({ lines, credits, assembled }: BoundaryDraft, period: LimitPeriod): bigint {
  const keys = new Set([
    ...lines
      .filter(({ kind, due }) => countsTowards(period, { kind, start: due.start }))
      .map((line) => line.sourceKey),
    ...credits.filter(({ line }) => countsTowards(period, line)).map(({ line }) => line.sourceKey),
  ]);
  return (assembled?.lines ?? [])
    .filter((line) => keys.has(line.key))
    .reduce((sum, line) => sum + line.amountMinor, 0n);
}
