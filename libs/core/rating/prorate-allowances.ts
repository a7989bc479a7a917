import type { Share } from "../calendar/proration.ts";
import { formatDecimal, parseDecimal } from "../money/decimal.ts";
import type { ChargeModel, DecimalString, Price } from "../price/price.ts";
import { prorateAmount } from "../proration/prorate-amount.ts";

/**
 * The price as it stands in a part of a period when its allowances follow it: included units, free events (cut to whole
 * ones), free amounts, tier bounds and the maximum, each times the ratio. Seats and other levels do not shrink with the period
 * as usage does that adds up, so of their prices only the maximum follows.
 */
export function prorateAllowances(price: Price, ratio: Share, isLevel = price.kind !== "usage"): Price {
  if (price.prorateAllowances !== true || ratio.numerator === ratio.denominator) return price;
  const share = (text: DecimalString) =>
    formatDecimal(prorateAmount(parseDecimal(text, `allowance of ${price.code}`), ratio));
  const maximumAmount =
    price.maximumAmount === undefined ? {} : { maximumAmount: share(price.maximumAmount) };
  if (isLevel || price.kind !== "usage") return { ...price, ...maximumAmount };
  return {
    ...price,
    ...maximumAmount,
    ...(price.includedUnits === undefined ? {} : { includedUnits: share(price.includedUnits) }),
    chargeModel: prorateModel(price.chargeModel, ratio, share),
  };
}

function prorateModel(
  spec: ChargeModel,
  ratio: Share,
  share: (text: DecimalString) => DecimalString,
): ChargeModel {
  const bounded = <T extends { readonly upTo: DecimalString | null }>(tiers: readonly T[]): T[] =>
    tiers.map((tier) => ({ ...tier, upTo: tier.upTo === null ? null : share(tier.upTo) }));
  switch (spec.model) {
    case "graduated":
    case "volume":
      return { ...spec, tiers: bounded(spec.tiers) };
    case "stairstep":
      return { ...spec, tiers: bounded(spec.tiers) };
    case "graduated_percentage":
      return { ...spec, tiers: bounded(spec.tiers) };
    case "percentage":
      return prorateFree(spec, ratio, share);
    default:
      return spec;
  }
}

/** An allowance of which nothing is left is used up from the start, and ends the other one too. */
function prorateFree(
  { freeEvents, freeAmount, ...spec }: Extract<ChargeModel, { readonly model: "percentage" }>,
  ratio: Share,
  share: (text: DecimalString) => DecimalString,
): ChargeModel {
  const events = (BigInt(freeEvents ?? 0) * ratio.numerator) / ratio.denominator;
  if (ratio.numerator === 0n || (freeEvents !== undefined && freeEvents > 0 && events === 0n)) return spec;
  return {
    ...spec,
    ...(freeEvents === undefined ? {} : { freeEvents: Number(events) }),
    ...(freeAmount === undefined ? {} : { freeAmount: share(freeAmount) }),
  };
}
