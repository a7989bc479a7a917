import { DomainError } from "#libs/core/errors.ts";
import { parseDecimal, zero } from "#libs/core/money/decimal.ts";
import type { Price } from "#libs/core/price/price.ts";
import { type LineAmounts, sumOfCredits } from "#libs/core/proration/credit-line.ts";
import { periodShare } from "#libs/core/proration/period-share.ts";
import type { DuePeriod } from "#libs/core/rating/due-periods.ts";
import { type BilledBefore, lateLines } from "#libs/core/rating/late-lines.ts";
import type { GroupQuantity } from "#libs/core/rating/rate-usage.ts";
import type { Settings } from "#libs/core/settings.ts";
import { type TenantTx, toInstant } from "#libs/data/database.ts";
import {
  type BilledPart,
  type LateClaim,
  listLateClaims,
  type SettledAgain,
  type SettledClaim,
} from "#libs/data/late-usage.ts";
import { loadQuantities } from "#libs/data/usage-quantities.ts";
import type { LateLine, Standing } from "./draft-boundary.ts";
import { loadWantedUsage } from "./load-usage.ts";

/**
 * Gives each standing the settlements of its late periods: the period is rated again, whole, by the price that it was
 * billed by, and the difference of each group becomes a line of the invoice that comes next. One statement when nothing is late.
 * A boundary that is not the next one gets none. A period that cannot be rated gets none and stops nobody.
 * @param areNext the standings are at their next boundary, or at a change before it that is not stored
 */
export async function withLateLines(
  tx: TenantTx,
  standings: readonly Standing[],
  settings: Settings,
  areNext = false,
): Promise<Standing[]> {
  const claims = await listLateClaims(
    tx,
    standings.map((standing) => standing.subscriptionId),
  );
  const periods = standings.flatMap((standing) =>
    claims
      .filter((claim) => claim.subscription_id === standing.subscriptionId)
      .filter((claim) => areNext || isNext(claim, standing))
      .flatMap((claim) => latePeriod(claim, standing)),
  );
  return settlePeriods(tx, standings, periods, settings);
}

/** The settlements that an invoice made, made again: the periods whole, less what other invoices billed of them. */
export async function againLateLines(
  tx: TenantTx,
  standing: Standing,
  again: SettledAgain,
  settings: Settings,
): Promise<Standing> {
  if (again.claimIds.length === 0) return standing;
  const claims = await listLateClaims(tx, [standing.subscriptionId], again);
  const periods = claims.flatMap((claim) => latePeriod(claim, standing));
  const [settled = standing] = await settlePeriods(tx, [standing], periods, settings);
  return settled;
}

async function settlePeriods(
  tx: TenantTx,
  standings: readonly Standing[],
  periods: readonly LatePeriod[],
  settings: Settings,
): Promise<Standing[]> {
  if (periods.length === 0) return [...standings];
  const wanted = periods.map(({ claim, due, standing: { customerId, subscriptionId } }) => ({
    ...{ key: claim.id, customerId, subscriptionId, due },
  }));
  const usage = await loadWantedUsage(tx, wanted, loadQuantities);
  return standings.map((standing) => {
    const own = periods.filter((period) => period.standing === standing);
    if (own.length === 0) return standing;
    const done = own.flatMap((period) => settle(period, usage.get(period.claim.id) ?? [], settings) ?? []);
    return {
      ...standing,
      late: done.flatMap(({ lines }) => lines),
      settled: done.map(({ claimId, eventCount }) => ({ claimId, eventCount })),
    };
  });
}

/** Of an ended subscription every boundary is past its end; of a live one only the next takes late lines. */
function isNext(claim: LateClaim, standing: Standing): boolean {
  return claim.next_due_at === null || claim.next_due_at.getTime() === standing.position.at.epochMilliseconds;
}

type LatePeriod = {
  readonly standing: Standing;
  readonly claim: LateClaim;
  readonly due: DuePeriod;
};

function latePeriod(claim: LateClaim, standing: Standing): LatePeriod[] {
  const item = standing.items.find(
    (each) => each.itemId === claim.subscription_item_id && each.scheduleNo === claim.schedule_no,
  );
  if (item === undefined || item.meter === null) return [];
  const price = claim.price === null ? item.price : (claim.price as Price);
  const [start, end] = [toInstant(claim.start_at), toInstant(claim.end_at)];
  const { share } = periodShare(item.schedule, claim.index, { endsAt: end, by: price.proration });
  const due = { item: { ...item, price }, index: claim.index, start, end, ratio: share };
  return [{ standing, claim, due }];
}

type Settled = SettledClaim & { readonly lines: readonly LateLine[] };

/** Null when the period cannot be rated. */
function settle(
  { claim, due, standing }: LatePeriod,
  usage: readonly GroupQuantity[],
  settings: Settings,
): Settled | null {
  try {
    const lines = lateLines({
      ...{ due, usage, billed: billedBefore(claim) },
      name: { claimId: claim.id, settlementNo: claim.settlements + 1 },
      money: { currency: standing.currency, mode: settings.roundingMode },
    }).map((rated) => ({ claimId: claim.id, rated }));
    const eventCount = usage.reduce((sum, group) => sum + group.eventCount, 0n);
    return { claimId: claim.id, eventCount, lines };
  } catch (error) {
    if (error instanceof DomainError || error instanceof RangeError) return null;
    throw error;
  }
}

/** What stands on invoices for each group of a late period. */
function billedBefore({ billed, tax_rates: taxRates }: LateClaim): BilledBefore[] {
  const groups = new Map<string, BilledPart[]>();
  for (const part of billed) groups.set(part.group, [...(groups.get(part.group) ?? []), part]);
  return [...groups].map(([group, parts]) => {
    const sum = (...kinds: BilledPart["is"][]) =>
      sumOfCredits(parts.filter((part) => kinds.includes(part.is)).map(amountsOf));
    const charged = sum("charge");
    return {
      group,
      amountMinor: charged.amountMinor - sum("credit").amountMinor,
      quantity: parts.reduce((all, part) => all.plus(parseDecimal(part.quantity, "billed quantity")), zero),
      events: parts.reduce((all, part) => all + BigInt(part.events), 0n),
      credit: { billed: charged, credited: sum("credit", "note"), taxRates },
    };
  });
}

function amountsOf({ amount, discount, taxes }: BilledPart): LineAmounts {
  return {
    ...{ amountMinor: BigInt(amount), discountMinor: BigInt(discount) },
    taxes: Object.entries(taxes).map(([taxRateId, tax]) => ({ taxRateId, amountMinor: BigInt(tax) })),
  };
}
