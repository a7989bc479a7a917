import type { DocumentTier } from "../invoice/invoice-document.ts";
import { Decimal, formatDecimal, parseDecimal, zero } from "../money/decimal.ts";
import { chargeModelOf } from "../price/charge-model-catalog.ts";
import {
  documentTier,
  type ModelAmount,
  type ModelUsage,
  mirrorAmount,
  nothingAmount,
  type PricedEvent,
} from "../price/charge-models/charge-model.ts";
import { needsSingleEvents } from "../price/charge-models/percentage.ts";
import type { ChargeModel, Price, QuantityTransform } from "../price/price.ts";
import { type RatingStep, ratingStep } from "./rating-step.ts";

/** What is rated as one: a whole period, or one window or group of it under `rate_per`. */
export type RatedQuantity = {
  /** Aggregated usage, or seats; 1 for a plain recurring fee. */
  readonly quantity: Decimal;
  /** The single events behind it in (time, id) order; only for prices of which `looksAtEvents` is true. */
  readonly events?: readonly PricedEvent[];
  /** Chooses the tiers instead of `quantity`, in the same units: the whole when `quantity` is a part of it. */
  readonly tierQuantity?: Decimal;
};

/** A quotient that does not end is kept to so many decimals, far below what could move a half. */
const quotientDecimals = 40;

export type BucketAmount = ModelAmount & { readonly steps: readonly RatingStep[] };

/** True when single events make the amount, and not their aggregate alone. */
export function looksAtEvents(chargeModel: ChargeModel): boolean {
  if (chargeModel.model === "percentage") return needsSingleEvents(chargeModel);
  return chargeModelOf(chargeModel.model).looksAt === "events";
}

type Units = {
  readonly quantity: Decimal;
  readonly tierQuantity: Decimal;
  readonly steps: readonly RatingStep[];
};

/** Rates one quantity: negative usage, included units, transform, charge model. Exact; nothing of the period in it. */
export function rateBucket(price: Price, rated: RatedQuantity): BucketAmount {
  if (chargeModelOf(price.chargeModel.model).looksAt === "events") return rateEvents(price, rated);
  const start: Units = {
    quantity: rated.quantity,
    tierQuantity: rated.tierQuantity ?? rated.quantity,
    steps: [],
  };
  const metered = floorNegative(start, price);
  const units = transformUnits(deductIncludedUnits(metered, price), price);
  const free = freeTierOf(price, metered);
  const amount = rateUnits(price, units, free);
  return { ...amount, steps: [...units.steps, modelStep(price.chargeModel, units.quantity, amount, free)] };
}

function floorNegative(units: Units, price: Price): Units {
  if (price.negativeQuantity !== "zero" || units.quantity.gte(0)) return units;
  const step = ratingStep("negative_quantity", units.quantity, zero, "less than nothing costs nothing");
  return { quantity: zero, tierQuantity: Decimal.max(units.tierQuantity, 0), steps: [...units.steps, step] };
}

function deductIncludedUnits(units: Units, price: Price): Units {
  if (price.includedUnits === undefined || price.includedMode === "free_tier") return units;
  const included = parseDecimal(price.includedUnits, "included_units");
  const quantity = towardsZero(units.quantity, included);
  const detail = `${formatDecimal(included)} units are included`;
  const step = ratingStep("included_units", units.quantity, quantity, detail);
  return {
    quantity,
    tierQuantity: towardsZero(units.tierQuantity, included),
    steps: [...units.steps, step],
  };
}

function towardsZero(quantity: Decimal, by: Decimal): Decimal {
  const left = Decimal.max(quantity.abs().minus(by), 0);
  return quantity.lt(0) && !left.isZero() ? left.neg() : left;
}

function transformUnits(units: Units, price: Price): Units {
  if (price.transformQuantity === undefined) return units;
  const { divideBy, round } = price.transformQuantity;
  const quantity = transformed(units.quantity, price.transformQuantity);
  const rounded = round === "none" ? "" : `, rounded ${round}`;
  const step = ratingStep("transform_quantity", units.quantity, quantity, `divided by ${divideBy}${rounded}`);
  const tierQuantity = transformed(units.tierQuantity, price.transformQuantity);
  return { quantity, tierQuantity, steps: [...units.steps, step] };
}

/** `up` is away from 0 and `down` towards it, so that a negative quantity stays the mirror image. */
function transformed(quantity: Decimal, { divideBy, round }: QuantityTransform): Decimal {
  const divisor = parseDecimal(divideBy, "transform_quantity.divide_by");
  if (round === "none") return quantity.div(divisor).toDecimalPlaces(quotientDecimals);
  const whole = quantity.divToInt(divisor);
  if (round === "down" || whole.times(divisor).eq(quantity)) return whole.isZero() ? zero : whole;
  return quantity.lt(0) ? whole.minus(1) : whole.plus(1);
}

/** A free tier below the others, all in transformed units and 0 or more. */
type FreeTier = {
  readonly upTo: Decimal;
  /** What lies within it. */
  readonly quantity: Decimal;
  readonly above: Pick<Units, "quantity" | "tierQuantity">;
};

/**
 * Included units that are a tier of their own: only what is metered above them is rounded into whole units. Where the tier
 * reached prices everything, the whole is, and what of it lies above them chooses the tier.
 */
