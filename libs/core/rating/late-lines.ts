import { type Decimal, formatDecimal, parseDecimal, zero } from "../money/decimal.ts";
import { formatMoney } from "../money/money.ts";
import { type RoundingMode, roundToMinor } from "../money/rounding.ts";
import { compareTexts } from "../usage/usage-value.ts";
import type { DuePeriod } from "./due-periods.ts";
import { inputHash } from "./input-hash.ts";
import { looksAtEvents } from "./rate-bucket.ts";
import { emptyLine, type RatedLine, rateDuePeriod } from "./rate-due-period.ts";
import type { GroupQuantity } from "./rate-usage.ts";
import { ratingStep } from "./rating-step.ts";

/** What was billed of one group of a period so far: amounts in minor units. */
export type BilledBefore = {
  readonly group: string;
  readonly amountMinor: bigint;
  readonly quantity: Decimal;
  readonly events: bigint;
};

/** Which settlement of which period: its number counts from 1. */
export type SettlementName = { readonly claimId: string; readonly settlementNo: number };

/**
 * The differences between a period as it is rated now, whole, and what was billed of it: a line for each group in which
 * they are not 0, the groups as they are rated, then those that are not there any more, by name. A group that one of the
 * two does not have is 0 in it. Both are rounded as they are printed, so that all lines of the period, a minimum among
 * them, add up to the whole.
 * @param usage all usage of the period, by group
 * @throws as `rateDuePeriod`
 */
export function lateLines(input: {
  readonly due: DuePeriod;
  readonly usage: readonly GroupQuantity[];
  readonly billed: readonly BilledBefore[];
  readonly name: SettlementName;
  readonly money: { readonly currency: string; readonly mode: RoundingMode };
}): RatedLine[] {
  const { due, usage, billed, money } = input;
  const rated = rateDuePeriod(due, usage, money);
  const gone = billed.filter(({ group }) => !rated.some((each) => each.group === group));
  const wholes = [...rated, ...gone.map(({ group }) => emptyLine(due, group)).sort(byGroup)];
  return wholes.flatMap((whole) => {
    const before = billed.find(({ group }) => group === whole.group);
    const line = lateLine(
      whole,
      before ?? { group: whole.group, amountMinor: 0n, quantity: zero, events: 0n },
      input,
    );
    return line === null ? [] : [line];
  });
}

function byGroup(a: RatedLine, b: RatedLine): number {
  return compareTexts(a.group, b.group);
}

function lateLine(
  whole: RatedLine,
  billed: BilledBefore,
  { name, money, usage, due }: Pick<Parameters<typeof lateLines>[0], "name" | "money" | "usage" | "due">,
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
      ...(isMadeOfGroups(due) ? { usage: usage.map(usageText) } : {}),
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

/** Whether quantities by group are all that the amount is made of; else windows or single events are. */
export function isMadeOfGroups({ item: { price } }: DuePeriod): boolean {
  return !looksAtEvents(price.chargeModel) && (price.ratePer?.window ?? null) === null;
}

function usageText({ group, quantity, eventCount }: GroupQuantity): readonly string[] {
  return [group, formatDecimal(quantity), eventCount.toString()];
}
