import type { Temporal } from "temporal-polyfill";
import type { NewLine } from "../invoice/new-line.ts";
import { Decimal } from "../money/decimal.ts";
import { formatMoney, moneyToDecimal, parseMoney } from "../money/money.ts";
import { type RoundingMode, roundToMinor } from "../money/rounding.ts";
import type { DecimalString } from "../price/price.ts";
import { commitmentShortfall } from "./commitment-shortfall.ts";
import { inputHash } from "./input-hash.ts";
import { ratingStep } from "./rating-step.ts";

/** Everything that makes the line of a limit, as it is stored; amounts in major units, before discounts. */
export type LimitInputs = {
  readonly limit: "minimum_commitment" | "maximum_amount";
  /** Start of the whole period on its grid. */
  readonly grid: string;
  /** The versions of plans that held and have such a limit. */
  readonly parts: readonly {
    readonly planVersionId: string;
    readonly limit: DecimalString;
    readonly ratio: { readonly numerator: string; readonly denominator: string };
    /** Lines that count, on all invoices that are not void. */
    readonly counted: DecimalString;
    /** Lines of void invoices whose periods nobody bills any more: nothing is missing of them, and nobody pays them. */
    readonly waived: DecimalString;
  }[];
  /** What earlier lines of the same limit and period come to, a true-up that was let off with its invoice among it. */
  readonly billedBefore: DecimalString;
  /** What credit notes and void invoices took back of them. */
  readonly takenBack: DecimalString;
  /** Discount of what the line gives back beyond the lines that it lowers here, in minor units: it was never paid. */
  readonly discountMinor: string;
  readonly settlementNo: number;
};

export type LimitMoney = { readonly currency: string; readonly mode: RoundingMode };

/**
 * What a limit of a period must still bill, in minor units before discounts: what it comes to over everything that was
 * billed of the period, less what it billed before. Exact when it is the first.
 * - The commitments of all parts, each prorated by its share, less all that counts towards them.
 * - Each part is charged its own maximum at most, which is not prorated, and all of them together the greatest of these.
 *
 * Never gives back what was taken back already. @throws DomainError amount_out_of_range, decimal_syntax
 */
export function limitDelta(
  inputs: Omit<LimitInputs, "discountMinor">,
  { currency, mode }: LimitMoney,
): Decimal {
  const before = new Decimal(inputs.billedBefore);
  const whole =
    inputs.limit === "minimum_commitment" ? missing(inputs, currency) : aboveMaximum(inputs).neg();
  if (before.isZero()) return whole;
  const rounded = moneyToDecimal({ minor: roundToMinor(whole, currency, mode), currency });
  const delta = rounded.minus(before);
  if (!before.gt(0) || delta.gte(0)) return delta;
  return Decimal.min(0, Decimal.max(delta, before.minus(inputs.takenBack).neg()));
}

/** The line itself, made of its inputs alone; null when the limit asks for nothing. @throws as `limitDelta` */
export function limitLine(
  inputs: LimitInputs,
  at: { readonly key: string; readonly start: Temporal.Instant; readonly end: Temporal.Instant },
  rounding: LimitMoney,
): NewLine | null {
  const delta = limitDelta(inputs, rounding);
  if (delta.isZero()) return null;
  const isMinimum = inputs.limit === "minimum_commitment";
  const counted = sumOf(inputs.parts.map((part) => part.counted));
  const whole = delta.plus(inputs.billedBefore);
  const name = isMinimum ? "minimum_amount" : "maximum_amount";
  const steps = [ratingStep(name, counted, counted.plus(whole), detailOf(inputs))];
  if (inputs.settlementNo > 1)
    steps.push(ratingStep("already_billed", whole, delta, `${inputs.billedBefore} was billed before`));
  const discount = { minor: BigInt(inputs.discountMinor), currency: rounding.currency };
  const exactAmount = delta.plus(moneyToDecimal(discount));
  if (discount.minor !== 0n)
    steps.push(ratingStep("discount", delta, exactAmount, `${formatMoney(discount)} of it were never paid`));
  const written = { ...inputs, period: { start: at.start.toString(), end: at.end.toString() } };
  return {
    ...{ sourceKey: at.key, kind: isMinimum ? "minimum_commitment" : "adjustment" },
    ...{ itemId: null, priceId: null, priceCode: null, billingPeriodId: null, group: "" },
    description: isMinimum ? "Minimum commitment" : "Plan maximum",
    ...{ quantity: new Decimal(1), unit: null, unitAmount: null, exactAmount },
    ...{ start: at.start, end: at.end, ratio: shareOfParts(inputs), tiers: [], steps },
    ...{ inputs: written, inputHash: inputHash(written), eventCount: 0n },
  };
}

function missing({ parts }: Pick<LimitInputs, "parts">, currency: string): Decimal {
  const used = sumOf(parts.flatMap(({ counted, waived }) => [counted, waived]));
  const commitments = parts.map(({ limit: minimumCommitment, ratio: { numerator, denominator } }) => ({
    minimumCommitment,
    ratio: { numerator: BigInt(numerator), denominator: BigInt(denominator) },
  }));
  return commitmentShortfall({
    commitments,
    used: parseMoney(used.toFixed(), currency),
  });
}

function aboveMaximum({ parts }: Pick<LimitInputs, "parts">): Decimal {
  const charged = sumOf(parts.map(({ counted, limit }) => Decimal.min(counted, limit)));
  const greatest = Decimal.max(...parts.map(({ limit }) => limit));
  return sumOf(parts.map(({ counted }) => counted)).minus(Decimal.min(charged, greatest));
}

function detailOf({ limit, parts }: LimitInputs): string {
  const said = parts.map((part) => {
    const { numerator, denominator } = part.ratio;
    return limit === "minimum_commitment"
      ? `${numerator}/${denominator} of ${part.limit} are committed, ${part.counted} were billed`
      : `the plan charges ${part.limit} at most, ${part.counted} were billed`;
  });
  return said.join("; ");
}

function shareOfParts({ parts }: LimitInputs) {
  const numerator = parts.reduce((sum, { ratio }) => sum + BigInt(ratio.numerator), 0n);
  return { numerator, denominator: BigInt(parts[0]?.ratio.denominator ?? 1) };
}

function sumOf(list: readonly (Decimal | string)[]): Decimal {
  return list.reduce<Decimal>((sum, each) => sum.plus(each), new Decimal(0));
}
