import type { Temporal } from "temporal-polyfill";
import { z } from "zod";
import { type Share, shareOf, type TimeRange } from "#libs/core/calendar/proration.ts";
import { boundary, resolveSchedule, type Schedule } from "#libs/core/calendar/schedule.ts";
import { compareInstants, instantToLocal } from "#libs/core/calendar/timezone.ts";
import { assembleInvoice } from "#libs/core/invoice/assemble-invoice.ts";
import { currencyExponent } from "#libs/core/money/currencies.ts";
import { Decimal, formatDecimal } from "#libs/core/money/decimal.ts";
import { roundToMinor } from "#libs/core/money/rounding.ts";
import { type ChangedFee, changeAmounts } from "#libs/core/proration/change-amounts.ts";
import { capCredit, creditLine } from "#libs/core/proration/credit-line.ts";
import { type ProrationUnit, remainingShare, sharesInAdvance } from "#libs/core/proration/period-share.ts";
import { prorateAmount } from "#libs/core/proration/prorate-amount.ts";
import { type Answer, InputUnknown } from "../answer.ts";
import { currencyOfAmounts, currencyOfScale, decimal, instantOf, minorToDecimal } from "./read-input.ts";
import { readInput, rounding, roundedAs } from "./read-input.ts";

const fee = z.union([
  z.strictObject({ unit_amount: decimal, quantity: decimal.optional() }),
  z.strictObject({ amount: decimal }),
]);

const prorationInput = z.strictObject({
  op: z.enum([
    "share",
    "share_of_period",
    "remaining_share",
    "leading_stub_fraction",
    "trailing_stub_fraction",
    "plan_change",
    "plan_change_seconds",
    "billed_periods_in_advance",
    "cap_credit",
    "credit_with_tax",
    "discounted_credit",
    "one_time_on_change",
  ]),
  method: z.string().optional(),
  rounding: rounding.optional(),
  timezone: z.string().default("UTC"),
  amount: decimal.optional(),
  fraction: z.string().optional(),
  tax_percent: decimal.optional(),
  period_start: z.string().optional(),
  period_end: z.string().optional(),
  period_last_day: z.string().optional(),
  billed_from: z.string().optional(),
  billed_to: z.string().optional(),
  billed_last_day: z.string().optional(),
  at: z.string().optional(),
  change_on: z.string().optional(),
  change_at: z.string().optional(),
  old: fee.nullish(),
  new: fee.nullish(),
  service_start: z.string().optional(),
  service_end: z.string().nullish(),
  target: z.string().optional(),
  first_boundary: z.string().optional(),
  last_boundary: z.string().optional(),
  billing_day: z.number().optional(),
  interval: z.enum(["day", "week", "month", "quarter", "half_year", "year"]).optional(),
  interval_count: z.number().default(1),
  leading_stub_denominator: z.enum(["first_boundary_minus_one_interval", "grid_period"]).optional(),
  potential: decimal.optional(),
  amount_paid: decimal.optional(),
  previous_credits: decimal.optional(),
  credit: decimal.optional(),
  percent_off: decimal.optional(),
  discount_started_before_credited_period: z.boolean().optional(),
});
type ProrationInput = z.infer<typeof prorationInput>;

const unitByMethod: Readonly<Record<string, ProrationUnit>> = {
  second_based: "second",
  day_based_half_open: "day",
  day_based_inclusive_both_ends: "day",
  day_based_half_open_denominator_is_full_anchored_period: "day",
};

const answers: Readonly<Record<ProrationInput["op"], (input: ProrationInput) => Answer>> = {
  share: ({ fraction, ...input }) => shareAnswer(readFraction(required(fraction, "fraction")), input),
  share_of_period: (input) =>
    shareAnswer(
      shareOf({
        part: billedRange(input),
        whole: period(input),
        by: unitOf(input),
        timezone: input.timezone,
      }),
      input,
    ),
  remaining_share: (input) => shareAnswer(restOf(input), input),
  leading_stub_fraction: leadingStub,
  trailing_stub_fraction: trailingStub,
  plan_change: (input) => planChange(input, "recurring"),
  plan_change_seconds: (input) => planChange(input, "recurring"),
  one_time_on_change: (input) => planChange(input, "one_time"),
  billed_periods_in_advance: billedInAdvance,
  cap_credit: capped,
  credit_with_tax: creditWithTax,
  discounted_credit: discountedCredit,
};

