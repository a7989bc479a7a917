import { Temporal } from "temporal-polyfill";
import { periodContaining } from "../calendar/schedule.ts";
import { compareInstants } from "../calendar/timezone.ts";
import type { LineKind } from "../invoice/invoice-document.ts";
import type { NewLine } from "../invoice/new-line.ts";
import { Decimal } from "../money/decimal.ts";
import { formatMoney, money, moneyToDecimal } from "../money/money.ts";
import type { Interval } from "../price/price.ts";
import type { BillableItem } from "./billable-item.ts";
import { commitmentShortfall } from "./commitment-shortfall.ts";
import { duePeriods } from "./due-periods.ts";
import { inputHash } from "./input-hash.ts";
import type { Ratio } from "./rate-price.ts";
import { ratingStep } from "./rating-step.ts";

/** What a plan promises for each of its periods, in minor units; null = nothing. */
export type PlanLimits = {
  readonly interval: Interval;
  readonly minimumCommitmentMinor: bigint | null;
  readonly maximumAmountMinor: bigint | null;
};

/** A period of the plan whose limits are settled, `[start, end)`, and its share of the whole one around it. */
export type LimitPeriod = {
  readonly start: Temporal.Instant;
  readonly end: Temporal.Instant;
  readonly ratio: Ratio;
};

const counted: ReadonlySet<LineKind> = new Set([
  "recurring",
  "usage",
  "proration_charge",
  "proration_credit",
]);

/**
 * The plan's period that ends at `at`; null when none does, or when the plan has no limits. Items of the plan's own
 * interval say where its periods lie. Where only some of them are cut there (a change of quantity) the period goes on.
 */
export function limitPeriodEndingAt(
  items: readonly BillableItem[],
  limits: PlanLimits,
  at: Temporal.Instant,
): LimitPeriod | null {
  if (limits.minimumCommitmentMinor === null && limits.maximumAmountMinor === null) return null;
  const { unit, count } = limits.interval;
  const own = items.filter(
    ({ price, schedule: { interval } }) =>
      price.kind !== "one_time" && interval.unit === unit && interval.count === count,
  );
  if (own.some((item) => goesOnThrough(item, at))) return null;
  const ended = duePeriods(own.map(inArrears), at).sort((a, b) => compareInstants(a.start, b.start));
  const [first] = ended;
  return first === undefined ? null : { start: first.start, end: first.end, ratio: first.ratio };
}

/**
 * Whether a line counts towards the limits of a period: fees and usage that begin in it, whenever they were billed (a fee
 * in advance stands on the invoice before), less what changes in it or at its end gave back. Not: one-time items, late
 * usage of earlier periods, adjustments, and the limits' own lines.
 */
export function countsTowards(
  period: Pick<LimitPeriod, "start" | "end">,
  line: { readonly kind: LineKind; readonly start: Temporal.Instant },
): boolean {
  if (!counted.has(line.kind)) return false;
  const fromStart = compareInstants(line.start, period.start);
  const fromEnd = compareInstants(line.start, period.end);
  return line.kind === "proration_credit" ? fromStart > 0 && fromEnd <= 0 : fromStart >= 0 && fromEnd < 0;
}

/**
 * The line that settles the limits of a period: what is missing to the minimum commitment, prorated by the period's share;
 * or what is above the maximum, which is not prorated, as a line below zero. Null when the lines lie between the two.
 * @param input.billedMinor sum of the lines that count, as printed, before discounts
 * @throws DomainError amount_out_of_range
 */
export function limitLine(input: {
  readonly key: string;
  readonly limits: Omit<PlanLimits, "interval">;
  readonly period: LimitPeriod;
  readonly billedMinor: bigint;
  readonly currency: string;
}): NewLine | null {
  const { limits, period, currency } = input;
  const billed = money(input.billedMinor, currency);
  const text = (minor: bigint | null) => (minor === null ? null : formatMoney({ minor, currency }));
  const minimumCommitment = text(limits.minimumCommitmentMinor);
  const maximum = text(limits.maximumAmountMinor);
  const missing =
    minimumCommitment === null
      ? new Decimal(0)
      : commitmentShortfall({ minimumCommitment, ratio: period.ratio, used: billed });
  const above = maximum === null ? new Decimal(0) : Decimal.max(moneyToDecimal(billed).minus(maximum), 0);
  const isAbove = above.gt(0);
  if (!isAbove && missing.isZero()) return null;
  const exactAmount = isAbove ? above.neg() : missing;
  const inputs = {
    limits: { minimumCommitment, maximumAmount: maximum },
    billed: formatMoney(billed),
    ratio: {
      numerator: period.ratio.numerator.toString(),
      denominator: period.ratio.denominator.toString(),
    },
    period: { start: period.start.toString(), end: period.end.toString() },
  };
  const detail = isAbove
    ? `the plan charges ${maximum} at most, ${formatMoney(billed)} were billed`
    : `${period.ratio.numerator}/${period.ratio.denominator} of ${minimumCommitment} are committed, ${formatMoney(billed)} were billed`;
  const name = isAbove ? "maximum_amount" : "minimum_amount";
  return {
    ...{ sourceKey: input.key, kind: isAbove ? "adjustment" : "minimum_commitment" },
    ...{ itemId: null, priceId: null, priceCode: null, billingPeriodId: null, group: "" },
    description: isAbove ? "Plan maximum" : "Minimum commitment",
    ...{ quantity: new Decimal(1), unit: null, unitAmount: null, exactAmount },
    ...{ start: period.start, end: period.end, ratio: period.ratio, tiers: [] },
    steps: [ratingStep(name, moneyToDecimal(billed), moneyToDecimal(billed).plus(exactAmount), detail)],
    ...{ inputs, inputHash: inputHash(inputs), eventCount: 0n },
  };
}

function inArrears(item: BillableItem): BillableItem {
  return { ...item, price: { ...item.price, kind: "recurring", billing: "in_arrears", proration: "second" } };
}

function goesOnThrough(item: BillableItem, at: Temporal.Instant): boolean {
  const isOver = item.endsAt !== null && compareInstants(item.endsAt, at) <= 0;
  if (isOver || compareInstants(Temporal.Instant.from(item.schedule.startsAt), at) >= 0) return false;
  return compareInstants(periodContaining(item.schedule, at).start, at) < 0;
}
