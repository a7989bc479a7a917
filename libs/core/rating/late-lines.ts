import type { TaxRate } from "../invoice/tax-lines.ts";
import { type Decimal, formatDecimal, parseDecimal, zero } from "../money/decimal.ts";
import { formatMoney, moneyToDecimal } from "../money/money.ts";
import type { RoundingMode } from "../money/rounding.ts";
import { amountsText } from "../proration/amounts-text.ts";
import { creditLine, type LineAmounts } from "../proration/credit-line.ts";
import { compareTexts } from "../usage/usage-value.ts";
import type { DuePeriod } from "./due-periods.ts";
import { inputHash } from "./input-hash.ts";
import { printedMinor } from "./printed-amount.ts";
import { looksAtEvents } from "./rate-bucket.ts";
import { emptyLine, type RatedLine, rateDuePeriod } from "./rate-due-period.ts";
import type { GroupQuantity } from "./rate-usage.ts";
import { ratingStep } from "./rating-step.ts";

/** What was billed of one group of a period so far: amounts in minor units, before discounts. */
export type BilledBefore = {
  readonly group: string;
  /** Less what settlements gave back. */
  readonly amountMinor: bigint;
  readonly quantity: Decimal;
  readonly events: bigint;
  /** What there is to give back, and what was given back of it; unset: a line below zero is not made of what was billed. */
  readonly credit?: BilledCredit;
};

export type BilledCredit = {
  /** All charges of the group. */
  readonly billed: LineAmounts;
  /** By earlier settlements and by credit notes; all positive. */
  readonly credited: LineAmounts;
  /** As they applied to the charges. */
  readonly taxRates: readonly TaxRate[];
};

/** Which settlement of which period: its number counts from 1. */
export type SettlementName = { readonly claimId: string; readonly settlementNo: number };

/**
 * The differences between a period as it is rated now, whole, and what was billed of it: a line for each group in which
 * they are not 0, the groups as they are rated, then those that are not there any more, by name. A group that one of the
 * two does not have is 0 in it. A line below zero gives back the same part of the discount and of the taxes of what was
 * billed, and never more than is left of it after credit notes (`creditLine`). Both are rounded as they are printed, so that all lines of the period, a minimum among
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
  const deltaMinor = printedMinor(whole, currency, mode) - billed.amountMinor;
  if (deltaMinor === 0n) return null;
  const given = deltaMinor < 0n && billed.credit !== undefined ? giveBack(billed.credit, -deltaMinor) : null;
  if (given !== null && given.credit.amountMinor === 0n) return null;
  const text = (minor: bigint) => formatMoney({ minor, currency });
  const grossMinor = given === null ? deltaMinor : -given.credit.amountMinor;
  const discountMinor = given?.credit.discountMinor ?? 0n;
  const gross = parseDecimal(text(grossMinor), "late amount");
  const exactAmount = parseDecimal(text(grossMinor + discountMinor), "late amount");
  const before = text(billed.amountMinor);
  const leftOut = grossMinor === deltaMinor ? "" : `, and ${text(grossMinor - deltaMinor)} of it given back`;
  const inputs = {
    ...whole.inputs,
    late: {
      settlement: name.settlementNo,
      billedAmount: before,
      billedQuantity: formatDecimal(billed.quantity),
      billedEvents: billed.events.toString(),
      ...(isMadeOfGroups(due) ? { usage: usage.map(usageText) } : {}),
    },
    ...(given?.inputs ?? {}),
  };
  const printed =
    whole.amountMinor === undefined
      ? whole.exactAmount
      : moneyToDecimal({ minor: whole.amountMinor, currency });
  const steps = [ratingStep("already_billed", printed, gross, `${before} was billed before${leftOut}`)];
  if (discountMinor !== 0n)
    steps.push(ratingStep("discount", gross, exactAmount, `${text(discountMinor)} of it were never paid`));
  return {
    ...whole,
    sourceKey: `late/${name.claimId}/${name.settlementNo}/${whole.group}`,
    kind: "late_usage",
    description: `${whole.description} (late usage)`,
    quantity: whole.quantity.minus(billed.quantity),
    unitAmount: null,
    exactAmount,
    amountMinor: undefined,
    tiers: [],
    steps: [...whole.steps, ...steps],
    inputs,
    inputHash: inputHash(inputs),
    eventCount: whole.eventCount - billed.events,
    ...(given === null ? {} : { carriedTaxes: given.carriedTaxes }),
  };
}

function giveBack({ billed, credited, taxRates }: BilledCredit, wantedMinor: bigint) {
  const credit = creditLine({ billed, credited, wantedMinor });
  return {
    credit,
    inputs: {
      billed: amountsText(billed),
      creditedBefore: amountsText(credited),
      credit: amountsText(credit),
    },
    carriedTaxes: credit.taxes.flatMap(({ taxRateId, amountMinor }) => {
      const rate = taxRates.find(({ id }) => id === taxRateId);
      return rate === undefined ? [] : [{ rate, amountMinor: -amountMinor }];
    }),
  };
}

/** Whether quantities by group are all that the amount is made of; else windows or single events are. */
export function isMadeOfGroups({ item: { price } }: DuePeriod): boolean {
  return !looksAtEvents(price.chargeModel) && (price.ratePer?.window ?? null) === null;
}

function usageText({ group, quantity, eventCount }: GroupQuantity): readonly string[] {
  return [group, formatDecimal(quantity), eventCount.toString()];
}