/** Answers questions about parts of periods by `libs/core/proration`. */
export function answerProration(raw: unknown): Answer {
  const input = readInput(prorationInput, raw);
  // Only the method of capping is a sentence; it names the rule that the op is about.
  if (input.op !== "cap_credit" && input.method !== undefined) unitOf(input);
  return { timezone: input.timezone, ...answers[input.op](input) };
}

function required<T>(value: T | null | undefined, name: string): T {
  if (value === null || value === undefined) throw new InputUnknown(`${name}: is required`);
  return value;
}

function unitOf(input: ProrationInput): ProrationUnit {
  const fallback = input.op === "plan_change_seconds" ? "second_based" : undefined;
  const method = required(input.method ?? fallback, "method");
  const unit = Object.hasOwn(unitByMethod, method) ? unitByMethod[method] : undefined;
  if (unit === undefined) throw new InputUnknown(`method: "${method}" is not known`);
  return unit;
}

function at(text: string | null | undefined, name: string, { timezone }: ProrationInput): Temporal.Instant {
  return instantOf(required(text, name), timezone);
}

/** The open end: the day after a last day, or the end itself. */
function openEnd(
  last: string | undefined,
  end: string | undefined,
  name: string,
  input: ProrationInput,
): Temporal.Instant {
  if (last === undefined) return at(end, name, input);
  return at(last, name, input)
    .toZonedDateTimeISO(input.timezone)
    .toPlainDate()
    .add({ days: 1 })
    .toZonedDateTime(input.timezone)
    .toInstant();
}

function period(input: ProrationInput): TimeRange {
  return {
    start: at(input.period_start, "period_start", input),
    end: openEnd(input.period_last_day, input.period_end, "period_end", input),
  };
}

/** A first day after the last one bills nothing: a trial was longer than the period. */
function billedRange(input: ProrationInput): TimeRange {
  const start = at(input.billed_from, "billed_from", input);
  const end = openEnd(input.billed_last_day, input.billed_to, "billed_to", input);
  return compareInstants(end, start) < 0 ? { start: end, end } : { start, end };
}

function restOf(input: ProrationInput): Share {
  const change = input.at ?? input.change_at ?? input.change_on;
  return remainingShare({
    period: period(input),
    at: at(change, "at", input),
    by: unitOf(input),
    timezone: input.timezone,
  });
}

function readFraction(text: string): Share {
  const [, numerator, denominator] = /^(\d+)(?:\/([1-9]\d*))?$/.exec(text) ?? [];
  if (numerator === undefined) {
    throw new InputUnknown(`fraction: "${text}" is not of the form 17/31`);
  }
  return { numerator: BigInt(numerator), denominator: BigInt(denominator ?? 1) };
}

/** A share as such, as a decimal, and of the amount when there is one. */
function shareAnswer(share: Share, input: Pick<ProrationInput, "amount" | "rounding">): Answer {
  const part = prorateAmount(new Decimal(1), share);
  const values = { fraction: share, decimal: roundedAs(part, input.rounding) };
  if (input.amount === undefined) return { values };
  return { values: { ...values, amount: roundedAs(prorateAmount(input.amount, share), input.rounding) } };
}

function scheduleAround(input: ProrationInput, boundaryText: string, startsAt: Temporal.Instant): Schedule {
  const anchorAt = instantToLocal(instantOf(boundaryText, input.timezone), input.timezone).toString();
  const interval = { unit: required(input.interval, "interval"), count: input.interval_count };
  return resolveSchedule({ anchor: { at: anchorAt }, interval, timezone: input.timezone, startsAt });
}

