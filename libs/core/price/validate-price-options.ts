import type { ErrorPlace } from "../errors.ts";
import { chargeModelOf } from "./charge-model-catalog.ts";
import type { Price } from "./price.ts";
import { validateDecimal } from "./validate-decimal.ts";

type Place = (field: string, code: string, message: string) => ErrorPlace;

/** Everything wrong with the options that stand between quantity and charge model, each named where it stands. */
export function validatePriceOptions(price: Price, path: string): ErrorPlace[] {
  const place: Place = (field, code, message) => ({ path: `${path}.${field}`, code, message });
  return [
    ...validateModelOfKind(price, place),
    ...validateIncluded(price, path, place),
    ...validateTransform(price, path, place),
    ...validateRatePer(price, place),
  ];
}

function validateModelOfKind({ kind, chargeModel }: Price, place: Place): ErrorPlace[] {
  if (kind === "usage" || chargeModelOf(chargeModel.model).looksAt === "quantity") return [];
  const message = `${chargeModel.model} prices single events, so it needs a usage price; this one is ${kind}`;
  return [place("charge_model", "price_model_needs_usage", message)];
}

function validateIncluded(price: Price, path: string, place: Place): ErrorPlace[] {
  const { includedUnits, includedMode } = price;
  if (includedUnits === undefined) {
    if (includedMode === undefined) return [];
    return [place("included_mode", "price_included_units_missing", "needs included_units beside it")];
  }
  const places = validateDecimal(includedUnits, `${path}.included_units`);
  const refusal = refusedUnits(price, "it can include no units");
  if (refusal !== null) places.push(place("included_units", "price_included_units_unexpected", refusal));
  return places;
}

function validateTransform(price: Price, path: string, place: Place): ErrorPlace[] {
  if (price.transformQuantity === undefined) return [];
  const at = `${path}.transform_quantity.divide_by`;
  const places = validateDecimal(price.transformQuantity.divideBy, at, { positive: true });
  const refusal = refusedUnits(price, "there is nothing to transform");
  if (refusal !== null) places.push(place("transform_quantity", "price_transform_unexpected", refusal));
  return places;
}

/** Why a price does not look at a quantity of units; null when it does. */
function refusedUnits({ chargeModel: { model } }: Price, so: string): string | null {
  if (model === "flat") return `a flat price costs the same for any quantity, so ${so}`;
  if (chargeModelOf(model).looksAt === "quantity") return null;
  const instead = model === "percentage" ? "; use percentage.free_amount or free_events" : "";
  return `a ${model} price looks at single events and not at their quantity, so ${so}${instead}`;
}

function validateRatePer(price: Price, place: Place): ErrorPlace[] {
  const { ratePer, chargeModel, kind } = price;
  if (ratePer === undefined) return [];
  const places: ErrorPlace[] = [];
  const unexpected = (message: string) =>
    places.push(place("rate_per", "price_rate_per_unexpected", message));
  if (kind !== "usage") unexpected(`only usage has windows and groups; this price is ${kind}`);
  if (chargeModelOf(chargeModel.model).looksAt === "events") {
    unexpected(`${chargeModel.model} rates each event by itself already`);
  }
  if (ratePer.window === null && ratePer.groupBy.length === 0) {
    unexpected("needs a window (hour or day), group_by, or both");
  }
  ratePer.groupBy.forEach((property, index) => {
    if (property.trim() !== "" && ratePer.groupBy.indexOf(property) === index) return;
    const message = `each property once and not empty, got ${JSON.stringify(property)}`;
    places.push(place(`rate_per.group_by.${index}`, "price_group_by_invalid", message));
  });
  return places;
}
