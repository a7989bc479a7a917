import { instantText } from "../calendar/instant-text.ts";
import type { CarriedTax } from "../invoice/carried-taxes.ts";
import type { DocumentTier, LineKind } from "../invoice/invoice-document.ts";
import { Decimal, formatDecimal, parseDecimal, zero } from "../money/decimal.ts";
import { moneyToDecimal } from "../money/money.ts";
import { type RoundingMode, roundTogether } from "../money/rounding.ts";
import { oncePerObject } from "../once-per-object.ts";
import type { Price } from "../price/price.ts";
import { isLevel } from "../usage/meter.ts";
import type { DuePeriod } from "./due-periods.ts";
import { canonicalJson, inputHash } from "./input-hash.ts";
import { ratePrice } from "./rate-price.ts";
import { type GroupQuantity, type RatedGroup, rateUsage } from "./rate-usage.ts";
import { type RatingStep, ratingStep } from "./rating-step.ts";

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
  /** Minor units, rounded together with the lines of the other groups; unset: it is rounded by itself (`printedMinor`). */
  readonly amountMinor?: bigint | undefined;
  readonly tiers: readonly DocumentTier[];
  readonly steps: readonly RatingStep[];
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly inputHash: string;
  readonly eventCount: bigint;
  /** Of what is given back: the taxes that were billed. No other tax applies to it. */
  readonly carriedTaxes?: readonly CarriedTax[];
};

const one = new Decimal(1);
const priceText = oncePerObject((price: Price) => canonicalJson(price));
/** The list of a period's groups stands in the inputs of each of them. */
const groupsText = oncePerObject((groups: readonly unknown[]) => canonicalJson(groups));

/** How the lines of several groups are rounded, so that they add up to what the period costs. */
export type GroupRounding = { readonly currency: string; readonly mode: RoundingMode };

/**
 * Rates one due period into its lines: one for a fee, one per group for usage (`rateUsage`). Amounts are exact; those of
 * several groups are also rounded together: their sum once, spread over them by largest remainder.
 * @param usage quantities by group and window; only looked at for usage prices
 * @throws as `ratePrice` and `rateUsage`; DomainError currency_unknown, amount_out_of_range
 */
export function rateDuePeriod(
  due: DuePeriod,
  usage: readonly GroupQuantity[],
  rounding: GroupRounding,
): RatedLine[] {
  const { price, quantity, meter } = due.item;
  if (price.kind === "usage") {
    const hasGroups = meter !== null && meter.groupBy.length > 0;
    // What is rated window by window adds up over the windows: it is no level any more.
    const lasts = meter !== null && isLevel(meter) && (price.ratePer?.window ?? null) === null;
    const rated = rateUsage(price, due.ratio, usage, { hasGroups, isLevel: lasts });
    return roundGroups(rated, rounding).map((each) => lineOf(due, each));
  }
  const seats = quantity ?? price.quantity;
  const units =
    seats === undefined || seats === null ? one : parseDecimal(seats, `quantity of ${price.code}`);
  const rated = ratePrice({ price, quantity: units, ratio: due.ratio });
  return [lineOf(due, { ...rated, group: "", quantity: units, eventCount: 0n, facts: {} })];
}

function roundGroups(rated: readonly RatedGroup[], { currency, mode }: GroupRounding): readonly RatedGroup[] {
  if (rated.length < 2) return rated;
  const minors = roundTogether(
    rated.map(({ exactAmount }) => exactAmount),
    currency,
    mode,
  );
  const detail = `${rated.length} groups add up to their rounded sum`;
  return rated.map((each, index): RatedGroup => {
    const amountMinor = minors[index] ?? 0n;
    const printed = moneyToDecimal({ minor: amountMinor, currency });
    const step = ratingStep("rounded_together", each.exactAmount, printed, detail);
    return { ...each, amountMinor, steps: [...each.steps, step] };
  });
}

function lineOf(due: DuePeriod, rated: RatedGroup): RatedLine {
  const { item } = due;
  const { group, quantity, eventCount, facts } = rated;
  const inputs = {
    price: item.price,
    quantity: formatDecimal(quantity),
    group,
    ratio: { numerator: due.ratio.numerator.toString(), denominator: due.ratio.denominator.toString() },
    period: { start: instantText(due.start), end: instantText(due.end) },
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
    amountMinor: rated.amountMinor,
    tiers: rated.tiers,
    steps: rated.steps,
    inputs,
    inputHash: inputHash(inputs, textsOf(item.price, facts)),
    eventCount,
  };
}

function textsOf(price: Price, { groups }: RatedGroup["facts"]): Record<string, string> {
  const texts = { price: priceText(price) };
  return Array.isArray(groups) ? { ...texts, groups: groupsText(groups) } : texts;
}

/** The line of a group in which nothing is left: what a settlement holds against what was billed of it. */
export function emptyLine(due: DuePeriod, group: string): RatedLine {
  const nothing = { exactAmount: zero, unitAmount: null, tiers: [], steps: [], facts: {} };
  return lineOf(due, { ...nothing, group, quantity: zero, eventCount: 0n });
}
