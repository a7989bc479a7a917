import { domainError } from "../errors.ts";
import type { DocumentTier } from "../invoice/invoice-document.ts";
import { Decimal, formatDecimal, zero } from "../money/decimal.ts";
import { roundDecimal } from "../money/rounding.ts";
import type { PricedEvent } from "../price/charge-models/charge-model.ts";
import type { Price } from "../price/price.ts";
import { formatGroup, parseGroup } from "../usage/usage-group.ts";
import { compareUsageValues, type UsageValue } from "../usage/usage-value.ts";
import { inputHash } from "./input-hash.ts";
import { looksAtEvents } from "./rate-bucket.ts";
import { type RatedAmount, type RatedBucket, type Ratio, ratePrice } from "./rate-price.ts";
import { ratingStep } from "./rating-step.ts";

/** Aggregated usage of one group of a meter over a period, or one window of it, and how many events made it. */
export type GroupQuantity = {
  /** Canonical group text; "" when the meter has no groups. */
  readonly group: string;
  readonly quantity: Decimal;
  readonly eventCount: bigint;
  /** Start of the window; prices with `ratePer.window` only. */
  readonly window?: string;
  /** The single events; prices that look at them only. */
  readonly events?: readonly UsageValue[];
};

/** What one group costs, with the facts that made it beside price, group, quantity and ratio. */
export type RatedGroup = Omit<RatedAmount, "bucketAmounts"> & {
  readonly group: string;
  readonly quantity: Decimal;
  readonly eventCount: bigint;
  readonly facts: Readonly<Record<string, unknown>>;
  /** Rounded together with the other groups; unset: it is rounded by itself. */
  readonly amountMinor?: bigint;
};

/** How the usage of a period was metered, as far as it decides what it costs. */
export type UsageTerms = {
  readonly hasGroups: boolean;
  /** Each quantity is a level that lasts, such as a peak: a part of a period costs its share (`isLevel`). Unset: false. */
  readonly isLevel?: boolean;
};

/** As many as an invoice line stores; what a share cannot express beyond goes to the last group. */
const shareDecimals = 30;
const tierDecimals = 12;

/**
 * Rates the usage of a period, one answer for each group in the order of `usage`. Tiers, allowances, minimum and maximum run
 * over the sum of the groups, or over each window and group under `ratePer`; each group gets its part of what its buckets
 * cost, by quantity. Without usage there is one answer: for a meter with groups only when nothing costs something.
 * @throws DomainError usage_value_invalid when an event of a `dynamic` price holds no amount
 */
export function rateUsage(
  price: Price,
  ratio: Ratio,
  usage: readonly GroupQuantity[],
  { hasGroups, isLevel = false }: UsageTerms,
): RatedGroup[] {
  const usageOf = usageByGroup(usage);
  const [only] = usageOf.keys();
  if (usageOf.size <= 1) {
    const rated = rateTogether(price, ratio, usage, isLevel);
    if (only === undefined && hasGroups && rated.exactAmount.isZero()) return [];
    return [groupOf(rated, only ?? "", factsOf(price, usage))];
  }
  if (isAdditive(price)) {
    return [...usageOf].map(([group, own]) =>
      groupOf(rateTogether(price, ratio, own, isLevel), group, factsOf(price, own)),
    );
  }
  const whole = rateTogether(price, ratio, usage, isLevel);
  const weights = groupWeights(price, usage, whole, usageOf);
  return shareOut(
    whole,
    [...usageOf].map(([group, own], index) => ({ group, usage: own, weight: weights[index] ?? zero })),
    price,
  );
}

/** The usage of each group, in the order in which the groups come. */
function usageByGroup(usage: readonly GroupQuantity[]): Map<string, GroupQuantity[]> {
  const found = new Map<string, GroupQuantity[]>();
  for (const each of usage) {
    const known = found.get(each.group);
    if (known) known.push(each);
    else found.set(each.group, [each]);
  }
  return found;
}

function groupOf(
  { exactAmount, unitAmount, tiers, steps }: RatedAmount,
  group: string,
  { quantity, eventCount, facts }: Pick<RatedGroup, "quantity" | "eventCount" | "facts">,
): RatedGroup {
  return { exactAmount, unitAmount, tiers, steps, group, quantity, eventCount, facts };
}

/** True when the groups cost together what they cost one by one, so that each can be rated by itself. */
function isAdditive(price: Price): boolean {
  const { chargeModel, ratePer, includedUnits, transformQuantity, negativeQuantity } = price;
  if (price.minimumAmount !== undefined || price.maximumAmount !== undefined) return false;
  if (ratePer !== undefined || includedUnits !== undefined || transformQuantity !== undefined) return false;
  if (chargeModel.model === "per_unit") return negativeQuantity !== "zero";
  if (chargeModel.model === "dynamic") return true;
  if (chargeModel.model !== "percentage") return false;
  if (negativeQuantity === "zero" && !looksAtEvents(chargeModel)) return false;
  return chargeModel.freeEvents === undefined && chargeModel.freeAmount === undefined;
}

function rateTogether(
  price: Price,
  ratio: Ratio,
  usage: readonly GroupQuantity[],
  isLevel: boolean,
): RatedAmount {
  const quantity = sumOf(usage);
  if (looksAtEvents(price.chargeModel)) {
    const values = usage.flatMap((each) => each.events ?? []).sort(compareUsageValues);
    return ratePrice({ price, ratio, quantity, events: values.map((value) => pricedEvent(price, value)) });
  }
  if (price.ratePer === undefined) return ratePrice({ price, ratio, quantity, isLevel });
  return ratePrice({ price, ratio, quantity, buckets: bucketsOf(price, usage), isLevel });
}