function leadingStub(input: ProrationInput): Answer {
  const startsAt = at(input.service_start, "service_start", input);
  const first = required(input.first_boundary, "first_boundary");
  const schedule = scheduleAround(input, first, startsAt);
  return stubAnswer(schedule, { start: startsAt, end: instantOf(first, input.timezone) }, input);
}

function trailingStub(input: ProrationInput): Answer {
  const startsAt = at(input.last_boundary, "last_boundary", input);
  const schedule = scheduleAround(input, required(input.last_boundary, "last_boundary"), startsAt);
  return stubAnswer(schedule, { start: startsAt, end: at(input.service_end, "service_end", input) }, input);
}

/** How many periods a range is: whole ones and a stub. Others divide all of it by the one period next to its boundary. */
function stubAnswer(schedule: Schedule, range: TimeRange, input: ProrationInput): Answer {
  const by = unitOf(input);
  const shares = sharesInAdvance(schedule, { until: range.end, endsAt: range.end, by, limit: 10_000 });
  const ours = shareAnswer(sumOfShares(shares.map(({ share }) => share)), input);
  if (shares.length <= 1) return ours;
  const near = input.last_boundary === undefined ? shares.length - 1 : 0;
  const whole = { start: boundary(schedule, near), end: boundary(schedule, near + 1) };
  const days = (part: TimeRange) => shareOf({ part, whole: part, by, timezone: input.timezone }).denominator;
  const theirs = shareAnswer({ numerator: days(range), denominator: days(whole) }, input);
  return { ...ours, others: [{ rule: "whole_periods_first", values: theirs.values }] };
}

function sumOfShares(shares: readonly Share[]): Share {
  return shares.reduce(
    (sum, share) => ({
      numerator: sum.numerator * share.denominator + share.numerator * sum.denominator,
      denominator: sum.denominator * share.denominator,
    }),
    { numerator: 0n, denominator: 1n },
  );
}

function planChange(input: ProrationInput, kind: ChangedFee["kind"]): Answer {
  const feeOf = (given: ProrationInput["old"]): ChangedFee | null =>
    given === undefined || given === null
      ? null
      : { kind, amount: "amount" in given ? given.amount : given.unit_amount.times(given.quantity ?? 1) };
  const after =
    input.new === undefined && input.amount !== undefined ? { kind, amount: input.amount } : feeOf(input.new);
  const isWhole = kind === "one_time" && input.period_start === undefined;
  const rest = isWhole ? { numerator: 1n, denominator: 1n } : restOf(input);
  const exact = changeAmounts({ before: feeOf(input.old), after, rest });
  const credit = roundedAs(exact.credit, input.rounding);
  const charge = roundedAs(exact.charge, input.rounding);
  const fraction = kind === "one_time" ? { numerator: 1n, denominator: 1n } : rest;
  return { values: { credit, charge, net: credit.plus(charge), amount: charge, fraction } };
}

function billedInAdvance(input: ProrationInput): Answer {
  const startsAt = at(input.service_start, "service_start", input);
  const interval = { unit: required(input.interval, "interval"), count: input.interval_count };
  const schedule = resolveSchedule({
    anchor: { day: required(input.billing_day, "billing_day") },
    interval,
    timezone: input.timezone,
    startsAt,
  });
  const endsAt =
    input.service_end === undefined || input.service_end === null ? null : at(input.service_end, "", input);
  const query = { until: at(input.target, "target", input), endsAt, by: unitOf(input), limit: 10_000 };
  const terms = sharesInAdvance(schedule, query).map(({ share }) => share);
  const [first, ...rest] = terms;
  if (first === undefined || input.leading_stub_denominator !== "first_boundary_minus_one_interval") {
    return { values: { terms } };
  }
  const denominator = daysOfIntervalBefore(boundary(schedule, 1), input);
  const isStub = first.numerator !== first.denominator;
  const theirs = [isStub ? { numerator: first.numerator, denominator } : first, ...rest];
  return { values: { terms }, others: [{ rule: "grid_period_around_stub", values: { terms: theirs } }] };
}

