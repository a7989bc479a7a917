import { Temporal } from "temporal-polyfill";
import { compareInstants } from "../calendar/timezone.ts";
import type { LineKind } from "../invoice/invoice-document.ts";
import type { NewLine } from "../invoice/new-line.ts";
import { Decimal } from "../money/decimal.ts";
import { formatMoney, moneyToDecimal } from "../money/money.ts";
import { roundToMinor } from "../money/rounding.ts";
import type { BillableItem } from "./billable-item.ts";
import { type LimitInputs, type LimitMoney, limitDelta, limitLine } from "./limit-line.ts";
import type { LimitPart, LimitPeriod } from "./limit-periods.ts";
import { printedMinor } from "./printed-amount.ts";

/** What was billed, or is being billed, of an item: as much of a line as limits look at. Minor units, before discounts. */
export type CountedLine = {
  readonly itemId: string;
  readonly kind: LineKind;
  readonly start: Temporal.Instant;
  /** Of what a change gives back: the start of the period that was billed. */
  readonly claimStart: Temporal.Instant | null;
  /** Below 0: given back. */
  readonly grossMinor: bigint;
  readonly discountMinor: bigint;
  /** Of a void invoice, and billed by no other. */
  readonly isWaived: boolean;
};

/** A line that an earlier invoice has for a limit. Minor units, before discounts. */
export type BilledLimit = {
  readonly limit: LimitInputs["limit"];
  readonly grid: Temporal.Instant;
  /** Up to where it decided the period. */
  readonly end: Temporal.Instant;
  readonly settlementNo: number;
  readonly grossMinor: bigint;
  readonly discountMinor: bigint;
  /** What credit notes took back of it. */
  readonly takenBackMinor: bigint;
  readonly isVoid: boolean;
  /** Of a void invoice that no other took the place of. */
  readonly isWaived: boolean;
};

/** All that stands on earlier invoices of a subscription around the periods that are decided. */
export type BilledBefore = {
  readonly lines: readonly CountedLine[];
  readonly limits: readonly BilledLimit[];
};

/** A line of the invoice that is decided, before its limits, and its key. */
export type LineHere = CountedLine & { readonly key: string };

/** A line as limits look at it; of what is given back net of its discount, the amount before it. */
export function lineHere(
  line: Pick<NewLine, "sourceKey" | "kind" | "itemId" | "start" | "exactAmount" | "amountMinor" | "inputs">,
  { currency, mode }: LimitMoney,
): LineHere[] {
  const { sourceKey: key, kind, itemId, start, inputs } = line;
  if (itemId === null) return [];
  const credit = textsIn(inputs["credit"]);
  const claimed = kind === "proration_credit" ? textsIn(inputs["period"])["start"] : undefined;
  const { amountMinor, discountMinor } = credit;
  return [
    {
      ...{ key, kind, itemId, start, isWaived: false },
      claimStart: claimed === undefined ? null : Temporal.Instant.from(claimed),
      grossMinor: amountMinor === undefined ? printedMinor(line, currency, mode) : -BigInt(amountMinor),
      discountMinor: discountMinor === undefined ? 0n : -BigInt(discountMinor),
    },
  ];
}

function textsIn(value: unknown): Readonly<Record<string, string | undefined>> {
  if (value === null || typeof value !== "object") return {};
  return Object.fromEntries(Object.entries(value).filter(([, text]) => typeof text === "string"));
}

/** A limit's line, and the keys of the lines that it lowers: discounts see what is left of them. */
export type LimitSettlement = { readonly line: NewLine; readonly lowers: readonly string[] };

const counted: ReadonlySet<LineKind> = new Set([
  "recurring",
  "usage",
  "late_usage",
  "proration_charge",
  "proration_credit",
]);

/**
 * What the limits of some periods must bill now: f(everything that was billed of the period, before and here) - what their
 * earlier lines billed. So a period that is settled again, by late usage or by an invoice that is made again, is brought to
 * what its limits say of all of it. Lines count towards the version of the plan that their item belongs to.
 * @throws DomainError amount_out_of_range, decimal_syntax
 */
export function settleLimits(
  input: {
    readonly subscriptionId: string;
    readonly items: readonly BillableItem[];
    readonly periods: readonly LimitPeriod[];
    readonly before: BilledBefore;
    readonly here: readonly LineHere[];
  },
  rounding: LimitMoney,
): LimitSettlement[] {
  return input.periods.flatMap((period) =>
    (["minimum_commitment", "maximum_amount"] as const).flatMap((limit) =>
      settleOne({ ...input, period, limit }, rounding),
    ),
  );
}

type One = Parameters<typeof settleLimits>[0] & {
  readonly period: LimitPeriod;
  readonly limit: LimitInputs["limit"];
};

