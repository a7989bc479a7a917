import { Temporal } from "temporal-polyfill";
import { shareOf } from "../calendar/proration.ts";
import type { DraftLine } from "../invoice/assemble-invoice.ts";
import type { NewLine } from "../invoice/new-line.ts";
import type { TaxRate } from "../invoice/tax-lines.ts";
import { Decimal, formatDecimal } from "../money/decimal.ts";
import { formatMoney } from "../money/money.ts";
import { type RoundingMode, roundToMinor } from "../money/rounding.ts";
import { amountsText } from "../proration/amounts-text.ts";
import { creditLine, type LineAmounts } from "../proration/credit-line.ts";
import type { ProrationUnit } from "../proration/period-share.ts";
import { prorateAmount } from "../proration/prorate-amount.ts";
import type { BillableItem } from "../rating/billable-item.ts";
import { inputHash } from "../rating/input-hash.ts";

/** A period that was claimed beyond an instant, and what was billed for it; `billed` null: it cost nothing. */
export type BilledClaim = {
  readonly itemId: string;
  readonly scheduleNo: number;
  readonly index: number;
  readonly start: Temporal.Instant;
  /** Exclusive. */
  readonly end: Temporal.Instant;
  /** Null in a preview, where the claim is not made yet. */
  readonly claimId: string | null;
  readonly billed: BilledAmounts | null;
};

export type BilledAmounts = {
  /** Major units, unrounded, before discounts. */
  readonly exactAmount: Decimal;
  readonly amounts: LineAmounts;
  /** What earlier credits gave back of it, of changes and credit notes; all positive. */
  readonly credited: LineAmounts;
  /** The part of `credited.amountMinor` that credit notes took back; unset: 0. */
  readonly creditedByNotesMinor?: bigint;
  /** As they applied to it. */
  readonly taxRates: readonly TaxRate[];
  readonly quantity: Decimal;
  readonly unitAmount: Decimal | null;
};

/** A credit as a line, and the line as the invoice assembles it: its taxes are those that were billed. */
export type CreditLine = {
  readonly line: NewLine;
  readonly draft: DraftLine;
  /** What it gives back: positive, before discounts, and the discount and taxes that go with it. */
  readonly credit: LineAmounts;
};

/**
 * Gives back the part of a claim from `at` on: the billed amount x rest / claimed period, less the same part of its
 * discount, with the same part of its taxes. Rounded once, and never more than was billed net of earlier credits.
 * Null when that is nothing; a fee that was discounted whole is given back whole, for 0.
 * @param input.scheduleNo of the subscription after the change: a claim is credited once by each
 */
export function changeCredit(input: {
  readonly claim: BilledClaim;
  readonly item: BillableItem;
  readonly at: Temporal.Instant;
  readonly by: ProrationUnit;
  readonly scheduleNo: number;
  readonly currency: string;
  readonly roundingMode: RoundingMode;
}): CreditLine | null {
  const { claim, item, by, currency } = input;
  const { billed } = claim;
  const start = Temporal.Instant.compare(input.at, claim.start) < 0 ? claim.start : input.at;
  if (
    billed === null ||
    billed.amounts.amountMinor <= 0n ||
    Temporal.Instant.compare(start, claim.end) >= 0
  ) {
    return null;
  }
  const part = { start, end: claim.end };
  const whole = { start: claim.start, end: claim.end };
  const ratio = shareOf({ part, whole, by, timezone: item.schedule.timezone });
  const gross = prorateAmount(billed.exactAmount, ratio);
  const credit = creditLine({
    billed: billed.amounts,
    credited: billed.credited,
    wantedMinor: roundToMinor(gross, currency, input.roundingMode),
  });
  if (credit.amountMinor === 0n) return null;
  const netMinor = credit.discountMinor - credit.amountMinor;
  const exactAmount = new Decimal(formatMoney({ minor: netMinor, currency }));
  const inputs = {
    price: item.price,
    period: { start: claim.start.toString(), end: claim.end.toString() },
    at: start.toString(),
    ratio: { numerator: ratio.numerator.toString(), denominator: ratio.denominator.toString() },
    billed: billedText(billed),
    creditedBefore: amountsText(billed.credited),
    credit: amountsText(credit),
  };
  const step = {
    ...{ name: "proration" as const, before: formatDecimal(billed.exactAmount), after: formatDecimal(gross) },
    detail: `${ratio.numerator}/${ratio.denominator} of what was billed is given back`,
  };
  const sourceKey = `${item.itemId}/${claim.scheduleNo}/${claim.index}/credit/${input.scheduleNo}`;
  return {
    credit,
    line: {
      ...{ sourceKey, kind: "proration_credit", itemId: item.itemId, priceId: item.priceId },
      ...{
        priceCode: item.price.code,
        billingPeriodId: claim.claimId,
        group: "",
        description: item.price.name,
      },
      ...{ quantity: billed.quantity, unit: item.unit, unitAmount: billed.unitAmount, exactAmount },
      ...{ start, end: claim.end, ratio, tiers: [], steps: [step], inputs, inputHash: inputHash(inputs) },
      eventCount: 0n,
    },
    draft: {
      ...{ key: sourceKey, kind: "proration_credit", exactAmount, taxBehavior: item.price.taxBehavior },
      carriedTaxes: credit.taxes.flatMap((tax) => {
        const rate = billed.taxRates.find((each) => each.id === tax.taxRateId);
        return rate === undefined ? [] : [{ rate, amountMinor: -tax.amountMinor }];
      }),
    },
  };
}

function billedText({ amounts, exactAmount, quantity, unitAmount }: BilledAmounts) {
  return {
    ...amountsText(amounts),
    exactAmount: formatDecimal(exactAmount),
    quantity: formatDecimal(quantity),
    unitAmount: unitAmount === null ? null : formatDecimal(unitAmount),
  };
}