/** The days from one interval before a boundary, stepping back from it as it stands, clamped or not. */
function daysOfIntervalBefore(end: Temporal.Instant, input: ProrationInput): bigint {
  const months = { day: 0, week: 0, month: 1, quarter: 3, half_year: 6, year: 12 } as const;
  const days = { day: 1, week: 7, month: 0, quarter: 0, half_year: 0, year: 0 } as const;
  const unit = required(input.interval, "interval");
  const n = input.interval_count;
  const last = instantToLocal(end, input.timezone).toPlainDate();
  const first = last.subtract({ months: months[unit] * n, days: days[unit] * n });
  return BigInt(first.until(last, { largestUnit: "day" }).days);
}

function capped(input: ProrationInput): Answer {
  const potential = required(input.potential, "potential");
  const paid = required(input.amount_paid, "amount_paid");
  const previous = required(input.previous_credits, "previous_credits");
  const currency = currencyOfAmounts(potential, paid, previous);
  const minor = (amount: Decimal) => roundToMinor(amount, currency, "half_up");
  const credit = capCredit({
    wantedMinor: minor(potential),
    billedMinor: minor(paid),
    creditedMinor: minor(previous),
  });
  return { values: { credit: minorToDecimal(credit, currencyExponent(currency)) } };
}

/** A line that was billed with a discount or a tax, and the credit for a part of it. */
function creditOfBilled(terms: {
  readonly amount: Decimal;
  readonly wanted: Decimal;
  readonly currency: string;
  readonly mode: "half_up" | "half_even";
  readonly percentOff?: Decimal;
  readonly taxPercent?: Decimal;
}) {
  const { amount, wanted, currency, mode, percentOff, taxPercent } = terms;
  const [billed] = assembleInvoice({
    currency,
    roundingMode: mode,
    taxRounding: "line_per_tax",
    taxStatus: "taxable",
    taxRates:
      taxPercent === undefined
        ? []
        : [{ id: "tax", name: "Tax", percentage: formatDecimal(taxPercent), inclusive: false }],
    lines: [{ key: "line", kind: "recurring", exactAmount: amount }],
    discounts:
      percentOff === undefined
        ? []
        : [{ id: "off", name: "Off", kind: "percent", value: formatDecimal(percentOff) }],
    credits: [],
  }).lines;
  if (billed === undefined) throw new InputUnknown("amount: nothing was billed");
  const wantedMinor = roundToMinor(wanted, currency, mode);
  const nothing = { amountMinor: 0n, discountMinor: 0n, taxes: [] };
  return creditLine({ billed, credited: nothing, wantedMinor });
}

function creditWithTax(input: ProrationInput): Answer {
  const amount = required(input.amount, "amount");
  const scale = input.rounding?.scale ?? 2;
  const credit = creditOfBilled({
    amount,
    wanted: prorateAmount(amount, readFraction(required(input.fraction, "fraction"))),
    currency: currencyOfScale(scale),
    mode: input.rounding?.mode ?? "half_up",
    taxPercent: required(input.tax_percent, "tax_percent"),
  });
  const tax = credit.taxes.reduce((sum, each) => sum + each.amountMinor, 0n);
  return {
    values: {
      credit: minorToDecimal(credit.amountMinor, scale),
      tax: minorToDecimal(tax, scale),
      total: minorToDecimal(credit.amountMinor + tax, scale),
    },
  };
}

function discountedCredit(input: ProrationInput): Answer {
  const amount = required(input.credit, "credit").abs();
  const currency =
    input.rounding === undefined ? currencyOfAmounts(amount) : currencyOfScale(input.rounding.scale);
  const hadDiscount = input.discount_started_before_credited_period ?? true;
  const credit = creditOfBilled({
    amount,
    wanted: amount,
    currency,
    mode: input.rounding?.mode ?? "half_up",
    ...(hadDiscount ? { percentOff: required(input.percent_off, "percent_off") } : {}),
  });
  const netMinor = credit.amountMinor - credit.discountMinor;
  return { values: { credit: minorToDecimal(-netMinor, currencyExponent(currency)) } };
}