function settleOne(input: One, rounding: LimitMoney): LimitSettlement[] {
  const { period, limit, subscriptionId } = input;
  const { currency } = rounding;
  const parts = period.parts.flatMap((part) => partOf(input, part, currency) ?? []);
  if (parts.length === 0) return [];
  const earlier = input.before.limits.filter(
    (line) => line.limit === limit && compareInstants(line.grid, period.gridStart) === 0,
  );
  const standing = earlier.filter((line) => !line.isVoid);
  const waived = limit === "minimum_commitment" ? earlier.filter((line) => line.isWaived) : [];
  const settlementNo = Math.max(0, ...earlier.map((line) => line.settlementNo)) + 1;
  const text = (minor: bigint) => formatMoney({ minor, currency });
  const inputs = {
    ...{ limit, settlementNo, grid: period.gridStart.toString(), parts: parts.map((part) => part.written) },
    billedBefore: text(sumOf([...standing, ...waived].map((line) => line.grossMinor))),
    takenBack: text(
      sumOf([...standing.map((line) => line.takenBackMinor), ...waived.map((line) => line.grossMinor)]),
    ),
  };
  const delta = limitDelta(inputs, rounding);
  const lowered = delta.lt(0)
    ? parts.flatMap((part) => part.here).filter((line) => line.grossMinor > 0n)
    : [];
  const beyond = delta
    .neg()
    .minus(moneyToDecimal({ minor: sumOf(lowered.map((line) => line.grossMinor)), currency }));
  const discount = beyond.gt(0)
    ? discountOf(beyond, [...parts.flatMap((part) => part.before), ...standing], rounding)
    : 0n;
  const key = `${subscriptionId}/limit/${period.gridStart.toString()}/${limit}/${settlementNo}`;
  const line = limitLine(
    { ...inputs, discountMinor: `${discount}` },
    { key, start: period.start, end: period.end },
    rounding,
  );
  return line === null ? [] : [{ line, lowers: lowered.map((each) => each.key) }];
}

/** One version's part in a limit; null when it has no such limit. */
function partOf({ limit, items, period, before, here }: One, { limits, ratio }: LimitPart, currency: string) {
  const minor = limit === "minimum_commitment" ? limits.minimumCommitmentMinor : limits.maximumAmountMinor;
  if (minor === null) return null;
  const own = new Set(
    items.flatMap((item) => (item.limits?.planVersionId === limits.planVersionId ? [item.itemId] : [])),
  );
  const counts = (line: CountedLine) => own.has(line.itemId) && countsTowards(period, line);
  const standing = before.lines.filter((line) => counts(line) && !line.isWaived);
  const waived = before.lines.filter((line) => counts(line) && line.isWaived);
  const added = here.filter(counts);
  const text = (lines: readonly CountedLine[]) =>
    formatMoney({ minor: sumOf(lines.map((line) => line.grossMinor)), currency });
  return {
    written: {
      planVersionId: limits.planVersionId,
      limit: formatMoney({ minor, currency }),
      ratio: { numerator: `${ratio.numerator}`, denominator: `${ratio.denominator}` },
      counted: text([...standing, ...added]),
      waived: text(waived),
    },
    before: [...standing, ...added.filter((line) => line.grossMinor <= 0n)],
    here: added,
  };
}

/**
 * Whether a line counts towards the limits of a period: fees and usage that begin in it, whenever they were billed (a fee
 * in advance stands on the invoice before, late usage on one after), less what changes in it or at its end gave back. Not:
 * one-time items, adjustments, and the limits' own lines.
 */
function countsTowards(period: LimitPeriod, { kind, start, claimStart }: CountedLine): boolean {
  if (!counted.has(kind)) return false;
  const fromStart = compareInstants(start, period.gridStart);
  const fromEnd = compareInstants(start, period.end);
  const isPartGivenBack = claimStart !== null && compareInstants(claimStart, start) < 0;
  return isPartGivenBack ? fromStart > 0 && fromEnd <= 0 : fromStart >= 0 && fromEnd < 0;
}

/** The part of a discount that falls to what is given back of lines that were billed before. */
function discountOf(
  beyond: Decimal,
  billed: readonly { readonly grossMinor: bigint; readonly discountMinor: bigint }[],
  { currency, mode }: LimitMoney,
): bigint {
  const gross = sumOf(billed.map((line) => line.grossMinor));
  const discount = sumOf(billed.map((line) => line.discountMinor));
  if (gross <= 0n || discount <= 0n) return 0n;
  const share = beyond.times(discount.toString()).div(gross.toString());
  return roundToMinor(Decimal.min(beyond, share), currency, mode);
}

function sumOf(amounts: readonly bigint[]): bigint {
  return amounts.reduce((a, b) => a + b, 0n);
}
