import { type Decimal, formatDecimal, parseDecimal } from "../money/decimal.ts";
import { formatMoney } from "../money/money.ts";
import { type RoundingMode, roundToMinor } from "../money/rounding.ts";
import { inputHash } from "./input-hash.ts";
import type { RatedLine } from "./rate-due-period.ts";
import { ratingStep } from "./rating-step.ts";

/** What was billed of one group of a period so far: amounts in minor units. */
export type BilledBefore = {
  readonly amountMinor: bigint;
  readonly quantity: Decimal;
  readonly events: bigint;
};

/**
 * The difference between a period as it is rated now, whole, and what was billed of it: rounded as both are printed, so
 * that all lines of the period add up to the whole. Null when nothing is left over.
 * @param whole the period's line of this group, rated with all its usage
 * @param name of the settlement: which period, and its number from 1
 */
export function lateLine(
  whole: RatedLine,
  billed: BilledBefore,
  name: { readonly claimId: string; readonly settlementNo: number },
  money: { readonly currency: string; readonly mode: RoundingMode },
): RatedLine | null {
  const { currency, mode } = money;
  const deltaMinor = roundToMinor(whole.exactAmount, currency, mode) - billed.amountMinor;
  if (deltaMinor === 0n) return null;
  const exactAmount = parseDecimal(formatMoney({ minor: deltaMinor, currency }), "late amount");
  const before = formatMoney({ minor: billed.amountMinor, currency });
  const inputs = {
    ...whole.inputs,
    late: {
      settlement: name.settlementNo,
      billedAmount: before,
      billedQuantity: formatDecimal(billed.quantity),
      billedEvents: billed.events.toString(),
    },
  };
  return {
    ...whole,
    sourceKey: `late/${name.claimId}/${name.settlementNo}/${whole.group}`,
    kind: "late_usage",
    description: `${whole.description} (late usage)`,
    quantity: whole.quantity.minus(billed.quantity),
    unitAmount: null,
    exactAmount,
    tiers: [],
    steps: [
      ...whole.steps,
      ratingStep("already_billed", whole.exactAmount, exactAmount, `${before} was billed before`),
    ],
    inputs,
    inputHash: inputHash(inputs),
    eventCount: whole.eventCount - billed.events,
  };
}
