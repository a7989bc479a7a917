import type { DocumentTier, LineKind } from "../invoice/invoice-document.ts";
import { Decimal, formatDecimal, parseDecimal } from "../money/decimal.ts";
import type { DuePeriod } from "./due-periods.ts";
import { inputHash } from "./input-hash.ts";
import { ratePrice } from "./rate-price.ts";
import { type GroupQuantity, type RatedGroup, rateUsage } from "./rate-usage.ts";
import type { RatingStep } from "./rating-step.ts";

/** One line before rounding, with everything that made it. */
export type RatedLine = {
  readonly sourceKey: string;
  readonly kind: LineKind;
  readonly due: DuePeriod;
  readonly group: string;
  readonly description: string;
  readonly quantity: Decimal;
  readonly unitAmount: Decimal | null;
  readonly exactAmount: Decimal;
  readonly tiers: readonly DocumentTier[];
  readonly steps: readonly RatingStep[];
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly inputHash: string;
  readonly eventCount: bigint;
};

const one = new Decimal(1);

/**
 * Rates one due period into its lines: one for a fee, one per group for usage (`rateUsage`). Amounts are exact.
 * @param usage quantities by group and window; only looked at for usage prices
 */
export function rateDuePeriod(due: DuePeriod, usage: readonly GroupQuantity[]): RatedLine[] {
  const { price, quantity, meter } = due.item;
  if (price.kind === "usage") {
    const hasGroups = meter !== null && meter.groupBy.length > 0;
    return rateUsage(price, due.ratio, usage, hasGroups).map((rated) => lineOf(due, rated));
  }
  const seats = quantity ?? price.quantity;
  const units =
    seats === undefined || seats === null ? one : parseDecimal(seats, `quantity of ${price.code}`);
  const rated = ratePrice({ price, quantity: units, ratio: due.ratio });
  return [lineOf(due, { ...rated, group: "", quantity: units, eventCount: 0n, facts: {} })];
}

function lineOf(due: DuePeriod, rated: RatedGroup): RatedLine {
  const { item } = due;
  const { group, quantity, eventCount, facts } = rated;
  const inputs = {
    price: item.price,
    quantity: formatDecimal(quantity),
    group,
    ratio: { numerator: due.ratio.numerator.toString(), denominator: due.ratio.denominator.toString() },
    period: { start: due.start.toString(), end: due.end.toString() },
    eventCount: eventCount.toString(),
    ...facts,
  };
  return {
    sourceKey: `${item.itemId}/${item.scheduleNo}/${due.index}/${group}`,
    kind: item.price.kind,
    due,
    group,
    description: item.price.name,
    quantity,
    unitAmount: rated.unitAmount,
    exactAmount: rated.exactAmount,
    tiers: rated.tiers,
    steps: rated.steps,
    inputs,
    inputHash: inputHash(inputs),
    eventCount,
  };
}