function pricedEvent({ chargeModel, code }: Price, { id, value, amount = null }: UsageValue): PricedEvent {
  if (chargeModel.model !== "dynamic" || amount !== null) return { value, amount };
  const property = `properties.${chargeModel.amountProperty}`;
  throw domainError(
    "usage_value_invalid",
    `event ${JSON.stringify(id)} holds no amount in ${property}, a number, which the price ${code} charges`,
  );
}

/** The bucket that usage belongs to: its window, and its values of the properties that the price tells apart. Reads each group once. */
function bucketKeys({ ratePer }: Price): (usage: GroupQuantity) => string {
  const names = ratePer?.groupBy ?? [];
  const known = new Map<string, string>();
  const keptOf = (group: string): string => {
    const values = new Map(parseGroup(group));
    return formatGroup(names.map((name) => [name, values.get(name) ?? ""]));
  };
  return ({ group, window = "" }) => {
    const kept = known.get(group) ?? keptOf(group);
    known.set(group, kept);
    return [window, kept].filter((text) => text !== "").join(" ");
  };
}

function bucketsOf(price: Price, usage: readonly GroupQuantity[]): RatedBucket[] {
  const sums = new Map<string, Decimal>();
  const keyOf = bucketKeys(price);
  for (const each of usage) {
    const key = keyOf(each);
    sums.set(key, (sums.get(key) ?? zero).plus(each.quantity));
  }
  return [...sums].map(([key, quantity]) => ({ key, quantity }));
}

/** What of the buckets' amounts falls to each group; by quantity alone when they come to nothing or have both signs. */
function groupWeights(
  price: Price,
  usage: readonly GroupQuantity[],
  whole: RatedAmount,
  usageOf: ReadonlyMap<string, readonly GroupQuantity[]>,
): Decimal[] {
  const groups = [...usageOf.values()];
  const sizes = groups.map((own) => sumDecimals(own.map(({ quantity }) => quantity.abs())));
  const hasBothSigns =
    usage.some(({ quantity }) => quantity.gt(0)) && usage.some(({ quantity }) => quantity.lt(0));
  const bySize = sizes.every((size) => size.isZero()) ? groups.map(() => new Decimal(1)) : sizes;
  if (price.ratePer === undefined || hasBothSigns) return bySize;
  const buckets = bucketsOf(price, usage);
  const amountOf = new Map(
    buckets.map(({ key, quantity }, index) => [
      key,
      { quantity, amount: whole.bucketAmounts[index] ?? zero },
    ]),
  );
  const keyOf = bucketKeys(price);
  const byAmount = groups.map((own) =>
    own.reduce((sum, each) => {
      const bucket = amountOf.get(keyOf(each));
      if (bucket === undefined || bucket.quantity.isZero()) return sum;
      return sum.plus(bucket.amount.times(each.quantity).div(bucket.quantity));
    }, zero),
  );
  return sumDecimals(byAmount).isZero() ? bySize : byAmount;
}

function shareOut(
  whole: RatedAmount,
  groups: readonly {
    readonly group: string;
    readonly usage: readonly GroupQuantity[];
    readonly weight: Decimal;
  }[],
  price: Price,
): RatedGroup[] {
  const total = sumDecimals(groups.map(({ weight }) => weight));
  const totalText = formatDecimal(total);
  const all = groups.map((each) => [each.group, formatDecimal(sumOf(each.usage))]);
  let left = whole.exactAmount;
  return groups.map(({ group, usage, weight }, index) => {
    const share = roundDecimal(whole.exactAmount.times(weight).div(total), shareDecimals, "half_even");
    const exactAmount = index === groups.length - 1 ? left : share;
    left = left.minus(exactAmount);
    const { facts, ...own } = factsOf(price, usage);
    const detail = `${formatDecimal(weight)} of ${totalText} falls to ${group}`;
    const part = weight.div(total);
    return {
      ...own,
      group,
      facts: { ...facts, groups: all },
      exactAmount,
      unitAmount: whole.unitAmount,
      tiers: whole.tiers.map((tier) => shareOfTier(tier, part)),
      steps: [...whole.steps, ratingStep("group_share", whole.exactAmount, exactAmount, detail)],
    };
  });
}

function shareOfTier(tier: DocumentTier, share: Decimal): DocumentTier {
  const part = (text: string) => formatDecimal(roundDecimal(share.times(text), tierDecimals, "half_even"));
  return {
    ...tier,
    quantity: part(tier.quantity),
    flatAmount: part(tier.flatAmount),
    amount: part(tier.amount),
  };
}

/** What usage adds up to, and the hash of the windows or events that made it. */
function factsOf(
  price: Price,
  usage: readonly GroupQuantity[],
): Pick<RatedGroup, "quantity" | "eventCount" | "facts"> {
  const eventCount = usage.reduce((sum, each) => sum + each.eventCount, 0n);
  const facts = {
    ...(price.ratePer === undefined
      ? {}
      : {
          bucketsHash: inputHash(usage.map(({ group, window, quantity }) => [group, window ?? "", quantity])),
        }),
    ...(looksAtEvents(price.chargeModel)
      ? {
          eventsHash: inputHash(
            usage.flatMap(({ events = [] }) =>
              events.map(({ id, value, amount = null }) => [id, value, amount]),
            ),
          ),
        }
      : {}),
  };
  return { quantity: sumOf(usage), eventCount, facts };
}

function sumOf(usage: readonly GroupQuantity[]): Decimal {
  return sumDecimals(usage.map(({ quantity }) => quantity));
}

function sumDecimals(list: readonly Decimal[]): Decimal {
  return list.reduce((sum, each) => sum.plus(each), zero);
}
