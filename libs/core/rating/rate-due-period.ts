import type { DocumentTier, LineKind } from "../invoice/invoice-document.ts";
import { Decimal, formatDecimal, parseDecimal } from "../money/decimal.ts";
import type { DuePeriod } from "./due-periods.ts";
import { inputHash } from "./input-hash.ts";
import { ratePrice } from "./rate-price.ts";
import type { RatingStep } from "./rating-step.ts";

/** Aggregated usage of one group of a meter over a period, and how many events made it. */
export type GroupQuantity = {
  /** Canonical group text; "" when the meter has no groups. */
  readonly group: string;
  readonly quantity: Decimal;
  readonly eventCount: bigint;
};

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
 * Rates one due period into its lines: one for a fee, one per group for usage. Amounts are exact.
 * @param usage quantities by group; only looked at for usage prices
 */
export function rateDuePeriod(due: DuePeriod, usage: readonly GroupQuantity[]): RatedLine[] {
  const { price, quantity } = due.item;
  if (price.kind === "usage") return usage.map((group) => rateLine(due, group));
  const seats = quantity ?? price.quantity;
  const units =
    seats === undefined || seats === null ? one : parseDecimal(seats, `quantity of ${price.code}`);
  return [rateLine(due, { group: "", quantity: units, eventCount: 0n })];
}

function rateLine(due: DuePeriod, usage: GroupQuantity): RatedLine {
  const { item } = due;
  const rated = ratePrice({ price: item.price, quantity: usage.quantity, ratio: due.ratio });
  const inputs = {
    price: item.price,
    quantity: formatDecimal(usage.quantity),
    group: usage.group,
    ratio: { numerator: due.ratio.numerator.toString(), denominator: due.ratio.denominator.toString() },
    period: { start: due.start.toString(), end: due.end.toString() },
    eventCount: usage.eventCount.toString(),
  };
  return {
    sourceKey: `${item.itemId}/${item.scheduleNo}/${due.index}/${usage.group}`,
    kind: item.price.kind,
    due,
    group: usage.group,
    description: item.price.name,
    quantity: usage.quantity,
    unitAmount: rated.unitAmount,
    exactAmount: rated.exactAmount,
    tiers: rated.tiers,
    steps: rated.steps,
    inputs,
    inputHash: inputHash(inputs),
    eventCount: usage.eventCount,
  };
}