function freeTierOf(price: Price, { quantity, tierQuantity }: Units): FreeTier | null {
  if (price.includedUnits === undefined || price.includedMode !== "free_tier") return null;
  const included = parseDecimal(price.includedUnits, "included_units");
  const transform = price.transformQuantity;
  const inUnits = (metered: Decimal) => (transform === undefined ? metered : transformed(metered, transform));
  const unrounded = (metered: Decimal) =>
    transform === undefined ? metered : transformed(metered, { ...transform, round: "none" });
  const above = (metered: Decimal) => towardsZero(metered, included).abs();
  const upTo = unrounded(included);
  const isReached = chargeModelOf(price.chargeModel.model).tiering === "reached";
  const unitsAbove = (metered: Decimal) =>
    isReached && !above(metered).isZero()
      ? Decimal.max(inUnits(metered.abs()).minus(upTo), 0)
      : inUnits(above(metered));
  return {
    upTo,
    quantity: unrounded(quantity.abs().minus(above(quantity))),
    above: { quantity: unitsAbove(quantity), tierQuantity: unitsAbove(tierQuantity) },
  };
}

function rateUnits(price: Price, { quantity, tierQuantity }: Units, free: FreeTier | null): ModelAmount {
  const usage: ModelUsage = {
    quantity: quantity.abs(),
    tierQuantity: tierQuantity.abs(),
    zeroUsage: price.zeroUsage ?? "first_tier",
    events: [],
  };
  const { chargeModel } = price;
  const amount = free === null ? rateModel(chargeModel, usage) : rateAbove(free, chargeModel, usage);
  return quantity.lt(0) ? mirrorAmount(amount) : amount;
}

function rateModel(spec: ChargeModel, usage: ModelUsage): ModelAmount {
  return chargeModelOf(spec.model).rate(spec, usage);
}

/**
 * Included units as a free tier below the others, whose bounds move up by it. Where the tier reached prices everything, it
 * prices the included units too, once there are more.
 */
function rateAbove({ upTo, quantity, above }: FreeTier, spec: ChargeModel, usage: ModelUsage): ModelAmount {
  const freeTier = documentTier({
    ...{ from: zero, upTo, quantity, unitAmount: zero, flatAmount: zero, amount: zero },
  });
  if (above.tierQuantity.isZero()) return { ...nothingAmount, tiers: [freeTier] };
  const isReached = chargeModelOf(spec.model).tiering === "reached";
  const priced = isReached ? { ...above, quantity: usage.quantity } : above;
  const amount = rateModel(spec, { ...usage, ...priced });
  const tiers = amount.tiers.map((tier) => ({
    ...tier,
    from: formatDecimal(upTo.plus(tier.from)),
    upTo: tier.upTo === null ? null : formatDecimal(upTo.plus(tier.upTo)),
  }));
  return { ...amount, tiers: isReached || tiers.length === 0 ? tiers : [freeTier, ...tiers] };
}

function rateEvents(price: Price, rated: RatedQuantity): BucketAmount {
  const spec = price.chargeModel;
  const together = looksAtEvents(spec) ? undefined : [{ value: rated.quantity, amount: null }];
  const given = rated.events ?? together;
  if (given === undefined)
    throw new RangeError(`ratePrice: ${price.code} (${spec.model}) needs single events`);
  const events = price.negativeQuantity === "zero" ? given.filter((event) => !isNegative(event)) : given;
  const zeroUsage = price.zeroUsage ?? "first_tier";
  const amount = rateModel(spec, { quantity: zero, tierQuantity: zero, zeroUsage, events });
  return { ...amount, steps: [modelStep(spec, rated.quantity, amount, null)] };
}

function isNegative({ value, amount }: PricedEvent): boolean {
  return amount === null ? value.lt(0) : amount.lt(0);
}

function modelStep(
  spec: ChargeModel,
  units: Decimal,
  { amount, unitAmount, parts }: ModelAmount,
  free: FreeTier | null,
): RatingStep {
  const rate = unitAmount === null ? "" : ` x ${formatDecimal(unitAmount)}`;
  const step = ratingStep("charge_model", units, amount, "", parts);
  const isReached = chargeModelOf(spec.model).tiering === "reached";
  const priced =
    free === null || (isReached && !free.above.tierQuantity.isZero())
      ? step.before
      : `${formatDecimal(free.above.quantity)} above ${formatDecimal(free.upTo)} free`;
  return { ...step, detail: `${spec.model}: ${priced}${rate} = ${step.after}` };
}

/** Tiers of several buckets put together band by band: their parts add up to the sum of the buckets. */
export function sumTiers(buckets: readonly (readonly DocumentTier[])[]): DocumentTier[] {
  const bands = new Map<string, DocumentTier>();
  for (const tier of buckets.flat()) {
    const key = `${tier.from} ${tier.upTo}`;
    const sum = bands.get(key);
    const add = (field: "quantity" | "flatAmount" | "amount") =>
      formatDecimal(new Decimal(sum?.[field] ?? "0").plus(tier[field]));
    bands.set(key, {
      ...tier,
      quantity: add("quantity"),
      flatAmount: add("flatAmount"),
      amount: add("amount"),
    });
  }
  return [...bands.values()].sort((a, b) => new Decimal(a.from).comparedTo(b.from));
}
