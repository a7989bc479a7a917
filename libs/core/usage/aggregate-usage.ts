import { Temporal } from "temporal-polyfill";
import type { TimeRange } from "../calendar/proration.ts";
import { Decimal, zero } from "../money/decimal.ts";
import { roundDecimal } from "../money/rounding.ts";
import type { Meter } from "./meter.ts";
import type { UsageValue } from "./usage-value.ts";
import { compareUsageValues } from "./usage-value.ts";

/** What a meter with `carry_over` knows when a period starts. */
export type CarriedUsage = {
  /** weighted_sum: the level so far; latest: the last value. */
  readonly level: Decimal;
  /** unique_count: the texts that were added and not removed. */
  readonly members: ReadonlySet<string>;
};

const nothingCarried: CarriedUsage = { level: zero, members: new Set() };

const QUANTITY_DECIMALS = 12;
const NANOSECONDS_PER_SECOND = 1_000_000_000n;

/**
 * The quantity of a meter over `period` `[start, end)`, from single events in any order: the reference that buckets and
 * SQL must equal. Values outside the period are left out, but a meter with `carry_over` starts from what came before it:
 * `carried`, then the values with an earlier time.
 * - sum, max, min, percentile, latest of nothing are 0; ties of latest go to the greater id.
 * - weighted_sum: values move a level; the result is its average over the period, weighted by whole seconds (every time
 *   is floored to its second) and rounded half up to 12 decimals.
 * - percentile: nearest rank, the value at place ceil(p / 100 x n) of the sorted ones.
 * - unique_count: the texts present at the period's end, after adds and removes in order of time.
 * A meter with `negative: floor` never gives less than 0.
 */
export function aggregateUsage(
  meter: Meter,
  values: readonly UsageValue[],
  period: TimeRange,
  carried: CarriedUsage = nothingCarried,
): Decimal {
  const inside = values.filter((each) => isInside(each, period));
  const before = meter.carryOver ? carriedUsage(meter, values, period.start, carried) : nothingCarried;
  return floorQuantity(meter, quantityOf(meter, inside, period, before));
}

/** What a meter with `carry_over` hands on at `at`: `carried`, then every value before `at`. */
export function carriedUsage(
  meter: Meter,
  values: readonly UsageValue[],
  at: Temporal.Instant,
  carried: CarriedUsage = nothingCarried,
): CarriedUsage {
  const earlier = values.filter((each) => Temporal.Instant.compare(each.at, at) < 0);
  if (meter.aggregation === "unique_count")
    return { level: zero, members: membersAfter(earlier, carried.members) };
  if (meter.aggregation === "latest") return { level: latestOf(earlier, carried.level), members: new Set() };
  return { level: sumOf(earlier, carried.level), members: new Set() };
}

/** The quantity itself, or 0 when it is negative and the meter says `negative: floor`. */
function floorQuantity(meter: Pick<Meter, "negative">, quantity: Decimal): Decimal {
  return meter.negative === "floor" && quantity.isNegative() ? zero : quantity;
}

function quantityOf(
  meter: Meter,
  inside: readonly UsageValue[],
  period: TimeRange,
  before: CarriedUsage,
): Decimal {
  switch (meter.aggregation) {
    case "count":
      return new Decimal(inside.length);
    case "sum":
      return sumOf(inside, zero);
    case "max":
      return extreme(inside, 1);
    case "min":
      return extreme(inside, -1);
    case "latest":
      return latestOf(inside, before.level);
    case "unique_count":
      return new Decimal(membersAfter(inside, before.members).size);
    case "weighted_sum":
      return weightedAverage(inside, period, before.level);
    case "percentile":
      return nearestRank(inside, meter.percentile ?? 100);
  }
}

function isInside(each: UsageValue, period: TimeRange): boolean {
  return (
    Temporal.Instant.compare(period.start, each.at) <= 0 && Temporal.Instant.compare(each.at, period.end) < 0
  );
}

function sumOf(values: readonly UsageValue[], start: Decimal): Decimal {
  return values.reduce((sum, each) => sum.plus(each.value), start);
}

function extreme(values: readonly UsageValue[], direction: 1 | -1): Decimal {
  let found: Decimal | undefined;
  for (const { value } of values) {
    if (found === undefined || value.comparedTo(found) === direction) found = value;
  }
  return found ?? zero;
}

function latestOf(values: readonly UsageValue[], otherwise: Decimal): Decimal {
  let last: UsageValue | undefined;
  for (const each of values) {
    if (last === undefined || compareUsageValues(last, each) < 0) last = each;
  }
  return last?.value ?? otherwise;
}

function membersAfter(values: readonly UsageValue[], start: ReadonlySet<string>): ReadonlySet<string> {
  const members = new Set(start);
  for (const { text, operation } of [...values].sort(compareUsageValues)) {
    if (text === undefined) continue;
    if (operation === "remove") members.delete(text);
    else members.add(text);
  }
  return members;
}

function weightedAverage(values: readonly UsageValue[], period: TimeRange, startLevel: Decimal): Decimal {
  const end = epochSecond(period.end);
  const seconds = end - epochSecond(period.start);
  if (seconds <= 0n) return zero;
  const weigh = (level: Decimal, from: bigint) => level.times((end - from).toString());
  const weighted = values.reduce(
    (sum, each) => sum.plus(weigh(each.value, epochSecond(each.at))),
    weigh(startLevel, epochSecond(period.start)),
  );
  return roundDecimal(weighted.dividedBy(seconds.toString()), QUANTITY_DECIMALS, "half_up");
}

function nearestRank(values: readonly UsageValue[], percentile: number): Decimal {
  const sorted = values.map((each) => each.value).sort((a, b) => a.comparedTo(b));
  const rank = new Decimal(percentile).times(sorted.length).dividedBy(100).ceil().toNumber();
  return sorted[Math.max(rank, 1) - 1] ?? zero;
}

function epochSecond(at: Temporal.Instant): bigint {
  const { epochNanoseconds } = at;
  const isBelow = epochNanoseconds % NANOSECONDS_PER_SECOND < 0n;
  return epochNanoseconds / NANOSECONDS_PER_SECOND - (isBelow ? 1n : 0n);
}
